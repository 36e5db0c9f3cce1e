//! Events of native controllers that deviate from the protocol: fields are read one by one, as for other makes.
//!
//! The gateway decodes a correct event without this module.

use std::collections::BTreeSet;

use domain::device::DeviceQuirk;
use domain::time::Timestamp;
use domain::vehicle::{PlateColor, TravelDirection, VehicleClass, VehicleDetails};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::body::MessageBody;
use crate::confidence::ReadingConfidence;
use crate::device_time;
use crate::field_tree::FieldTree;
use crate::make::InboundMessage;
use crate::message::{DeviceMessage, MessageContent, UnknownContent};
use crate::plate_text;
use crate::resemblance;

/// The readable fields of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NativeEventFields {
    pub version: Option<i64>,
    pub event_id: Option<String>,
    pub kind: Option<String>,
    pub plate: Option<String>,
    /// Absent where the event has no such field.
    pub confidence: Option<ReadingConfidence>,
    pub occurred_at: Option<Timestamp>,
    pub age: NativeAge,
    pub of: Option<String>,
    pub vehicle: VehicleDetails,
    pub quirks: BTreeSet<DeviceQuirk>,
}

/// The field `age_ms`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NativeAge {
    Absent,
    Ms(u64),
    Unreadable,
}

/// Reads the fields of a payload; `None` if it has none.
pub fn event_fields(message: &InboundMessage<'_>) -> Option<NativeEventFields> {
    let body = MessageBody::parse(message);
    let fields = &body.fields;
    if !fields.is_group() {
        return None;
    }
    let plate = fields.get("plate").and_then(FieldTree::text).map(|text| plate_text::parse(&text));
    let vehicle = fields.get("vehicle");
    let word = |name: &str| vehicle?.get(name)?.text();
    Some(NativeEventFields {
        version: fields.get("v").and_then(FieldTree::number),
        event_id: fields.get("event_id").and_then(FieldTree::text),
        kind: fields.get("kind").and_then(FieldTree::text),
        plate: plate.and_then(|plate| plate.plate),
        confidence: fields
            .get("confidence")
            .map(|value| ReadingConfidence::parse(&value.text().unwrap_or_default())),
        occurred_at: fields
            .get("occurred_at")
            .and_then(FieldTree::text)
            .and_then(|text| device_time::parse(&text)),
        age: fields.get("age_ms").map_or(NativeAge::Absent, age),
        of: fields.get("of").and_then(FieldTree::text),
        vehicle: VehicleDetails {
            plate_color: word("plate_color").and_then(|text| named::<PlateColor>(&text)),
            class: word("class").and_then(|text| named::<VehicleClass>(&text)),
            travel: word("travel").and_then(|text| named::<TravelDirection>(&text)),
            is_suspect: vehicle.and_then(|vehicle| vehicle.get("is_suspect")?.flag()).unwrap_or(false),
        },
        quirks: body.quirks,
    })
}

fn age(value: &FieldTree) -> NativeAge {
    match value.number().and_then(|ms| u64::try_from(ms).ok()) {
        Some(ms) => NativeAge::Ms(ms),
        None if value.text().is_none() && !value.is_group() => NativeAge::Absent,
        None => NativeAge::Unreadable,
    }
}

fn named<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_value(Value::String(text.to_owned())).ok()
}

/// A payload that is no event, as a message like that of any other make.
pub fn not_understood(message: &InboundMessage<'_>, fault: &str) -> DeviceMessage {
    let body = MessageBody::parse(message);
    let resembles_reading = resemblance::resembles_reading(&body, message.body);
    let unknown = UnknownContent { fault: fault.to_owned(), resembles_reading };
    DeviceMessage::new(None, vec![MessageContent::NotUnderstood(unknown)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::confidence::ConfidenceScale;

    fn fields(payload: &[u8]) -> NativeEventFields {
        let message = InboundMessage {
            address: "event",
            method: "POST",
            content_type: None,
            body: payload,
            is_truncated: false,
            received_at: Timestamp::from_micros(0),
            arrival: "a",
        };
        event_fields(&message).unwrap()
    }

    #[test]
    fn each_field_is_read_alone() {
        let event = fields(
            "\u{feff}{\"event_id\":7,\"kind\":\"plate\",\"plate\":\"\\u0001鲁B12345\",\"confidence\":97.5,\"occurred_at\":\"2026-11-29 04:00:00\",\
             \"age_ms\":\"12\",\"of\":null}\0"
                .as_bytes(),
        );
        assert_eq!((event.event_id.as_deref(), event.kind.as_deref()), (Some("7"), Some("plate")));
        assert_eq!(event.plate.as_deref(), Some("鲁B12345"));
        assert_eq!(event.confidence.unwrap().overall.percent(ConfidenceScale::Percent), 97);
        assert_eq!(event.occurred_at, Timestamp::parse("2026-11-29T04:00:00+08:00").ok());
        assert_eq!((event.age, event.of), (NativeAge::Ms(12), None));
    }

    #[test]
    fn an_age_that_is_no_number_is_not_taken_for_none() {
        assert_eq!(fields(b"{\"age_ms\":[1,2]}").age, NativeAge::Unreadable);
        assert_eq!(fields(b"{\"age_ms\":-5}").age, NativeAge::Unreadable);
        assert_eq!(fields(b"{\"age_ms\":null}").age, NativeAge::Absent);
    }
}
