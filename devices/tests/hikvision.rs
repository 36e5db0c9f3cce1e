//! Hikvision's cameras.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod common;

use devices::hikvision;
use devices::told::Told;
use domain::time::Timestamp;
use proptest::prelude::*;

#[test]
fn what_is_posted_is_understood() {
    common::holds("hikvision", |_, bytes| hikvision::parse(bytes));
}

#[test]
fn no_bytes_make_it_panic() {
    common::never_panics("hikvision", hikvision::parse);
}

proptest! {
    #[test]
    fn what_a_camera_plays_is_what_is_understood(
        plate in prop::option::of("鲁[A-HJ-NP-Z][A-HJ-NP-Z0-9]{5}"),
        number: u64,
        seconds in 1_i64..4_000_000_000,
        kept: bool,
    ) {
        let at = Timestamp::from_micros(seconds * 1_000_000);
        let message = hikvision::parse(&hikvision::play("a4:14:37:00:00:01", number, plate.as_deref(), at, kept)).unwrap();
        prop_assert_eq!(message.serial.as_deref(), Some("a4:14:37:00:00:01"));
        let [Told::Car(reading)] = message.told.as_slice() else { panic!("{message:?}") };
        prop_assert_eq!(&reading.plate, &plate);
        prop_assert_eq!((reading.occurred_at, reading.confidence, reading.kept, reading.opened), (Some(at), 97, kept, false));
    }
}

#[test]
fn the_barrier_is_opened_by_a_request() {
    let (path, body) = hikvision::open(1);
    assert_eq!(path, "/ISAPI/Parking/channels/1/barrierGate");
    assert!(body.contains("<ctrlMode>open</ctrlMode>"));
}
