//! Zhenshi's cameras, over HTTP and over MQTT.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod common;

use devices::told::{Told, What};
use devices::zhenshi::http::{self, Reply};
use devices::zhenshi::mqtt::{self, Layout};
use devices::zhenshi::play::{self, Sight};
use domain::time::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

const SERIAL: &str = "917e2298-8ddf3e46";

/// `KIND-whatever.json`.
fn kind(name: &str) -> &str {
    name.split('-').next().unwrap()
}

#[test]
fn what_is_posted_is_understood() {
    common::holds("zhenshi-http", |_, bytes| http::parse(bytes, "post-1"));
}

#[test]
fn what_is_published_is_understood() {
    common::holds("zhenshi-mqtt", |name, bytes| mqtt::parse(SERIAL, kind(name), bytes));
}

#[test]
fn no_bytes_make_it_panic() {
    common::never_panics("zhenshi-http", |bytes| http::parse(bytes, "post-1"));
    for kind in ["ivs_result", "gpio_in", "lanectrl_result", "keep_alive", "offline_record"] {
        common::never_panics("zhenshi-mqtt", |bytes| mqtt::parse(SERIAL, kind, bytes));
    }
}

fn sight(
    number: i64,
    plate: Option<&str>,
    confidence: u8,
    micros: i64,
    (kept, opened): (bool, bool),
) -> Sight<'_> {
    Sight { serial: SERIAL, number, plate, confidence, at: Timestamp::from_micros(micros), kept, opened }
}

proptest! {
    #[test]
    fn what_a_camera_plays_is_what_is_understood(
        number in 0_i64..i64::from(u32::MAX),
        plate in prop::option::of("鲁[A-HJ-NP-Z][A-HJ-NP-Z0-9]{5}"),
        confidence in 0_u8..=100,
        micros in 1_i64..4_000_000_000_000_000,
        flags: (bool, bool),
    ) {
        let sight = sight(number, plate.as_deref(), confidence, micros, flags);
        let posted = http::parse(&play::push(&sight), "x").unwrap();
        let published = mqtt::parse(SERIAL, "ivs_result", &play::ivs_result(&sight)).unwrap();
        prop_assert_eq!(&posted, &published);
        let [Told::Car(reading)] = posted.told.as_slice() else { panic!("{posted:?}") };
        prop_assert_eq!(&reading.plate, &plate);
        prop_assert_eq!((reading.confidence, reading.kept, reading.opened), (confidence, flags.0, flags.1));
        prop_assert_eq!(reading.occurred_at.is_none(), micros < 1_000_000);
        prop_assert_eq!(reading.next, Some(number));
    }
}

#[test]
fn a_reading_sent_again_has_the_same_name_and_another_of_the_same_number_has_not() {
    let key = |number, micros, kept| {
        let message =
            http::parse(&play::push(&sight(number, Some("鲁B12345"), 98, micros, (kept, false))), "x")
                .unwrap();
        let [Told::Car(reading)] = message.told.as_slice() else { panic!("{message:?}") };
        reading.key.clone()
    };
    const NOW: i64 = 1_795_400_000_000_000;
    assert_eq!(key(7, NOW, false), key(7, NOW, true));
    assert_ne!(key(7, NOW, false), key(7, NOW + 1_000_000, false));
    assert_ne!(key(7, NOW, false), key(8, NOW, false));
}

#[test]
fn only_one_answer_opens() {
    let body = Reply::default().body();
    assert_eq!(body["Response_AlarmInfoPlate"]["info"], "no");
    assert_eq!(body["Response_AlarmInfoPlate"]["content"], "retransfer_stop");
    let kept = Reply { go_on_after: Some(123), ..Reply::default() }.body();
    assert_eq!(kept["Response_AlarmInfoPlate"]["info"], "no");
    assert_eq!(
        kept["Response_AlarmInfoPlate"]["ContinuePushOffline"],
        json!({ "plateid": 123, "continue": 1 })
    );
    assert_eq!(Reply { open: true, ..Reply::default() }.body()["Response_AlarmInfoPlate"]["info"], "ok");
    let said = Reply { say: Some("欢迎光临".into()), ..Reply::default() }.body();
    assert_eq!(said["Response_AlarmInfoPlate"]["playserver_json_request"]["voice"], "5qyi6L+O5YWJ5Li0");
}

#[test]
fn both_layouts_of_topics_are_known_and_answered() {
    for (topic, parts) in [
        ("device/sn-1/message/up/ivs_result", Some((Layout::Present, "sn-1", "ivs_result"))),
        ("sn-1/device/message/up/keep_alive", Some((Layout::Old, "sn-1", "keep_alive"))),
        ("/sn-1/device/message/up/keep_alive", Some((Layout::Old, "sn-1", "keep_alive"))),
        ("device/sn-1/message/down/gpio_out/reply", Some((Layout::Present, "sn-1", "reply"))),
        ("device/sn-1/message/down/gpio_out", None),
        ("device//message/up/ivs_result", None),
        ("device/a/b/message/up/ivs_result", None),
        ("parking/v1/school/gate/event", None),
    ] {
        assert_eq!(mqtt::topic(topic), parts, "{topic}");
    }
    let at = Timestamp::from_micros(1_795_400_000_000_000);
    let (topic, payload) = mqtt::open((Layout::Old, "sn-1"), "c1", at);
    assert_eq!(topic, "sn-1/device/message/down/gpio_out");
    let payload: Value = serde_json::from_slice(&payload).unwrap();
    assert_eq!(
        payload["payload"],
        json!({ "type": "gpio_out", "body": { "delay": 500, "io": 0, "value": 2 } })
    );
    assert_eq!(mqtt::open((Layout::Present, "sn-1"), "c1", at).0, "device/sn-1/message/down/gpio_out");
}

#[test]
fn what_happens_in_the_lane_is_told() {
    let at = Timestamp::from_micros(1_795_400_000_000_000);
    for what in [What::Passed, What::Reversed, What::Tailgated, What::Stuck, What::Free] {
        let message =
            mqtt::parse(SERIAL, "lanectrl_result", &play::lanectrl_result(SERIAL, what, 5, at).unwrap())
                .unwrap();
        let [Told::Lane(signal)] = message.told.as_slice() else { panic!("{message:?}") };
        assert_eq!((signal.what, signal.occurred_at), (what, Some(at)));
    }
}
