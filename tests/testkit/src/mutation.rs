//! Systematic damage to one field of a message, in any format of devices: the mistakes of firmware.
//!
//! [`mutations`] finds the fields of JSON, XML, forms and multipart bodies (and of the contents of a part) and damages each in
//! every way of [`FieldDamage`]. The order depends on the bytes alone.

mod json;
mod xml;

use std::ops::Range;

use encoding_rs::GB18030;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

/// Size of a huge value in bytes.
const HUGE: usize = 100 * 1024;

/// A way in which a field is damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldDamage {
    Absent,
    Null,
    WrongType,
    /// The value's text in GBK.
    OtherEncoding,
    Empty,
    /// A text of 100 KB.
    Huge,
    NulInside,
    ControlCharacter,
}

/// Every damage, in the order in which [`mutations`] applies them.
pub const DAMAGES: [FieldDamage; 8] = [
    FieldDamage::Absent,
    FieldDamage::Null,
    FieldDamage::WrongType,
    FieldDamage::OtherEncoding,
    FieldDamage::Empty,
    FieldDamage::Huge,
    FieldDamage::NulInside,
    FieldDamage::ControlCharacter,
];

/// A message with one field damaged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldMutation {
    /// Path of the field: `a.b[0].c`.
    pub field: String,
    /// The field contains other fields.
    pub is_group: bool,
    pub damage: FieldDamage,
    pub bytes: Vec<u8>,
}

/// A field's place in a message.
#[derive(Debug, Clone, PartialEq, Eq)]
struct FieldSpan {
    path: String,
    format: SpanFormat,
    is_group: bool,
    /// The bytes that are removed with the field.
    whole: Range<usize>,
    value: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SpanFormat {
    Json,
    Xml,
    Form,
    Part,
}

/// All mutations of a message.
pub fn mutations(bytes: &[u8]) -> impl Iterator<Item = FieldMutation> + '_ {
    fields(bytes)
        .into_iter()
        .flat_map(move |span| DAMAGES.into_iter().map(move |damage| damaged(bytes, &span, damage)))
}

/// How many mutations a message has.
pub fn mutation_count(bytes: &[u8]) -> usize {
    fields(bytes).len() * DAMAGES.len()
}

/// At most `most` mutations, the same for the same seed.
pub fn mutation_share(bytes: &[u8], seed: u64, most: usize) -> Vec<FieldMutation> {
    let fields = fields(bytes);
    let mut chosen: Vec<(usize, FieldDamage)> =
        (0..fields.len()).flat_map(|at| DAMAGES.into_iter().map(move |damage| (at, damage))).collect();
    chosen.shuffle(&mut StdRng::seed_from_u64(seed));
    chosen.into_iter().take(most).map(|(at, damage)| damaged(bytes, &fields[at], damage)).collect()
}

fn fields(bytes: &[u8]) -> Vec<FieldSpan> {
    let mut spans = Vec::new();
    collect(bytes, 0..bytes.len(), "", &mut spans);
    spans
}

fn collect(bytes: &[u8], range: Range<usize>, path: &str, spans: &mut Vec<FieldSpan>) {
    let content = &bytes[range.clone()];
    let Some(first) = content.iter().position(|byte| byte.is_ascii_graphic()) else { return };
    match content[first] {
        b'{' | b'[' => json::collect(bytes, range.start + first, path, spans),
        b'<' => xml::collect(bytes, range, path, spans),
        b'-' if content[first..].starts_with(b"--") => parts(bytes, range, path, spans),
        _ => pairs(bytes, range, path, spans),
    }
}

/// Parts between boundaries with headers that an empty line ends.
fn parts(bytes: &[u8], range: Range<usize>, path: &str, spans: &mut Vec<FieldSpan>) {
    let content = &bytes[range.clone()];
    let line_end = content.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(content.len());
    let boundary = &content[..line_end];
    let starts: Vec<usize> = (0..content.len())
        .filter(|at| content[*at..].starts_with(boundary))
        .map(|at| range.start + at)
        .collect();
    for (number, pair) in starts.windows(2).enumerate() {
        let whole = pair[0]..pair[1];
        let Some(gap) = bytes[whole.clone()].windows(4).position(|gap| gap == b"\r\n\r\n") else { continue };
        let value = whole.start + gap + 4..whole.end.saturating_sub(2).max(whole.start + gap + 4);
        let path = joined(path, &format!("part{number}"));
        spans.push(FieldSpan {
            path: path.clone(),
            format: SpanFormat::Part,
            is_group: true,
            whole,
            value: value.clone(),
        });
        if !bytes[value.clone()].starts_with(b"\xff\xd8") {
            collect(bytes, value, &path, spans);
        }
    }
}

fn pairs(bytes: &[u8], range: Range<usize>, path: &str, spans: &mut Vec<FieldSpan>) {
    let mut start = range.start;
    for pair in bytes[range.clone()].split(|byte| *byte == b'&') {
        let end = start + pair.len();
        if let Some(at) = pair.iter().position(|byte| *byte == b'=') {
            let whole = start..(end + 1).min(range.end);
            let name = String::from_utf8_lossy(&pair[..at]);
            let value = start + at + 1..end;
            spans.push(FieldSpan {
                path: joined(path, &name),
                format: SpanFormat::Form,
                is_group: false,
                whole,
                value,
            });
        }
        start = end + 1;
    }
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn damaged(bytes: &[u8], span: &FieldSpan, damage: FieldDamage) -> FieldMutation {
    let (range, replacement) = match damage {
        FieldDamage::Absent => (span.whole.clone(), Vec::new()),
        _ => (span.value.clone(), value(&bytes[span.value.clone()], span, damage)),
    };
    let mut mutated = bytes[..range.start].to_vec();
    mutated.extend(replacement);
    mutated.extend(&bytes[range.end..]);
    FieldMutation { field: span.path.clone(), is_group: span.is_group, damage, bytes: mutated }
}

fn value(old: &[u8], span: &FieldSpan, damage: FieldDamage) -> Vec<u8> {
    let is_json = span.format == SpanFormat::Json;
    let quoted = |text: &[u8]| if is_json { [b"\"", text, b"\""].concat() } else { text.to_vec() };
    match damage {
        FieldDamage::Absent => Vec::new(),
        FieldDamage::Null => b"null".to_vec(),
        FieldDamage::Empty => quoted(b""),
        FieldDamage::Huge => quoted(&vec![b'x'; HUGE]),
        FieldDamage::WrongType => wrong_type(old, span),
        FieldDamage::OtherEncoding => in_gbk(old, span),
        FieldDamage::NulInside => with_byte(old, span, 0),
        FieldDamage::ControlCharacter => with_byte(old, span, 1),
    }
}

fn wrong_type(old: &[u8], span: &FieldSpan) -> Vec<u8> {
    match span.format {
        SpanFormat::Json if old.starts_with(b"\"") => b"{\"other\":[7]}".to_vec(),
        SpanFormat::Json if span.is_group => b"7".to_vec(),
        SpanFormat::Json => b"\"seven\"".to_vec(),
        SpanFormat::Xml if span.is_group => b"7".to_vec(),
        SpanFormat::Xml => b"<other>7</other>".to_vec(),
        SpanFormat::Form => b"%7B%22other%22%3A7%7D".to_vec(),
        SpanFormat::Part => b"\x89PNG\r\n\x1a\n\x00\x01\x02".to_vec(),
    }
}

/// The same text in GBK; a text in ASCII gets a Chinese word behind it, as a name would have.
fn in_gbk(old: &[u8], span: &FieldSpan) -> Vec<u8> {
    let unescaped = if span.format == SpanFormat::Form { percent_decoded(old) } else { old.to_vec() };
    let text = String::from_utf8_lossy(&unescaped).into_owned();
    let is_text = span.format != SpanFormat::Json || old.starts_with(b"\"") || span.is_group;
    let text = match (text.is_ascii() && !span.is_group, is_text) {
        (true, true) if span.format == SpanFormat::Json => {
            format!("{}出口\"", text.strip_suffix('"').unwrap_or(&text))
        }
        (true, true) => format!("{text}出口"),
        (true, false) => format!("\"{text}出口\""),
        (false, _) => text,
    };
    let encoded = GB18030.encode(&text).0.into_owned();
    if span.format != SpanFormat::Form {
        return encoded;
    }
    encoded.iter().flat_map(|byte| format!("%{byte:02X}").into_bytes()).collect()
}

fn percent_decoded(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let escape =
            (bytes[at] == b'%').then(|| std::str::from_utf8(bytes.get(at + 1..at + 3)?).ok()).flatten();
        match escape.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                decoded.push(byte);
                at += 3;
            }
            None => {
                decoded.push(if bytes[at] == b'+' { b' ' } else { bytes[at] });
                at += 1;
            }
        }
    }
    decoded
}

/// With a byte before the value's last character, or behind a group's first.
fn with_byte(old: &[u8], span: &FieldSpan, byte: u8) -> Vec<u8> {
    if span.format == SpanFormat::Form {
        return [old, format!("%{byte:02X}").as_bytes()].concat();
    }
    let at = if span.is_group { old.len().min(1) } else { old.len().saturating_sub(1) };
    [&old[..at], &[byte], &old[at..]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(bytes: &[u8]) -> Vec<String> {
        fields(bytes).into_iter().map(|span| span.path).collect()
    }

    fn mutated(bytes: &[u8], field: &str, damage: FieldDamage) -> String {
        let found = mutations(bytes).find(|mutation| mutation.field == field && mutation.damage == damage);
        String::from_utf8_lossy(&found.expect("a mutation").bytes).into_owned()
    }

    #[test]
    fn fields_of_every_format_are_found() {
        assert_eq!(paths(br#"{"a":1,"b":{"c":"x\"}"},"d":[{"e":2}]}"#), ["a", "b", "b.c", "d", "d[0].e"]);
        assert_eq!(paths(b"<?xml version='1.0'?><a><b x='1'>1</b><c/><!-- <d> --></a>"), ["a", "a.b"]);
        assert_eq!(paths(b"a=1&b=%20"), ["a", "b"]);
        let form = b"--x\r\nA: b\r\n\r\n{\"a\":1}\r\n--x\r\nA: b\r\n\r\n\xff\xd8\r\n--x--\r\n";
        assert_eq!(paths(form), ["part0", "part0.a", "part1"]);
    }

    #[test]
    fn each_damage_changes_its_field_alone() {
        let json = r#"{"a":1,"b":"鲁","c":{}}"#.as_bytes();
        assert_eq!(mutated(json, "a", FieldDamage::Absent), r#"{"b":"鲁","c":{}}"#);
        assert_eq!(mutated(json, "c", FieldDamage::Absent), r#"{"a":1,"b":"鲁"}"#);
        assert_eq!(mutated(json, "a", FieldDamage::Null), r#"{"a":null,"b":"鲁","c":{}}"#);
        assert_eq!(mutated(json, "a", FieldDamage::WrongType), r#"{"a":"seven","b":"鲁","c":{}}"#);
        assert_eq!(mutated(json, "b", FieldDamage::Empty), r#"{"a":1,"b":"","c":{}}"#);
        // The two bytes of 鲁 in GBK are one character in UTF-8.
        assert_eq!(mutated(json, "b", FieldDamage::OtherEncoding), "{\"a\":1,\"b\":\"\u{b3}\",\"c\":{}}");
        assert!(mutated(json, "b", FieldDamage::Huge).len() > HUGE);
        let xml = b"<a><b>12</b></a>";
        assert_eq!(mutated(xml, "a.b", FieldDamage::Absent), "<a></a>");
        assert_eq!(mutated(xml, "a.b", FieldDamage::NulInside), "<a><b>1\0".to_owned() + "2</b></a>");
        let form = b"a=1&b=2";
        assert_eq!(mutated(form, "a", FieldDamage::Absent), "b=2");
        assert_eq!(mutated(form, "b", FieldDamage::ControlCharacter), "a=1&b=2%01");
    }

    #[test]
    fn a_share_is_a_part_of_all_and_the_same_for_its_seed() {
        let json = br#"{"a":1,"b":"x","c":{"d":2}}"#;
        let all: Vec<FieldMutation> = mutations(json).collect();
        assert_eq!(all.len(), mutation_count(json));
        let share = mutation_share(json, 7, 5);
        assert_eq!(share.len(), 5);
        assert!(share.iter().all(|mutation| all.contains(mutation)));
        assert_eq!(share, mutation_share(json, 7, 5));
        assert_eq!(mutation_share(json, 7, 1_000).len(), all.len());
    }
}
