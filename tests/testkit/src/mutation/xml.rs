//! Spans of XML elements.

use std::ops::Range;

use super::{FieldSpan, SpanFormat, joined};

/// Adds the elements that have an end; what is no element is passed over.
pub(super) fn collect(bytes: &[u8], range: Range<usize>, path: &str, spans: &mut Vec<FieldSpan>) {
    // Name, span, start of the element and of its content.
    let mut open: Vec<(String, usize)> = Vec::new();
    let mut at = range.start;
    while let Some(start) = bytes[at..range.end].iter().position(|byte| *byte == b'<').map(|found| at + found)
    {
        let Some(end) =
            bytes[start..range.end].iter().position(|byte| *byte == b'>').map(|found| start + found + 1)
        else {
            break;
        };
        let tag = &bytes[start + 1..end - 1];
        match tag.first() {
            Some(b'/') => close(&tag[1..], start, end, &mut open, spans),
            Some(b'!') if tag.starts_with(b"!--") => {
                at = bytes[start..range.end]
                    .windows(3)
                    .position(|found| found == b"-->")
                    .map_or(range.end, |found| start + found + 3);
                continue;
            }
            Some(b'?' | b'!') | None => {}
            Some(_) if tag.ends_with(b"/") => {}
            Some(_) => {
                let name = name(tag);
                let outer = open.last().map_or(path, |(_, own)| spans[*own].path.as_str());
                let path = joined(outer, &name);
                if let Some((_, own)) = open.last() {
                    spans[*own].is_group = true;
                }
                open.push((name, spans.len()));
                spans.push(FieldSpan {
                    path,
                    format: SpanFormat::Xml,
                    is_group: false,
                    whole: start..end,
                    value: end..end,
                });
            }
        }
        at = end;
    }
    // Elements without an end are no fields.
    let unclosed: Vec<usize> = open.into_iter().map(|(_, own)| own).collect();
    for own in unclosed.into_iter().rev() {
        spans.remove(own);
    }
}

fn name(tag: &[u8]) -> String {
    let end = tag.iter().position(|byte| byte.is_ascii_whitespace()).unwrap_or(tag.len());
    String::from_utf8_lossy(&tag[..end]).into_owned()
}

fn close(tag: &[u8], start: usize, end: usize, open: &mut Vec<(String, usize)>, spans: &mut [FieldSpan]) {
    let name = name(tag);
    if open.last().is_some_and(|(own, _)| *own == name) {
        let own = open.pop().expect("an open element").1;
        spans[own].whole.end = end;
        spans[own].value.end = start;
    }
}
