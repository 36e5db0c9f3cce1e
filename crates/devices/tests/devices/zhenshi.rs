//! Zhenshi's cameras, over HTTP and over MQTT.

use devices::confidence::ConfidenceScale;
use devices::make::{BrokerTopics, DeviceMake, DeviceReply, PublishTarget};
use devices::makes::find;
use devices::message::{DeviceMessage, MessageContent, SignalKind};
use devices::zhenshi::ZhenshiTopics;
use devices::zhenshi::play::{self, ZhenshiSighting};
use domain::time::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::common::SERIAL;

const HTTP: &str = "zhenshi-http";
const MQTT: &str = "zhenshi-mqtt";

#[test]
fn each_file_of_the_corpus_decodes_to_what_is_expected() {
    crate::common::holds(HTTP);
    crate::common::holds(MQTT);
}

#[test]
fn each_file_of_the_corpus_names_its_source() {
    crate::common::names_sources(HTTP);
    crate::common::names_sources(MQTT);
}

#[test]
fn no_bytes_make_it_panic() {
    crate::common::never_panics(HTTP);
    crate::common::never_panics(MQTT);
}

fn sight(
    number: i64,
    plate: Option<&str>,
    confidence: u8,
    micros: i64,
    (kept, opened): (bool, bool),
) -> ZhenshiSighting<'_> {
    ZhenshiSighting {
        serial: SERIAL,
        number,
        plate,
        confidence,
        at: Timestamp::from_micros(micros),
        kept,
        opened,
    }
}

fn published(kind: &str, body: &[u8]) -> DeviceMessage {
    crate::common::decode(find(MQTT).unwrap(), &format!("device/{SERIAL}/message/up/{kind}"), body)
}

fn posted(body: &[u8]) -> DeviceMessage {
    crate::common::decode(find(HTTP).unwrap(), "/event", body)
}

proptest! {
    #[test]
    fn what_a_camera_plays_is_decoded(
        number in 0_i64..i64::from(u32::MAX),
        plate in prop::option::of("鲁[A-HJ-NP-Z][A-HJ-NP-Z0-9]{5}"),
        confidence in 0_u8..=100,
        micros in 1_000_000_i64..4_000_000_000_000_000,
        flags: (bool, bool),
    ) {
        let sight = sight(number, plate.as_deref(), confidence, micros, flags);
        let posted = posted(&play::push(&sight));
        let published = published("ivs_result", &play::ivs_result(&sight));
        prop_assert_eq!(&posted, &published);
        let reading = crate::common::reading(&posted);
        prop_assert_eq!(&reading.plate, &plate);
        prop_assert_eq!((reading.is_retransmission, reading.is_opened_by_device), flags);
        prop_assert_eq!(reading.confidence.overall.percent(ConfidenceScale::Percent), confidence);
        prop_assert_eq!(reading.occurred_at, Some(Timestamp::from_micros(micros)));
        prop_assert_eq!(reading.resume_after, Some(number));
    }
}

#[test]
fn a_reading_sent_again_has_the_same_key_and_another_of_the_same_number_has_not() {
    let key = |number, micros, kept| {
        let body = play::push(&sight(number, Some("鲁B12345"), 98, micros, (kept, false)));
        crate::common::reading(&posted(&body)).key.clone()
    };
    const NOW: i64 = 1_795_400_000_000_000;
    assert_eq!(key(7, NOW, false), key(7, NOW, true));
    assert_ne!(key(7, NOW, false), key(7, NOW + 1_000_000, false));
    assert_ne!(key(7, NOW, false), key(8, NOW, false));
    let corpus = |name: &str| crate::common::corpus_reading(HTTP, name).key;
    assert_ne!(corpus("same-id-first-plate.json"), corpus("same-id-other-plate.json"));
}

#[test]
fn only_one_response_opens() {
    let response = |reply: DeviceReply<'_>| -> Value {
        let body: Value = serde_json::from_slice(&find(HTTP).unwrap().reply(&reply).body).unwrap();
        body["Response_AlarmInfoPlate"].clone()
    };
    assert_eq!(response(DeviceReply::default())["info"], "no");
    assert_eq!(response(DeviceReply::default())["content"], "retransfer_stop");
    let stored = response(DeviceReply { resume_after: Some(123), ..DeviceReply::default() });
    assert_eq!(stored["info"], "no");
    assert_eq!(stored["ContinuePushOffline"], json!({ "plateid": 123, "continue": 1 }));
    assert_eq!(response(DeviceReply { open: true, ..DeviceReply::default() })["info"], "ok");
    let spoken = response(DeviceReply { speech: Some("欢迎光临"), ..DeviceReply::default() });
    assert_eq!(spoken["playserver_json_request"]["voice"], "5qyi6L+O5YWJ5Li0");
}

#[test]
fn a_command_goes_out_in_the_layout_of_the_camera() {
    let now = Timestamp::from_micros(1_795_400_000_000_000);
    let command = |last_topic| {
        ZhenshiTopics
            .open_command(&PublishTarget { serial: "sn-1", last_topic, command_id: "c1", now })
            .unwrap()
    };
    let old = command(Some("sn-1/device/message/up/keep_alive"));
    assert_eq!(old.topic, "sn-1/device/message/down/gpio_out");
    let payload: Value = serde_json::from_slice(&old.payload).unwrap();
    assert_eq!(
        payload["payload"],
        json!({ "type": "gpio_out", "body": { "delay": 500, "io": 0, "value": 2 } })
    );
    assert_eq!(command(None).topic, "device/sn-1/message/down/gpio_out");
}

#[test]
fn a_camera_has_its_own_topics_and_no_others() {
    assert!(ZhenshiTopics.is_from("sn-1", "device/sn-1/message/up/ivs_result", b""));
    assert!(ZhenshiTopics.is_from("sn-1", "sn-1/device/message/up/ivs_result", b""));
    assert!(!ZhenshiTopics.is_from("sn-1", "device/sn-2/message/up/ivs_result", b""));
    assert!(ZhenshiTopics.published_by("sn-1").iter().all(|topic| topic.contains("sn-1")));
    assert!(ZhenshiTopics.subscribed_by("sn-1").iter().all(|topic| topic.contains("/down/")));
}

#[test]
fn what_happens_in_the_lane_is_a_signal() {
    let at = Timestamp::from_micros(1_795_400_000_000_000);
    for kind in
        [SignalKind::Passed, SignalKind::Reversed, SignalKind::Tailgated, SignalKind::Stuck, SignalKind::Free]
    {
        let message = published("lanectrl_result", &play::lane_event(SERIAL, kind, 5, at).unwrap());
        let [MessageContent::Signal(signal)] = message.contents.as_slice() else { panic!("{message:?}") };
        assert_eq!((signal.kind, signal.occurred_at), (kind, Some(at)));
    }
}

#[test]
fn a_heartbeat_is_one() {
    let at = Timestamp::from_micros(1_795_400_000_000_000);
    let message = published("keep_alive", &play::keep_alive(SERIAL, at));
    assert!(matches!(message.contents.as_slice(), [MessageContent::Health(_)]));
    assert_eq!(find(MQTT).map(DeviceMake::id), Some(MQTT));
}
