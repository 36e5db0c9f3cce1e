//! Each released message has a golden file: a change that cannot read it, or writes it differently, breaks peers in the field.

use protocol::{enrolment, mqtt, order, people, public, uplink};
use serde::{Serialize, de::DeserializeOwned};

/// Reads the file as `T` and writes it again: no field may be lost or renamed.
fn same<T: DeserializeOwned + Serialize>(file: &str) {
    let path = format!("{}/golden/v1/{file}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap();
    let message: T = serde_json::from_str(&text).unwrap();
    let written = serde_json::to_value(&message).unwrap();
    let golden: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(written, golden, "{file}");
}

#[test]
fn mqtt_messages_keep_their_form() {
    same::<mqtt::ControllerEvent>("event");
    same::<mqtt::ControllerEvent>("event_pass");
    same::<mqtt::ControllerEvent>("event_fire");
    same::<mqtt::ControllerEvent>("event_reversal");
    same::<mqtt::Command>("command_open");
    same::<mqtt::Command>("command_show");
    same::<mqtt::Command>("command_open_reserved");
    same::<mqtt::Command>("command_show_early");
    same::<mqtt::Command>("command_open_order");
    same::<mqtt::Command>("command_open_fire");
    same::<mqtt::Ack>("ack");
    same::<mqtt::DeviceStatus>("status");
    same::<mqtt::OpenSpaces>("open_spaces");
}

#[test]
fn uplink_messages_keep_their_form() {
    same::<uplink::Batch>("batch");
    same::<uplink::Batch>("batch_ahead");
    same::<uplink::Batch>("batch_camera");
    same::<uplink::Batch>("batch_readings");
    same::<uplink::Receipt>("receipt");
    same::<uplink::Receipt>("receipt_inside");
    same::<uplink::PlanDocument>("plan");
    same::<uplink::PlanDocument>("plan_shared");
    same::<uplink::PlanDocument>("plan_standing");
    same::<uplink::PlanDocument>("plan_colors");
    same::<enrolment::Enrolment>("enrolment");
    same::<enrolment::NewCredential>("new_credential");
    same::<order::Orders>("orders");
    same::<order::Outcome>("order_outcome");
    same::<uplink::Batch>("batch_alarms");
    same::<order::Orders>("orders_fire_end");
    same::<order::Outcome>("order_outcome_fire_end");
}

#[test]
fn messages_to_people_keep_their_form() {
    same::<people::Frame<people::Arrival>>("frame_arrival");
    same::<people::Frame<people::Arrival>>("frame_arrival_at_gate");
    same::<people::Frame<people::Arrival>>("frame_live");
    same::<people::FeedPage>("feed_page");
    same::<public::ParkingSites>("parking_sites");
}

#[test]
fn the_shortest_event_is_enough() {
    let event: mqtt::ControllerEvent = serde_json::from_str(
        r#"{"event_id":"e1","kind":"plate","occurred_at":"2026-11-23T15:30:00+08:00","new":1}"#,
    )
    .unwrap();
    assert_eq!((event.v, event.confidence, event.age_ms, event.plate), (1, 100, 0, None));
}

#[test]
fn a_time_without_a_zone_is_an_error_that_says_so() {
    let text = r#"{"event_id":"e1","kind":"plate","occurred_at":"2026-11-23 15:30:00"}"#;
    let error = serde_json::from_str::<mqtt::ControllerEvent>(text).unwrap_err();
    assert!(error.to_string().contains("RFC 3339"), "{error}");
}
