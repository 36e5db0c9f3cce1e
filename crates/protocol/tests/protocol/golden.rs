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
    same::<mqtt::ControllerCommand>("command_open");
    same::<mqtt::ControllerCommand>("command_show");
    same::<mqtt::ControllerCommand>("command_open_reserved");
    same::<mqtt::ControllerCommand>("command_show_early");
    same::<mqtt::ControllerCommand>("command_open_order");
    same::<mqtt::ControllerCommand>("command_open_fire");
    same::<mqtt::EventAck>("ack");
    same::<mqtt::ControllerStatus>("status");
    same::<mqtt::OpenSpaces>("open_spaces");
}

#[test]
fn uplink_messages_keep_their_form() {
    same::<uplink::UplinkBatch>("batch");
    same::<uplink::UplinkBatch>("batch_ahead");
    same::<uplink::UplinkBatch>("batch_camera");
    same::<uplink::UplinkBatch>("batch_readings");
    same::<uplink::BatchReceipt>("receipt");
    same::<uplink::BatchReceipt>("receipt_inside");
    same::<uplink::AccessPlanDocument>("plan");
    same::<uplink::AccessPlanDocument>("plan_shared");
    same::<uplink::AccessPlanDocument>("plan_standing");
    same::<uplink::AccessPlanDocument>("plan_colors");
    same::<enrolment::GatewayEnrolment>("enrolment");
    same::<enrolment::CredentialRenewal>("new_credential");
    same::<order::PendingRemoteOrders>("orders");
    same::<order::RemoteOrderOutcome>("order_outcome");
    same::<uplink::UplinkBatch>("batch_alarms");
    same::<uplink::UplinkBatch>("batch_fire");
    same::<order::PendingRemoteOrders>("orders_fire_end");
    same::<order::PendingRemoteOrders>("orders_fire_end_lane");
    same::<order::RemoteOrderOutcome>("order_outcome_fire_end");
}

#[test]
fn messages_to_people_keep_their_form() {
    same::<people::StreamFrame<people::ClassArrival>>("frame_arrival");
    same::<people::StreamFrame<people::ClassArrival>>("frame_arrival_at_gate");
    same::<people::StreamFrame<people::ClassArrival>>("frame_live");
    same::<people::ArrivalFeedPage>("feed_page");
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
