//! Messages of unknown nesting as a flat list of fields. Look-ups find a field by its name at any depth.
//!
//! Public documents of several makes name fields without their position, or differ in it. Every value becomes text, so a number and the
//! same number as text are equal. Nothing here fails: text that is not UTF-8 is read as GBK; byte order mark, NUL and control characters
//! are removed.

use std::collections::BTreeSet;

use domain::device::DeviceQuirk;
use domain::time::Timestamp;
use serde_json::Value;

use crate::confidence::ReadingConfidence;
use crate::field_tree::bounded;
use crate::{device_time, text};

/// Most fields of a message; the rest is ignored. A message has some hundred.
const MAX_FIELDS: usize = 4_096;

/// Fields of one message in their order.
#[derive(Debug, Default)]
pub(crate) struct FlatFields {
    fields: Vec<FlatField>,
    pub quirks: BTreeSet<DeviceQuirk>,
}

#[derive(Debug)]
struct FlatField {
    /// All names from the outermost to the innermost, in lower case without `_`, for example `trafficcar.platenumber`.
    path: String,
    value: String,
}

/// Names differ between makes in case and underscore only: `plate_num` and `plateNum` are one name.
fn normal_name(name: &str) -> String {
    name.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect()
}

impl FlatFields {
    /// The fields of a JSON object or list; `None` if the bytes are no such JSON.
    pub(crate) fn from_json(body: &[u8]) -> Option<Self> {
        let text = text::decode(body, None);
        let value: Value = serde_json::from_str(text.text.trim()).ok()?;
        if !value.is_object() && !value.is_array() {
            return None;
        }
        let mut fields = Self { fields: Vec::new(), quirks: text.quirks };
        fields.add_value("", &value);
        Some(fields)
    }

    /// The fields of an `application/x-www-form-urlencoded` body; each value may be in GBK.
    pub(crate) fn from_form(body: &[u8]) -> Self {
        let mut fields = Self::default();
        for pair in body.split(|byte| *byte == b'&') {
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let (name, value) = (halves.next().unwrap_or_default(), halves.next());
            let Some(value) = value else { continue };
            let (name, value) = (unescape(name), unescape(value));
            let (name, value) = (text::decode(&name, None), text::decode(&value, None));
            fields.quirks.extend(value.quirks);
            fields.add(normal_name(name.text.trim()), &value.text);
        }
        fields
    }

    /// The fields of lines `name=value`.
    pub(crate) fn from_lines(text: &str) -> Self {
        let mut fields = Self::default();
        for line in text.lines() {
            if let Some((name, value)) = line.split_once('=') {
                fields.add(normal_name(name.trim()), value);
            }
        }
        fields
    }

    fn add_value(&mut self, path: &str, value: &Value) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    let name = normal_name(name);
                    let path = if path.is_empty() { name } else { format!("{path}.{name}") };
                    self.add_value(&path, member);
                }
            }
            Value::Array(items) => {
                for item in items {
                    self.add_value(path, item);
                }
            }
            Value::String(text) => self.add(path.to_owned(), text),
            Value::Number(number) => self.add(path.to_owned(), &number.to_string()),
            Value::Bool(yes) => self.add(path.to_owned(), if *yes { "1" } else { "0" }),
            // A null is an absent field.
            Value::Null => {}
        }
    }

    fn add(&mut self, path: String, value: &str) {
        if self.fields.len() < MAX_FIELDS {
            let value = bounded(value.trim());
            self.fields.push(FlatField { path, value });
        }
    }

    /// The first non-empty value of the first of these names that has one. A name matches the end of a path after a dot.
    pub(crate) fn text(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.values(name).find(|value| !value.is_empty()))
    }

    /// The value of a top-level field.
    pub(crate) fn outer(&self, name: &str) -> Option<&str> {
        let name = normal_name(name);
        let field = self.fields.iter().find(|field| field.path == name && !field.value.is_empty());
        field.map(|field| field.value.as_str())
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        let name = normal_name(name);
        self.fields
            .iter()
            .filter(move |field| ends_with(&field.path, &name))
            .map(|field| field.value.as_str())
    }

    /// Whether one of these names occurs, with or without a value.
    pub(crate) fn has(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.values(name).next().is_some())
    }

    /// The value of a list with this index.
    pub(crate) fn nth(&self, name: &str, index: usize) -> Option<&str> {
        self.values(name).nth(index)
    }

    /// Whether every field has one of these names.
    pub(crate) fn are_all(&self, names: &[&str]) -> bool {
        let names: Vec<String> = names.iter().map(|name| normal_name(name)).collect();
        !self.fields.is_empty() && self.fields.iter().all(|field| names.contains(&field.path))
    }

    pub(crate) fn number(&self, names: &[&str]) -> Option<i64> {
        let text = self.text(names)?;
        let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
        whole.parse().ok()
    }

    pub(crate) fn confidence(&self, names: &[&str]) -> ReadingConfidence {
        ReadingConfidence::parse(self.text(names).unwrap_or_default())
    }

    /// Seconds, milliseconds or microseconds since 1970, or a text with a date.
    pub(crate) fn time(&self, names: &[&str]) -> Option<Timestamp> {
        names.iter().find_map(|name| self.text(&[name]).and_then(parse_time))
    }

    /// Whether the fields have a plate, a trigger or a picture.
    pub(crate) fn resemble_reading(&self) -> bool {
        const MARKS: [&str; 7] = ["plate", "license", "licence", "trig", "picture", "image", "snap"];
        self.fields.iter().any(|field| MARKS.iter().any(|mark| field.path.contains(mark)))
    }
}

/// Whether undecodable bytes contain a plate, a trigger or a picture.
pub(crate) fn resembles_reading(body: &[u8]) -> bool {
    const MARKS: [&str; 8] =
        ["plate", "license", "licence", "trig", "picture", "image", "trafficjunction", "车牌"];
    let text = text::decode(body.get(..64 * 1024).unwrap_or(body), None).text.to_lowercase();
    MARKS.iter().any(|mark| text.contains(mark))
}

fn ends_with(path: &str, name: &str) -> bool {
    path.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Also accepts seconds with a fraction, as Python programs write them.
fn parse_time(text: &str) -> Option<Timestamp> {
    device_time::parse(text).or_else(|| {
        let seconds: f64 = text.parse().ok()?;
        #[expect(clippy::cast_possible_truncation, reason = "below 1e17")]
        let micros = (seconds * 1e6).round() as i64;
        (1.0..1e11).contains(&seconds).then(|| Timestamp::from_micros(micros))
    })
}

/// Decodes `%XX` and `+` of a form.
fn unescape(escaped: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(escaped.len());
    let mut rest = escaped;
    while let Some((first, tail)) = rest.split_first() {
        let hex = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
        match (first, hex(tail.first()), hex(tail.get(1))) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high * 16 + low).unwrap_or_default());
                rest = tail.get(2..).unwrap_or_default();
            }
            (b'+', ..) => {
                bytes.push(b' ');
                rest = tail;
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests;
