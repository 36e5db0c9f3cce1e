//! Dahua's cameras.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod common;

use devices::dahua::{self, Kind};
use devices::told::Told;
use domain::time::Timestamp;
use proptest::prelude::*;

/// `KIND-whatever.json`.
fn kind(name: &str) -> Kind {
    Kind::of_path(name.split('-').next().unwrap()).unwrap()
}

#[test]
fn what_is_posted_is_understood() {
    common::holds("dahua", |name, bytes| dahua::parse(kind(name), bytes));
}

#[test]
fn no_bytes_make_it_panic() {
    for kind in [Kind::Car, Kind::Alive, Kind::Device] {
        common::never_panics("dahua", |bytes| dahua::parse(kind, bytes));
    }
}

proptest! {
    #[test]
    fn what_a_camera_plays_is_what_is_understood(
        plate in prop::option::of("鲁[A-HJ-NP-Z][A-HJ-NP-Z0-9]{5}"),
        confidence in 0_u8..=100,
        seconds in 1_i64..4_000_000_000,
    ) {
        let at = Timestamp::from_micros(seconds * 1_000_000);
        let message = dahua::parse(Kind::Car, &dahua::play("ITC-1", plate.as_deref(), confidence, at)).unwrap();
        prop_assert_eq!(message.serial.as_deref(), Some("ITC-1"));
        let [Told::Car(reading)] = message.told.as_slice() else { panic!("{message:?}") };
        prop_assert_eq!(&reading.plate, &plate);
        prop_assert_eq!((reading.occurred_at, reading.confidence), (Some(at), confidence));
    }
}

#[test]
fn what_is_posted_is_known_by_the_end_of_its_path() {
    for (path, kind) in [
        ("/NotificationInfo/TollgateInfo", Some(Kind::Car)),
        ("/lane-3/NotificationInfo/KeepAlive/", Some(Kind::Alive)),
        ("/NotificationInfo/DeviceInfo", Some(Kind::Device)),
        ("/NotificationInfo", None),
        ("", None),
    ] {
        assert_eq!(Kind::of_path(path), kind, "{path}");
    }
}

#[test]
fn the_answer_stops_it_from_sending_again_and_opens_nothing() {
    assert_eq!(dahua::reply()["result"], "true");
    assert!(dahua::reply().as_object().unwrap().len() == 3);
}
