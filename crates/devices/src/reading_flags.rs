//! Warnings and freshness flags of several makes, each with its own names.

use crate::confidence::ConfidenceValue;
use crate::field_tree::FieldTree;

/// Whether the device suspects a picture of a plate instead of a real one.
pub(crate) fn is_suspect(reading: &FieldTree) -> bool {
    const NAMES: [&str; 5] = ["is_fake_plate", "isFakePlate", "fakePlate", "fake_plate", "is_fake"];
    NAMES.iter().any(|name| reading.find_flag(name) == Some(true))
}

/// Whether the device stored the reading and sends it late.
pub(crate) fn is_stored(reading: &FieldTree) -> bool {
    const NAMES: [&str; 6] =
        ["isDataRetransmission", "isRetransmission", "isoffline", "is_offline", "isHistory", "alarmDataType"];
    NAMES.iter().any(|name| reading.find_flag(name) == Some(true))
}

/// The device's number of a reading. A number with only zeros counts as absent.
pub(crate) fn number(text: Option<String>) -> String {
    let is_zero = |text: &String| text.chars().all(|c| matches!(c, '0' | '-' | '{' | '}'));
    text.filter(|text| !is_zero(text)).unwrap_or_default()
}

/// The lowest of a list of confidences (`99,99,87`); other texts than numbers are ignored.
pub(crate) fn least(list: &str) -> Option<ConfidenceValue> {
    let values = list.split([',', ';', ' ', '|']).map(ConfidenceValue::parse);
    let thousandths = |value: &ConfidenceValue| match value {
        ConfidenceValue::Number { thousandths, .. } => Some(*thousandths),
        _ => None,
    };
    values.filter(|value| thousandths(value).is_some()).min_by_key(thousandths)
}
