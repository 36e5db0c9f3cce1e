//! Content that a driver does not understand.

use crate::body::MessageBody;
use crate::make::InboundMessage;
use crate::message::{DeviceMessage, MessageContent, UnknownContent};
use crate::resemblance::resembles_reading;

/// Digits of a status code.
const SHORT_NUMBER: usize = 4;

/// Content that is not understood. `is_reading_kind`: its path or kind is that of a reading.
pub(crate) fn content(
    fault: impl Into<String>,
    is_reading_kind: bool,
    body: &MessageBody,
    bytes: &[u8],
) -> MessageContent {
    let resembles_reading = is_reading_kind || resembles_reading(body, bytes);
    MessageContent::NotUnderstood(UnknownContent { fault: fault.into(), resembles_reading })
}

/// The fault of a body without fields; for a body with fields the driver's text `otherwise`.
pub(crate) fn fault(message: &InboundMessage<'_>, body: &MessageBody, otherwise: &str) -> String {
    if message.is_truncated {
        return format!("The body has more than {} bytes.", InboundMessage::MAX_BODY);
    }
    if message.body.is_empty() {
        return "The body is empty.".to_owned();
    }
    if body.fields == crate::field_tree::FieldTree::Null {
        return "The body has no fields: it is neither JSON nor XML nor a form.".to_owned();
    }
    otherwise.to_owned()
}

/// The message with the quirks of its body.
pub(crate) fn with_body_quirks(mut decoded: DeviceMessage, body: &MessageBody) -> DeviceMessage {
    decoded.quirks.extend(&body.quirks);
    decoded
}

/// The first words of a response, for display. A word with other characters than letters becomes `*`, and so does a
/// long number: they may be data, and a log shows the text.
pub(crate) fn excerpt(text: &str) -> String {
    let plain = |word: &str| {
        let bare = word.trim_matches(|c: char| c.is_ascii_punctuation());
        let is_word = bare.bytes().all(|byte| byte.is_ascii_alphabetic());
        let is_number = bare.len() <= SHORT_NUMBER && bare.bytes().all(|byte| byte.is_ascii_digit());
        if is_word || is_number { word.to_owned() } else { "*".to_owned() }
    };
    let words: Vec<String> = text.split_whitespace().map(plain).collect();
    words.join(" ").chars().take(120).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_keeps_words_and_codes_and_drops_what_may_be_data() {
        assert_eq!(excerpt("statusCode 4,  Invalid\nOperation"), "statusCode 4, Invalid Operation");
        assert_eq!(excerpt("plate 鲁B12345 of 13800138000"), "plate * of *");
    }
}
