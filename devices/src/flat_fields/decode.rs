//! Bytes as devices write text.

use std::collections::BTreeSet;

use domain::device::Quirk;

/// Text with what was found on the way to it.
#[derive(Debug)]
pub(crate) struct DecodedText {
    pub text: String,
    pub quirks: BTreeSet<Quirk>,
}

/// UTF-8, else GBK. Control characters become spaces, which are the same to JSON and to a plate.
pub(crate) fn decode_text(bytes: &[u8]) -> DecodedText {
    let mut quirks = BTreeSet::new();
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").map_or(bytes, |rest| {
        quirks.insert(Quirk::ByteOrderMark);
        rest
    });
    let text = match std::str::from_utf8(bytes) {
        Ok(text) if !may_be_gbk(text) => text.to_owned(),
        utf8 => {
            let (gbk, is_broken) = encoding_rs::GBK.decode_without_bom_handling(bytes);
            let is_chinese =
                !is_broken && (utf8.is_err() || gbk.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)));
            if is_chinese {
                quirks.insert(Quirk::GbkText);
            }
            if is_chinese { gbk.into_owned() } else { String::from_utf8_lossy(bytes).into_owned() }
        }
    };
    let text = text
        .chars()
        .map(|c| match c {
            '\0' => {
                quirks.insert(Quirk::LeadingNul);
                ' '
            }
            '\n' | '\r' | '\t' => c,
            c if c.is_control() => {
                quirks.insert(Quirk::ControlCharacters);
                ' '
            }
            c => c,
        })
        .collect();
    DecodedText { text, quirks }
}

/// `鲁` and `豫` in GBK are two bytes that are also one character of UTF-8, in a script that no plate has. UTF-8 text of this trade has
/// Chinese characters, which have three bytes, or the point between the parts of a plate.
fn may_be_gbk(utf8: &str) -> bool {
    let is_two_bytes = |c: char| ('\u{80}'..'\u{800}').contains(&c) && c != '·';
    utf8.chars().any(is_two_bytes) && !utf8.chars().any(|c| c >= '\u{800}')
}
