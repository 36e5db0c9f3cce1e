//! Huaxia's cameras.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod common;

use devices::huaxia::{self, Reply};
use devices::told::Told;
use domain::time::Timestamp;
use proptest::prelude::*;
use serde_json::json;

#[test]
fn what_is_posted_is_understood() {
    common::holds("huaxia", |_, bytes| huaxia::parse(bytes));
}

#[test]
fn no_bytes_make_it_panic() {
    common::never_panics("huaxia", huaxia::parse);
}

proptest! {
    #[test]
    fn what_a_camera_plays_is_what_is_understood(plate in "鲁[A-HJ-NP-Z][A-HJ-NP-Z0-9]{5}", seconds in 1_i64..4_000_000_000, kept: bool) {
        let at = Timestamp::from_micros(seconds * 1_000_000);
        let message = huaxia::parse(&huaxia::play("cam-7", Some((&plate, at, kept)))).unwrap();
        prop_assert_eq!(message.serial.as_deref(), Some("cam-7"));
        let [Told::Car(reading)] = message.told.as_slice() else { panic!("{message:?}") };
        prop_assert_eq!(reading.plate.as_deref(), Some(plate.as_str()));
        prop_assert_eq!((reading.occurred_at, reading.kept, reading.opened), (Some(at), kept, false));
    }
}

#[test]
fn only_one_answer_opens() {
    assert_eq!(Reply::default().body(), json!({ "error_num": 0, "error_str": "" }));
    assert!(Reply { open: true }.body().get("gpio_data").is_some());
}

#[test]
fn a_heartbeat_is_one() {
    let message = huaxia::parse(&huaxia::play("cam-7", None)).unwrap();
    assert!(matches!(message.told.as_slice(), [Told::Alive(_)]));
}
