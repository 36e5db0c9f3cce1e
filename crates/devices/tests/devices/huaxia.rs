//! Huaxia's cameras.

use devices::confidence::ReadingConfidence;
use devices::huaxia;
use devices::make::DeviceReply;
use devices::makes::find;
use devices::message::MessageContent;
use domain::time::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

const MAKE: &str = "huaxia";

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
    fn what_a_camera_plays_is_decoded(plate in "鲁[A-HJ-NP-Z][A-HJ-NP-Z0-9]{5}", seconds in 1_i64..4_000_000_000, is_stored: bool) {
        let at = Timestamp::from_micros(seconds * 1_000_000);
        let body = huaxia::play("cam-7", Some((&plate, at, is_stored)));
        let message = crate::common::decode(find(MAKE).unwrap(), "/event", &body);
        prop_assert_eq!(message.serial.as_deref(), Some("cam-7"));
        let reading = crate::common::reading(&message);
        prop_assert_eq!(reading.plate.as_deref(), Some(plate.as_str()));
        prop_assert_eq!((reading.occurred_at, reading.is_retransmission, reading.is_opened_by_device), (Some(at), is_stored, false));
        prop_assert_eq!(reading.confidence, ReadingConfidence::not_reported());
    }
}

#[test]
fn only_one_response_opens() {
    let reply = |open| -> Value {
        serde_json::from_slice(
            &find(MAKE).unwrap().reply(&DeviceReply { open, ..DeviceReply::default() }).body,
        )
        .unwrap()
    };
    assert_eq!(reply(false), json!({ "error_num": 0, "error_str": "" }));
    assert_eq!(reply(true)["gpio_data"], json!([{ "ionum": "io1", "action": "on" }]));
}

#[test]
fn a_heartbeat_is_one() {
    let message = crate::common::decode(find(MAKE).unwrap(), "/event", &huaxia::play("cam-7", None));
    assert!(matches!(message.contents.as_slice(), [MessageContent::Health(_)]));
}
