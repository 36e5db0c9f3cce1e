//! Content that a driver does not understand.

use crate::body::MessageBody;
use crate::make::InboundMessage;
use crate::message::{DeviceMessage, MessageContent, UnknownContent};
use crate::resemblance::resembles_reading;

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

/// The first characters of a response, for display.
pub(crate) fn excerpt(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(120).collect()
}
