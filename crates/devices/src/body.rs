//! The body of a message in any format: multipart, form, JSON or XML, also nested.
//!
//! The format is recognised by the bytes, because content types of devices are often wrong.

use std::collections::BTreeSet;

use domain::device::DeviceQuirk;

use crate::field_tree::{FieldTree, bounded};
use crate::make::InboundMessage;
use crate::{json_text, text, xml_text};

/// Parts of one multipart body; the rest is not read.
const MOST_PARTS: usize = 64;

/// The fields of a message and its deviations from the standard.
#[derive(Debug)]
pub(crate) struct MessageBody {
    /// [`FieldTree::Null`] for a body without a structure.
    pub fields: FieldTree,
    pub quirks: BTreeSet<DeviceQuirk>,
    /// Part of the body violates its format.
    pub is_damaged: bool,
    pub has_picture: bool,
}

impl MessageBody {
    /// Reads the body; without a body, the query of the address.
    pub(crate) fn parse(message: &InboundMessage<'_>) -> Self {
        let mut body = Self {
            fields: FieldTree::Null,
            quirks: BTreeSet::new(),
            is_damaged: message.is_truncated,
            has_picture: false,
        };
        let bytes = message.body;
        if bytes.iter().all(u8::is_ascii_whitespace) {
            let query = message.address.split_once('?').map_or("", |(_, query)| query);
            body.fields = form(query.as_bytes()).unwrap_or(FieldTree::Null);
            return body;
        }
        body.has_picture = has_jpeg(bytes);
        body.fields = match boundary(message.content_type, bytes) {
            Some(boundary) => body.multipart(bytes, &boundary),
            None => body.structure(bytes, message.content_type),
        };
        body
    }

    fn structure(&mut self, bytes: &[u8], declared: Option<&str>) -> FieldTree {
        if has_jpeg_head(bytes) {
            return FieldTree::Picture;
        }
        if let Some(fields) = form(bytes) {
            return fields;
        }
        let decoded = text::decode(bytes, declared);
        self.quirks.extend(decoded.quirks);
        let text = decoded.text.trim();
        let start = text.find(['{', '<', '[']).unwrap_or(text.len());
        let (fields, is_damaged) = match text.as_bytes().get(start) {
            _ if text.starts_with('"') => json_text::parse(text),
            Some(b'<') => xml_text::parse(text.get(start..).unwrap_or_default()),
            Some(_) => json_text::parse(text),
            None => return FieldTree::Null,
        };
        self.is_damaged |= is_damaged || start > 0;
        fields
    }

    fn multipart(&mut self, bytes: &[u8], boundary: &[u8]) -> FieldTree {
        let mut fields = Vec::new();
        for part in split(bytes, boundary).into_iter().take(MOST_PARTS) {
            let (name, content) = part_of(part);
            if content.is_empty() && name.is_empty() {
                continue;
            }
            let is_structure = matches!(
                content.iter().find(|byte| !byte.is_ascii_whitespace() && **byte != 0),
                Some(b'{' | b'<' | b'[' | 0xef)
            );
            let value = if has_jpeg_head(content) {
                FieldTree::Picture
            } else if is_structure || name.is_empty() {
                self.structure(content, None)
            } else {
                FieldTree::Text(bounded(&text::decode_field(content)))
            };
            fields.push((name, value));
        }
        FieldTree::Fields(fields)
    }
}

fn has_jpeg_head(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xff\xd8\xff")
}

fn has_jpeg(bytes: &[u8]) -> bool {
    find(bytes, b"\xff\xd8\xff").is_some()
}

pub(crate) fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    let first = *wanted.first()?;
    let mut from = 0;
    loop {
        let rest = bytes.get(from..)?;
        let at = from + rest.iter().position(|byte| *byte == first)?;
        if bytes.get(at..)?.starts_with(wanted) {
            return Some(at);
        }
        from = at + 1;
    }
}

/// The delimiter of the parts: the first line of the body, else the boundary of the content type. Some firmware writes no line end after it.
fn boundary(content_type: Option<&str>, bytes: &[u8]) -> Option<Vec<u8>> {
    let start = bytes.iter().position(|byte| !byte.is_ascii_whitespace() && *byte != 0)?;
    let head = bytes.get(start..bytes.len().min(start + 200))?;
    if head.starts_with(b"--") {
        let line = head.split(|byte| matches!(byte, b'\r' | b'\n')).next()?;
        let line = find(line, b"Content-").map_or(line, |end| line.get(..end).unwrap_or_default());
        return (line.len() > 2).then(|| line.to_vec());
    }
    let (_, boundary) = content_type?.split_once("boundary=")?;
    let boundary = boundary.split(';').next()?.trim().trim_matches('"');
    let boundary = [b"--", boundary.as_bytes()].concat();
    find(bytes, &boundary).map(|_| boundary)
}

fn split<'a>(bytes: &'a [u8], boundary: &[u8]) -> Vec<&'a [u8]> {
    let (mut parts, mut rest) = (Vec::new(), bytes);
    while let Some(at) = find(rest, boundary) {
        parts.push(rest.get(..at).unwrap_or_default());
        rest = rest.get(at + boundary.len()..).unwrap_or_default();
    }
    parts.push(rest);
    parts
}

/// The part's name and content. Without an empty line after the headers, the content follows the name.
fn part_of(part: &[u8]) -> (String, &[u8]) {
    let headers_end =
        [&b"\r\n\r\n"[..], b"\n\n"].iter().filter_map(|gap| Some((find(part, gap)?, gap.len()))).min();
    let (headers, content) = match headers_end {
        Some((end, gap)) => (part.get(..end), part.get(end + gap..)),
        None => (Some(part), None),
    };
    let headers = headers.unwrap_or_default();
    let (name, behind) = part_name(headers);
    let content = content.or_else(|| headers.get(behind..)).unwrap_or_default();
    let end = content.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n')).map_or(0, |last| last + 1);
    let content = content.get(..end).unwrap_or_default();
    (name, if content == b"--" { &[] } else { content })
}

/// The name and the offset of its end.
fn part_name(headers: &[u8]) -> (String, usize) {
    for key in [&b" name=\""[..], b";name=\"", b"\nname=\"", b"filename=\""] {
        let Some(start) = find(headers, key).map(|at| at + key.len()) else { continue };
        let rest = headers.get(start..).unwrap_or_default();
        let end = rest.iter().position(|byte| *byte == b'"').unwrap_or(rest.len());
        let name = text::decode_field(rest.get(..end).unwrap_or_default());
        return (bounded(&name), (start + end + 1).min(headers.len()));
    }
    (String::new(), 0)
}

/// `a=1&b=2`; `None` if the bytes are no form.
fn form(bytes: &[u8]) -> Option<FieldTree> {
    let start = bytes.iter().position(|byte| !byte.is_ascii_whitespace() && *byte != 0).unwrap_or(0);
    let bytes = bytes.get(start..)?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let name = bytes.get(..bytes.iter().take(80).position(|byte| *byte == b'=')?)?;
    let is_name =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'[' | b']' | b'%');
    if name.is_empty() || !name.iter().all(is_name) {
        return None;
    }
    let pairs = bytes.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).take(1_000).map(|pair| {
        let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
        let name = text::decode_field(&unescaped(pair.get(..at).unwrap_or_default()));
        let value = text::decode_field(&unescaped(pair.get(at + 1..).unwrap_or_default()));
        (bounded(name.trim()), form_value(&value))
    });
    Some(FieldTree::Fields(pairs.collect()))
}

fn form_value(value: &str) -> FieldTree {
    let inner = value.trim();
    match inner.bytes().next() {
        Some(b'{') if inner.contains(':') => json_text::parse(inner).0,
        Some(b'<') if inner.contains('>') => xml_text::parse(inner).0,
        _ => FieldTree::Text(bounded(value)),
    }
}

/// Decodes percent escapes and plus signs; an invalid escape stays.
fn unescaped(bytes: &[u8]) -> Vec<u8> {
    let digit = |at: usize| {
        bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16)).and_then(|d| u8::try_from(d).ok())
    };
    let (mut decoded, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(byte) = bytes.get(at) {
        let escape = (*byte == b'%').then(|| Some((digit(at + 1)?, digit(at + 2)?))).flatten();
        match escape {
            Some((high, low)) => {
                decoded.push(high * 16 + low);
                at += 2;
            }
            None => decoded.push(if *byte == b'+' { b' ' } else { *byte }),
        }
        at += 1;
    }
    decoded
}
