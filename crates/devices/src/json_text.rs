//! Lenient JSON parser for devices: trailing commas, raw control characters, unescaped quotes, several objects in a row, truncated texts.
//!
//! The parser continues after a fault and loses only the field that contains it.

use crate::field_tree::{DEEPEST, FieldTree, MOST_FIELDS, bounded};
use crate::text::cleaned;

/// Most objects in one text; the rest is ignored.
const MOST_ROOTS: usize = 64;

/// Reads all objects and lists of the text. The flag is true if part of the text is not JSON.
pub(crate) fn parse(text: &str) -> (FieldTree, bool) {
    let mut reader = JsonReader { text, at: 0, values: 0, is_damaged: false };
    let mut roots = Vec::new();
    while roots.len() < MOST_ROOTS && reader.skip_to_root() {
        roots.push(reader.value(0));
    }
    let root = match (roots.pop(), roots.is_empty()) {
        (Some(only), true) => only,
        (Some(last), false) => {
            roots.push(last);
            FieldTree::List(roots)
        }
        (None, _) => FieldTree::Null,
    };
    (root, reader.is_damaged)
}

struct JsonReader<'a> {
    text: &'a str,
    at: usize,
    values: usize,
    is_damaged: bool,
}

impl<'a> JsonReader<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_white(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    /// Skips to the next object, list or quoted text; anything before it is a fault.
    fn skip_to_root(&mut self) -> bool {
        self.skip_white();
        let Some(ahead) = self.rest().find(['{', '[', '"']) else {
            self.is_damaged |= !self.rest().is_empty();
            return false;
        };
        self.is_damaged |= ahead > 0;
        self.at += ahead;
        true
    }

    fn value(&mut self, depth: usize) -> FieldTree {
        self.skip_white();
        self.values += 1;
        if self.values > MOST_FIELDS {
            self.at = self.text.len();
        }
        match self.peek() {
            Some(b'{') if depth < DEEPEST => self.fields(depth),
            Some(b'[') if depth < DEEPEST => self.list(depth),
            Some(b'"' | b'\'') => match self.quoted() {
                Some(text) => nested(text, depth),
                None => FieldTree::Null,
            },
            Some(_) => self.bare(),
            None => {
                self.is_damaged = true;
                FieldTree::Null
            }
        }
    }

    fn fields(&mut self, depth: usize) -> FieldTree {
        self.at += 1;
        let mut fields = Vec::new();
        loop {
            self.skip_white();
            match self.peek() {
                None => break self.is_damaged = true,
                Some(b'}') => break self.at += 1,
                Some(b',') => self.at += 1,
                Some(b'"' | b'\'') => {
                    let Some(name) = self.quoted() else { break };
                    fields.extend(self.after_name(name, depth));
                }
                Some(byte) if byte.is_ascii_alphabetic() || byte == b'_' => {
                    self.is_damaged = true;
                    let name = self.word().to_owned();
                    fields.extend(self.after_name(name, depth));
                }
                // The end of the enclosing list: this object's own end is missing.
                Some(b']') if depth > 0 => break self.is_damaged = true,
                Some(_) => self.skip_char(),
            }
        }
        FieldTree::Fields(fields)
    }

    fn after_name(&mut self, name: String, depth: usize) -> Option<(String, FieldTree)> {
        self.skip_white();
        if self.peek() == Some(b':') {
            self.at += 1;
            return Some((bounded(&name), self.value(depth + 1)));
        }
        self.is_damaged = true;
        None
    }

    fn list(&mut self, depth: usize) -> FieldTree {
        self.at += 1;
        let mut items = Vec::new();
        loop {
            self.skip_white();
            match self.peek() {
                None => break self.is_damaged = true,
                Some(b']') => break self.at += 1,
                Some(b',') => self.at += 1,
                Some(b'}') if depth > 0 => break self.is_damaged = true,
                Some(b'}' | b':') => self.skip_char(),
                Some(_) => {
                    let before = self.at;
                    items.push(self.value(depth + 1));
                    if self.at == before {
                        self.skip_char();
                    }
                }
            }
        }
        FieldTree::List(items)
    }

    fn skip_char(&mut self) {
        self.is_damaged = true;
        self.at += self.rest().chars().next().map_or(1, char::len_utf8);
    }

    fn word(&mut self) -> &'a str {
        let rest = self.rest();
        let is_end = |c: char| c.is_whitespace() || matches!(c, ',' | ':' | '{' | '}' | '[' | ']' | '"');
        let word = rest.get(..rest.find(is_end).unwrap_or(rest.len())).unwrap_or_default();
        self.at += word.len();
        word
    }

    /// A number, a literal such as `true`, or an invalid word.
    fn bare(&mut self) -> FieldTree {
        match self.word() {
            "true" | "True" => FieldTree::Bool(true),
            "false" | "False" => FieldTree::Bool(false),
            "null" | "None" => FieldTree::Null,
            "" => {
                self.is_damaged = true;
                FieldTree::Null
            }
            word if word.parse::<f64>().is_ok() => FieldTree::Number(bounded(word)),
            word => {
                self.is_damaged = true;
                FieldTree::Text(bounded(word.trim_matches('\'')))
            }
        }
    }

    /// `None` if the text has no end.
    fn quoted(&mut self) -> Option<String> {
        let quote = if self.peek() == Some(b'\'') { '\'' } else { '"' };
        self.is_damaged |= quote == '\'';
        self.at += 1;
        let rest = self.rest();
        let mut from = 0;
        loop {
            let ahead = rest.get(from..).and_then(|rest| rest.find([quote, '\\']));
            let Some(end) = ahead.map(|ahead| from + ahead) else {
                self.at = self.text.len();
                self.is_damaged = true;
                return None;
            };
            let is_escape = rest.as_bytes().get(end) == Some(&b'\\');
            if is_escape {
                from = end
                    + 1
                    + rest.get(end + 1..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
            } else if is_end_of_text(rest.get(end + 1..).unwrap_or_default()) {
                self.at += end + 1;
                return Some(unescaped(rest.get(..end).unwrap_or_default()));
            } else {
                self.is_damaged = true;
                from = end + 1;
            }
        }
    }
}

/// Whether a quote before this rest ends a text. Otherwise it is an unescaped quote inside the text.
fn is_end_of_text(after: &str) -> bool {
    matches!(
        after.trim_start().bytes().next(),
        None | Some(b',' | b':' | b'}' | b']' | b'"' | b'\'' | b'{' | b'[')
    )
}

/// Also reads JSON that is encoded in a text.
fn nested(text: String, depth: usize) -> FieldTree {
    let inner = text.trim();
    if depth < 4 && inner.starts_with('{') && inner.ends_with('}') && inner.contains(':') {
        let (fields, is_damaged) = parse(inner);
        if !is_damaged {
            return fields;
        }
    }
    FieldTree::Text(bounded(&text))
}

fn unescaped(raw: &str) -> String {
    if !raw.contains('\\') {
        return cleaned(raw.to_owned());
    }
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('\\') {
        text.push_str(before);
        let mut chars = after.chars();
        match chars.next() {
            Some('n') => text.push('\n'),
            Some('t') => text.push('\t'),
            Some('r') => text.push('\r'),
            Some('b' | 'f') | None => {}
            Some('u') => {
                let (decoded, rest) = unicode(chars.as_str());
                text.push(decoded);
                chars = rest.chars();
            }
            Some(other) => text.push(other),
        }
        rest = chars.as_str();
    }
    text.push_str(rest);
    cleaned(text)
}

/// Decodes the UTF-16 escape at the start of `text`: four hex digits, or a surrogate pair as `XXXX\uXXXX`. Returns the
/// character and the text behind it; an invalid escape gives U+FFFD.
fn unicode(text: &str) -> (char, &str) {
    let unit = |text: &str| text.get(..4).and_then(|hex| u16::from_str_radix(hex, 16).ok());
    let Some(first) = unit(text) else { return (char::REPLACEMENT_CHARACTER, text) };
    let rest = text.get(4..).unwrap_or_default();
    let second = rest.strip_prefix("\\u").and_then(unit).filter(|_| (0xd800..0xdc00).contains(&first));
    let units: Vec<u16> = std::iter::once(first).chain(second).collect();
    let decoded = char::decode_utf16(units).next().and_then(Result::ok);
    let rest = if second.is_some() && decoded.is_some() { rest.get(6..).unwrap_or_default() } else { rest };
    (decoded.unwrap_or(char::REPLACEMENT_CHARACTER), rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plate(text: &str) -> Option<String> {
        parse(text).0.find_text(&["plate"])
    }

    #[test]
    fn almost_json_is_read() {
        for text in [
            r#"{"plate":"A1"}"#,
            r#"{"plate":"A1",}"#,
            r#"{"plate":"A1""#,
            r#"{"x":[1,2,],"plate":"A1"}"#,
            r#"{"x":{"y":[{"z":1}],"plate":"A1"}"#,
            r#"HTTP garbage {"plate":"A1"} more"#,
            r#"{"x":1}{"plate":"A1"}"#,
            r#"{"x":"A"B gate","plate":"A1"}"#,
            r#"{"x":"1" "plate":"A1"}"#,
            r#"{plate:"A1"}"#,
            r#"{"plate":null,"plate":"A1"}"#,
            r#"{"x":NaN,"plate":"A1"}"#,
            r#"{"x":,"plate":"A1"}"#,
            r#""{\"plate\":\"A1\"}""#,
            r#"{"x":"{\"plate\":\"A1\"}"}"#,
            "{\"x\":\"line\nline\",\"plate\":\"\\u0041\\u00001\"}",
            r#"[{"PLATE":"A1"}]"#,
            "{'x': None, 'plate': 'A1'}",
        ] {
            assert_eq!(plate(text).as_deref(), Some("A1"), "{text}");
        }
    }

    #[test]
    fn a_text_without_an_end_is_absent() {
        assert_eq!(plate(r#"{"plate":"鲁B123"#), None);
        assert!(parse(r#"{"plate":"鲁B123"#).1);
        assert!(!parse(r#"{"plate":"鲁B12345"}"#).1);
    }

    #[test]
    fn what_has_more_fields_than_any_message_is_read_in_part() {
        let text = format!("{{\"plate\":\"A1\",\"list\":[{}1]}}", "1,".repeat(1_000_000));
        assert_eq!(plate(&text).as_deref(), Some("A1"));
        assert!(parse(&text).1);
        assert!(parse(&"[".repeat(1_000_000)).1);
    }

    #[test]
    fn pairs_of_escapes_are_one_character() {
        assert_eq!(plate(r#"{"plate":"\u9c81B\ud83d\ude97"}"#).as_deref(), Some("鲁B🚗"));
    }

    proptest! {
        #[test]
        fn what_is_json_is_read_as_json_and_any_text_ends(text in ".{0,200}", broken in r#"[{}\[\]":,\\ua-c0-9 ]{0,80}"#) {
            let (_, is_damaged) = parse(&serde_json::json!({ "plate": text, "list": [1, null, true] }).to_string());
            prop_assert!(!is_damaged);
            parse(&broken);
            parse(&text);
        }
    }
}
