//! Spans of JSON fields.

use super::{FieldSpan, SpanFormat, joined};

/// Adds the fields of the value at `at`; stops at what is no JSON.
pub(super) fn collect(bytes: &[u8], at: usize, path: &str, spans: &mut Vec<FieldSpan>) {
    value(bytes, at, path, spans);
}

fn skip_white(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    at
}

/// Behind the value at `at`.
fn value(bytes: &[u8], at: usize, path: &str, spans: &mut Vec<FieldSpan>) -> Option<usize> {
    match bytes.get(at)? {
        b'{' => object(bytes, at, path, spans),
        b'[' => list(bytes, at, path, spans),
        b'"' => text(bytes, at),
        _ => Some(
            at + bytes[at..]
                .iter()
                .position(|byte| matches!(byte, b',' | b'}' | b']') || byte.is_ascii_whitespace())?,
        ),
    }
}

/// Behind the text at `at`.
fn text(bytes: &[u8], at: usize) -> Option<usize> {
    let mut end = at + 1;
    while *bytes.get(end)? != b'"' {
        end += if bytes[end] == b'\\' { 2 } else { 1 };
    }
    Some(end + 1)
}

fn object(bytes: &[u8], at: usize, path: &str, spans: &mut Vec<FieldSpan>) -> Option<usize> {
    let mut next = skip_white(bytes, at + 1);
    let mut comma_before = None;
    while bytes.get(next)? != &b'}' {
        let name_end = text(bytes, next).filter(|_| bytes[next] == b'"')?;
        let path = joined(path, &String::from_utf8_lossy(&bytes[next + 1..name_end - 1]));
        let colon = skip_white(bytes, name_end);
        let start = skip_white(bytes, colon + 1);
        let own = spans.len();
        let is_group = matches!(bytes.get(start)?, b'{' | b'[');
        spans.push(FieldSpan {
            path: path.clone(),
            format: SpanFormat::Json,
            is_group,
            whole: 0..0,
            value: 0..0,
        });
        let end = value(bytes, start, &path, spans)?;
        let behind = skip_white(bytes, end);
        // The field goes with one comma: that behind it, or of the last field that before it.
        let whole = match (bytes.get(behind)? == &b',', comma_before) {
            (true, _) => next..skip_white(bytes, behind + 1),
            (false, Some(comma)) => comma..end,
            (false, None) => next..end,
        };
        spans[own].whole = whole;
        spans[own].value = start..end;
        comma_before = Some(behind);
        next = if bytes[behind] == b',' { skip_white(bytes, behind + 1) } else { behind };
    }
    Some(next + 1)
}

fn list(bytes: &[u8], at: usize, path: &str, spans: &mut Vec<FieldSpan>) -> Option<usize> {
    let mut next = skip_white(bytes, at + 1);
    let mut number = 0;
    while bytes.get(next)? != &b']' {
        let end = value(bytes, next, &format!("{path}[{number}]"), spans)?;
        number += 1;
        next = skip_white(bytes, end);
        if bytes.get(next)? == &b',' {
            next = skip_white(bytes, next + 1);
        }
    }
    Some(next + 1)
}
