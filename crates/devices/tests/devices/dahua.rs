//! Dahua's cameras.

use devices::dahua;
use devices::make::{DeviceReply, OpeningMethod};
use devices::makes::find;
use devices::message::MessageContent;
use domain::time::Timestamp;
use proptest::prelude::*;
use serde_json::Value;

const MAKE: &str = "dahua";

#[test]
fn each_file_of_the_corpus_decodes_to_what_is_expected() {
    crate::common::holds(MAKE);
}

#[test]
fn each_file_of_the_corpus_names_its_source() {
    crate::common::names_sources(MAKE);
}

#[test]
fn no_bytes_make_it_panic() {
    crate::common::never_panics(MAKE);
}

proptest! {
    #[test]
    fn what_a_camera_plays_is_decoded_on_any_path(
        plate in prop::option::of("鲁[A-HJ-NP-Z][A-HJ-NP-Z0-9]{5}"),
        confidence in 0_u8..=100,
        seconds in 1_i64..4_000_000_000,
        path in "/[a-z/]{0,20}",
    ) {
        let at = Timestamp::from_micros(seconds * 1_000_000);
        let message = crate::common::decode(find(MAKE).unwrap(), &path, &dahua::play("ITC-1", plate.as_deref(), confidence, at));
        prop_assert_eq!(message.serial.as_deref(), Some("ITC-1"));
        let reading = crate::common::reading(&message);
        prop_assert_eq!(&reading.plate, &plate);
        prop_assert_eq!(reading.occurred_at, Some(at));
        prop_assert_eq!(reading.confidence.overall.percent(devices::confidence::ConfidenceScale::Percent), confidence);
    }
}

#[test]
fn without_a_time_each_arrival_is_a_reading() {
    let body = br#"{"Picture":{"Plate":{"PlateNumber":"x"},"SnapInfo":{"SnapTime":"soon"}}}"#;
    let key = |arrival: &str| {
        let message = devices::make::InboundMessage { arrival, ..crate::common::inbound("/", body) };
        crate::common::reading(&find(MAKE).unwrap().decode(&message)).key.clone()
    };
    assert_ne!(key("a"), key("b"));
    assert_eq!(key("a"), key("a"));
}

#[test]
fn a_heartbeat_is_known_by_its_path_or_its_fields() {
    for (path, body) in [
        ("/NotificationInfo/KeepAlive", ""),
        ("/lane-3/NotificationInfo/DeviceInfo/", "{}"),
        ("/any", r#"{"Active":"keepAlive","DeviceID":"x"}"#),
    ] {
        let message = crate::common::decode(find(MAKE).unwrap(), path, body.as_bytes());
        assert!(matches!(message.contents.as_slice(), [MessageContent::Health(_)]), "{path}: {message:?}");
    }
    let message = crate::common::decode(find(MAKE).unwrap(), "/any", b"{}");
    assert!(matches!(message.contents.as_slice(), [MessageContent::NotUnderstood(_)]));
}

#[test]
fn the_response_stops_it_from_sending_again_and_opens_nothing() {
    let reply = find(MAKE).unwrap().reply(&DeviceReply { open: true, ..DeviceReply::default() });
    let body: Value = serde_json::from_slice(&reply.body).unwrap();
    assert_eq!(body["result"], "true");
    assert_eq!(body.as_object().unwrap().len(), 3);
}

#[test]
fn a_request_opens_and_only_ok_confirms() {
    let OpeningMethod::Request(open) = find(MAKE).unwrap().opening() else { panic!("another way") };
    let (method, path, body) = (open.request)(2);
    assert_eq!((method, body.as_str()), ("GET", ""));
    assert!(path.starts_with("/cgi-bin/trafficSnap.cgi?action=openStrobe&channel=2&"), "{path}");
    for body in ["", "OK", "OK\r\n", "ok"] {
        assert_eq!((open.confirm)(body.as_bytes()), Ok(()), "{body}");
    }
    for body in ["Error", "Error: No Events", "Bad Request!", "<html>OK</html>", "OKAY?"] {
        assert!((open.confirm)(body.as_bytes()).is_err(), "{body}");
    }
}
