//! Text of devices: UTF-8 where it is documented, GBK in much firmware, sometimes both in one message.
//!
//! The encoding is decided for each run of text between ASCII punctuation, because a message whose plate is UTF-8 may carry a channel
//! name in GBK. A run that is UTF-8 by accident (鲁 in GBK reads as a superscript three) is recognised by its unlikely characters.

use std::borrow::Cow;
use std::collections::BTreeSet;

use domain::device::DeviceQuirk;
use encoding_rs::{Encoding, GB18030, UTF_16BE, UTF_16LE};

/// Text of a device and the deviations of its bytes.
#[derive(Debug, Default)]
pub(crate) struct DecodedText<'a> {
    pub text: Cow<'a, str>,
    pub quirks: BTreeSet<DeviceQuirk>,
}

/// Bytes in which an XML declaration may stand.
const DECLARATION: usize = 200;

/// Decodes a message or a field; never fails. `declared` is a content type, if there is one.
pub(crate) fn decode<'a>(bytes: &'a [u8], declared: Option<&str>) -> DecodedText<'a> {
    let mut quirks = BTreeSet::new();
    if let Some(encoding) = utf16(bytes) {
        let (text, _) = encoding.decode_with_bom_removal(bytes);
        quirks.insert(DeviceQuirk::ByteOrderMark);
        return without_controls(Cow::Owned(text.into_owned()), quirks);
    }
    let bytes = trimmed(bytes, &mut quirks);
    let is_gbk = declared.is_some_and(names_gbk) || declares_gbk(bytes);
    let text = match std::str::from_utf8(bytes) {
        Ok(text) if !is_gbk && !has_doubtful_run(text) => Cow::Borrowed(text),
        whole => {
            let (text, used_gbk) = decode_runs(bytes, is_gbk || whole.is_err());
            if used_gbk {
                quirks.insert(DeviceQuirk::GbkText);
            }
            Cow::Owned(text)
        }
    };
    without_controls(text, quirks)
}

/// Text of bytes that were encoded in another text (base64, percent escapes).
pub(crate) fn decode_field(bytes: &[u8]) -> String {
    decode(bytes, None).text.into_owned()
}

/// Whether a text is a name of the device's program, not data: letters, `_` and `-`.
pub(crate) fn is_word(text: &str) -> bool {
    text.len() <= 40 && text.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_' || byte == b'-')
}

/// The fault of a message of an unknown kind. The kind is shown only if it is a word, because a fault is logged.
pub(crate) fn unknown_kind(field: &str, kind: &str) -> String {
    match is_word(kind) {
        true => format!("{field} is unknown: {kind}"),
        false => format!("{field} is unknown"),
    }
}

/// Removes control characters that an escape has produced.
pub(crate) fn cleaned(text: String) -> String {
    if text.chars().any(is_unwanted) { text.chars().filter(|c| !is_unwanted(*c)).collect() } else { text }
}

/// Control characters, and characters without a width.
fn is_unwanted(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
        || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}')
}

fn without_controls(text: Cow<'_, str>, mut quirks: BTreeSet<DeviceQuirk>) -> DecodedText<'_> {
    if !text.chars().any(is_unwanted) {
        return DecodedText { text, quirks };
    }
    quirks.insert(DeviceQuirk::ControlCharacters);
    DecodedText { text: Cow::Owned(cleaned(text.into_owned())), quirks }
}

/// Detects UTF-16 by a byte order mark, or by the zero bytes around a first `{` or `<`.
fn utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [0xff, 0xfe, ..] | [b'{' | b'<', 0, _, 0, ..] => Some(UTF_16LE),
        [0xfe, 0xff, ..] | [0, b'{' | b'<', 0, _, ..] => Some(UTF_16BE),
        _ => None,
    }
}

/// Trims zero bytes and white space at both ends and a byte order mark.
fn trimmed<'a>(bytes: &'a [u8], quirks: &mut BTreeSet<DeviceQuirk>) -> &'a [u8] {
    let is_edge = |byte: &u8| *byte == 0 || byte.is_ascii_whitespace();
    let mut inner = cut_edges(bytes, is_edge);
    if let Some(after) = inner.strip_prefix(b"\xef\xbb\xbf") {
        quirks.insert(DeviceQuirk::ByteOrderMark);
        inner = cut_edges(after, is_edge);
    }
    let start = bytes.len() - inner.len();
    let leading = bytes.iter().take(start).take_while(|byte| is_edge(byte)).any(|byte| *byte == 0);
    let trailing = bytes.iter().rev().take_while(|byte| is_edge(byte)).any(|byte| *byte == 0);
    if leading || trailing {
        quirks.insert(DeviceQuirk::LeadingNul);
    }
    inner
}

fn cut_edges(bytes: &[u8], is_edge: impl Fn(&u8) -> bool) -> &[u8] {
    let Some(start) = bytes.iter().position(|byte| !is_edge(byte)) else { return &[] };
    let end = bytes.iter().rposition(|byte| !is_edge(byte)).map_or(start, |last| last + 1);
    bytes.get(start..end).unwrap_or_default()
}

fn names_gbk(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["gb2312", "gbk", "gb18030", "gb_2312", "x-gbk", "cp936"].iter().any(|name| text.contains(name))
}

/// `<?xml version="1.0" encoding="GB2312"?>`
fn declares_gbk(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(DECLARATION)).unwrap_or_default();
    let head = String::from_utf8_lossy(head);
    let declaration = head.split_once("<?xml").and_then(|(_, rest)| rest.split_once("?>"));
    declaration.is_some_and(|(declaration, _)| names_gbk(declaration))
}

/// Whether a run is valid UTF-8 but consists of characters that no device writes.
fn has_doubtful_run(text: &str) -> bool {
    !text.is_ascii()
        && text.split(|c: char| c.is_ascii() && is_boundary(c as u8)).any(|run| doubtful(run) == 1)
}

/// Neither the first nor a further byte of a character in GB 18030 (digits are).
const fn is_boundary(byte: u8) -> bool {
    byte < 0x40 && !byte.is_ascii_digit()
}

/// Number of unlikely characters in a run without a Chinese one: U+0080 to U+07FF, except the dot of plates and unit signs.
fn doubtful(run: &str) -> usize {
    if run.chars().any(|c| c >= '\u{800}') {
        return 0;
    }
    run.chars().filter(|c| !c.is_ascii() && !matches!(c, '·' | '°' | '×' | '±' | '÷')).count()
}

fn decode_runs(bytes: &[u8], is_hinted: bool) -> (String, bool) {
    let (mut text, mut used_gbk) = (String::with_capacity(bytes.len()), false);
    for run in bytes.chunk_by(|left, right| !is_boundary(*left) && !is_boundary(*right)) {
        let (decoded, is_gbk) = decode_run(run, is_hinted);
        text.push_str(&decoded);
        used_gbk |= is_gbk;
    }
    (text, used_gbk)
}

fn decode_run(run: &[u8], is_hinted: bool) -> (Cow<'_, str>, bool) {
    let gbk = || {
        let (text, is_broken) = GB18030.decode_without_bom_handling(run);
        (!is_broken).then_some(text)
    };
    match std::str::from_utf8(run) {
        Ok(text) => {
            let odd = doubtful(text);
            let is_chinese = |text: &Cow<'_, str>| {
                text.chars().all(|c| c.is_ascii() || matches!(c, '\u{4e00}'..='\u{9fff}'))
            };
            match gbk().filter(|text| (odd == 1 || (odd > 1 && is_hinted)) && is_chinese(text)) {
                Some(text) => (text, true),
                None => (Cow::Borrowed(text), false),
            }
        }
        Err(_) => match gbk() {
            Some(text) => (text, true),
            None => (String::from_utf8_lossy(run), false),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> String {
        decode(bytes, None).text.into_owned()
    }

    fn gbk(text: &str) -> Vec<u8> {
        GB18030.encode(text).0.into_owned()
    }

    #[test]
    fn each_run_is_decoded_in_its_own_encoding() {
        let mut mixed = "<licensePlate>蓝鲁B77704</licensePlate><channelName>".as_bytes().to_vec();
        mixed.extend(gbk("东门出口"));
        mixed.extend(b"</channelName>");
        let decoded = decode(&mixed, None);
        assert_eq!(
            decoded.text,
            "<licensePlate>蓝鲁B77704</licensePlate><channelName>东门出口</channelName>"
        );
        assert!(decoded.quirks.contains(&DeviceQuirk::GbkText));
    }

    #[test]
    fn a_province_that_is_utf8_by_accident_is_gbk() {
        for plate in ["鲁B12345", "豫A12345", "京A12345", "粤ZJ068澳"] {
            assert_eq!(text(&gbk(plate)), plate);
            assert_eq!(text(plate.as_bytes()), plate);
        }
        assert_eq!(text("鲁B·12345".as_bytes()), "鲁B·12345");
        assert_eq!(text("B·12345".as_bytes()), "B·12345");
    }

    #[test]
    fn marks_zero_bytes_and_control_characters_are_cut() {
        let quirks = |bytes: &[u8]| decode(bytes, None).quirks.into_iter().collect::<Vec<_>>();
        assert_eq!(text(b"\xef\xbb\xbf{}"), "{}");
        assert_eq!(quirks(b"\xef\xbb\xbf{}"), [DeviceQuirk::ByteOrderMark]);
        assert_eq!(text(b"\0\0{}\0\r\n"), "{}");
        assert_eq!(quirks(b"{}\0"), [DeviceQuirk::LeadingNul]);
        assert_eq!(text("鲁B77703\u{1}".as_bytes()), "鲁B77703");
        assert_eq!(quirks(b"a\x01b"), [DeviceQuirk::ControlCharacters]);
        assert_eq!(text(b"\0\0\0"), "");
    }

    #[test]
    fn two_bytes_a_character_are_read() {
        let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        let marked: Vec<u8> = [0xff, 0xfe].into_iter().chain(wide("{\"鲁\"}")).collect();
        assert_eq!(text(&marked), "{\"鲁\"}");
        assert_eq!(text(&wide("{\"鲁\"}")), "{\"鲁\"}");
    }

    #[test]
    fn a_declared_encoding_counts() {
        let mut xml = b"<?xml version=\"1.0\" encoding=\"GB2312\"?><a>".to_vec();
        xml.extend(gbk("蓝鲁B77701"));
        assert!(text(&xml).ends_with("<a>蓝鲁B77701"));
        let utf8 = "<?xml version=\"1.0\" encoding=\"GB2312\"?><a>蓝鲁B77701";
        assert_eq!(text(utf8.as_bytes()), utf8, "declared GB 2312, written in UTF-8");
    }
}
