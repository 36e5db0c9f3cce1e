//! Checks whether a text is a complete document, for parts without a length.

use serde::de::IgnoredAny;

pub(super) fn is_text(content_type: &str) -> bool {
    let kind = content_type.to_ascii_lowercase();
    ["text/", "json", "xml"].iter().any(|mark| kind.contains(mark))
}

/// The bytes without blanks and NUL at the end.
pub(super) fn trimmed(bytes: &[u8]) -> &[u8] {
    let is_blank = |byte: &u8| byte.is_ascii_whitespace() || *byte == 0;
    let until = bytes.iter().rposition(|byte| !is_blank(byte)).map_or(0, |last| last + 1);
    bytes.get(..until).unwrap_or_default()
}

/// Whether the text is a complete heartbeat of Dahua, XML element or JSON object.
pub(super) fn is_document(body: &[u8]) -> bool {
    let text = trimmed(body).trim_ascii_start();
    match (text.first(), text.last()) {
        (Some(b'H'), _) => text == b"Heartbeat",
        (Some(b'{'), Some(b'}')) => serde_json::from_slice::<IgnoredAny>(text).is_ok(),
        (Some(b'<'), Some(b'>')) => root(text).is_some_and(|name| ends_element(text, name)),
        _ => false,
    }
}

/// The name of the outermost element.
fn root(text: &[u8]) -> Option<&[u8]> {
    let mut rest = text;
    loop {
        let open = rest.iter().position(|byte| *byte == b'<')?;
        rest = rest.get(open + 1..)?;
        if !matches!(rest.first()?, b'?' | b'!') {
            let end =
                rest.iter().position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/'))?;
            return rest.get(..end).filter(|name| !name.is_empty());
        }
    }
}

fn ends_element(text: &[u8], name: &[u8]) -> bool {
    let closed = text.strip_suffix(b">").map(<[u8]>::trim_ascii_end);
    closed.and_then(|text| text.strip_suffix(name)).is_some_and(|text| text.ends_with(b"</"))
}
