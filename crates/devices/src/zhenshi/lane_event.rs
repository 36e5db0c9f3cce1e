//! `lanectrl_result`: events of a vehicle in the lane.

use super::alarm::{AlarmSource, signal};
use crate::field_tree::FieldTree;
use crate::message::{MessageContent, SignalKind};
use crate::{device_time, reading_flags};

/// People and queues in the lane.
const OTHER_EVENTS: [i64; 5] = [81, 96, 97, 112, 113];

pub(super) fn content(source: &AlarmSource<'_>) -> MessageContent {
    let fields = &source.body.fields;
    let kind = match fields.find_number("event_type") {
        Some(82) => SignalKind::Stuck,
        Some(73) => SignalKind::Free,
        Some(83) => SignalKind::Passed,
        Some(84) => SignalKind::Reversed,
        Some(85) => SignalKind::Tailgated,
        Some(other) if OTHER_EVENTS.contains(&other) => return MessageContent::NoReading("lanectrl_result"),
        Some(_) => return source.unknown("`event_type` is not known.", false),
        None => return source.unknown("`event_type` is missing or is no number.", false),
    };
    // A stored state of the lane from the time without a connection is outdated.
    if reading_flags::is_stored(fields) {
        return MessageContent::NoReading("stored lanectrl_result");
    }
    let own_time = fields.find("payload").and_then(|payload| payload.find("time")).and_then(FieldTree::text);
    let occurred_at = source.sent_at.or_else(|| device_time::parse(&own_time?));
    let number =
        ["group_id_str", "result_id"].map(|name| fields.find_text(&[name]).unwrap_or_default()).join(".");
    let key =
        source.key(&format!("{kind:?}")).part("result", &number).number(&source.message_id).time(occurred_at);
    signal(key.finish(source.message.arrival), kind, occurred_at)
}
