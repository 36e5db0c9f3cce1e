//! Hikvision's cameras.

use devices::hikvision;
use devices::make::OpeningMethod;
use devices::makes::find;
use domain::time::Timestamp;
use proptest::prelude::*;

const MAKE: &str = "hikvision";

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
    fn what_a_camera_plays_is_decoded(
        plate in prop::option::of("鲁[A-HJ-NP-Z][A-HJ-NP-Z0-9]{5}"),
        number: u64,
        seconds in 1_i64..4_000_000_000,
        is_stored: bool,
    ) {
        let at = Timestamp::from_micros(seconds * 1_000_000);
        let body = hikvision::play("a4:14:37:00:00:01", number, plate.as_deref(), at, is_stored);
        let message = crate::common::decode(find(MAKE).unwrap(), "/event", &body);
        prop_assert_eq!(message.serial.as_deref(), Some("a4:14:37:00:00:01"));
        let reading = crate::common::reading(&message);
        prop_assert_eq!(&reading.plate, &plate);
        prop_assert_eq!((reading.occurred_at, reading.is_retransmission, reading.is_opened_by_device), (Some(at), is_stored, false));
    }
}

#[test]
fn two_vehicles_of_one_second_are_two_readings() {
    let key = |name: &str| crate::common::corpus_reading(MAKE, name).key;
    assert_ne!(key("same-second-first.xml"), key("same-second-second.xml"));
    assert_ne!(key("zone-without-colon-first.xml"), key("zone-without-colon-second.xml"));
}

#[test]
fn a_request_opens_the_barrier_of_its_channel() {
    let OpeningMethod::Request(open) = find(MAKE).unwrap().opening() else { panic!("another way") };
    let (method, path, body) = (open.request)(2);
    assert_eq!((method, path.as_str()), ("PUT", "/ISAPI/Parking/channels/2/barrierGate"));
    assert!(body.contains("<ctrlMode>open</ctrlMode>"));
}

#[test]
fn only_a_status_of_success_confirms() {
    let OpeningMethod::Request(open) = find(MAKE).unwrap().opening() else { panic!("another way") };
    let xml = |code: &str, text: &str| {
        format!(
            "<?xml version=\"1.0\"?><ResponseStatus version=\"2.0\"><requestURL>/x</requestURL><statusCode>{code}</statusCode><statusString>{text}</statusString><subStatusCode>deviceBusy</subStatusCode></ResponseStatus>"
        )
    };
    for body in
        [String::new(), xml("1", "OK"), xml("0", "ok"), r#"{"statusCode":1,"statusString":"OK"}"#.to_owned()]
    {
        assert_eq!((open.confirm)(body.as_bytes()), Ok(()), "{body}");
    }
    for body in [
        xml("2", "Device Busy"),
        xml("1", "Device Busy"),
        xml("4", "OK"),
        "<html>error</html>".to_owned(),
        "{}".to_owned(),
    ] {
        assert!((open.confirm)(body.as_bytes()).is_err(), "{body}");
    }
    assert!((open.confirm)(xml("2", "Device Busy").as_bytes()).unwrap_err().contains("Device Busy"));
}
