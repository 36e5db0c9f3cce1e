//! Topics, replies and commands.

use devices::make::{BrokerTopics, DeviceConnection, DeviceReply, OpeningMethod, PublishTarget};
use devices::makes::{self, MAKES};
use domain::ids::MakeId;
use domain::time::Timestamp;
use serde_json::{Value, json};

fn topics(id: &str) -> &'static dyn BrokerTopics {
    match makes::find(id).unwrap().connection() {
        DeviceConnection::Publishes(topics) => topics,
        _ => panic!("{id} does not publish"),
    }
}

#[test]
fn ids_are_ids_and_each_once() {
    let mut ids: Vec<&str> = MAKES.iter().map(|make| make.id()).collect();
    assert!(ids.iter().all(|id| MakeId::parse(id).is_ok()), "{ids:?}");
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), MAKES.len());
}

#[test]
fn a_message_is_of_the_camera_in_its_topic() {
    let huaxia = topics("huaxia-mqtt");
    assert!(huaxia.is_from("18030012345", "/device/18030012345/update", b""));
    assert!(!huaxia.is_from("18030012345", "/device/18030012345/get", b""), "the gateway's own command");
    assert!(!huaxia.is_from("1803001234", "/device/18030012345/update", b""));
    let qianlima = topics("qianlima-mqtt");
    assert!(qianlima.is_from("T5", "device/T5/sys/message/up", b""));
    assert!(!qianlima.is_from("T5", "device/T5/sys/message/down", b""));
}

#[test]
fn frigate_names_the_camera_in_its_payload_and_what_names_none_concerns_all() {
    let frigate = topics("frigate");
    assert!(frigate.is_shared());
    let event = br#"{"type":"new","before":{"camera":"a"},"after":{"camera":"b"}}"#;
    assert!(frigate.is_from("b", "frigate/events", event));
    assert!(!frigate.is_from("a", "frigate/events", event));
    for all in
        [("frigate/available", b"online".as_slice()), ("frigate/events", b"{"), ("frigate/events", b"{}")]
    {
        assert!(frigate.is_from("a", all.0, all.1), "{all:?}");
    }
    assert!(!frigate.is_from("a", "frigate/stats", b"{}"));
}

/// README of `mandala5741/ylc-mqtt-spring-boot-starter`, format of the output command.
#[test]
fn huaxia_is_opened_by_its_first_output() {
    let now = Timestamp::from_micros(1_609_459_200_123_000);
    let target = PublishTarget { serial: "18030012345", last_topic: None, command_id: "c1", now };
    let command = topics("huaxia-mqtt").open_command(&target).unwrap();
    assert_eq!(command.topic, "/device/18030012345/get");
    let payload: Value = serde_json::from_slice(&command.payload).unwrap();
    let id = payload["msgId"].as_str().unwrap().to_owned();
    let wanted = json!({ "cmd": "ioOutput", "msgId": id, "utcTs": 1_609_459_200, "gpioData": { "ioNum": "io1", "action": "on" } });
    assert_eq!(payload, wanted);
    assert!(
        id.len() == 20 && id.starts_with("1609459200123") && id.bytes().all(|byte| byte.is_ascii_digit())
    );
    let other = topics("huaxia-mqtt").open_command(&PublishTarget { command_id: "c2", ..target }).unwrap();
    assert_ne!(command.payload, other.payload);
}

#[test]
fn only_one_reply_opens() {
    let make = makes::find("huaxia-mode2").unwrap();
    let body = |open| {
        serde_json::from_slice::<Value>(&make.reply(&DeviceReply { open, ..DeviceReply::default() }).body)
            .unwrap()
    };
    assert_eq!(body(false), json!({ "error_num": 0, "error_str": "noerror" }));
    assert_eq!(body(true)["gpio_data"], json!([{ "ionum": "io1", "action": "on" }]));
}

#[test]
fn dahua_is_asked_for_cars_with_a_heartbeat_more_often_than_silence_is_borne() {
    let DeviceConnection::Streams(stream) = makes::find("dahua-stream").unwrap().connection() else {
        panic!("a stream")
    };
    assert_eq!(
        (stream.path)(2),
        "/cgi-bin/snapManager.cgi?action=attachFileProc&channel=2&heartbeat=5&Flags[0]=Event&Events=[TrafficJunction]"
    );
    assert!(stream.silence.as_secs() >= 10);
}

#[test]
fn streams_are_opened_as_their_posting_makes_are() {
    for (stream, posting) in [("hikvision-stream", "hikvision"), ("dahua-stream", "dahua")] {
        let request = |id| match makes::find(id).unwrap().opening() {
            OpeningMethod::Request(open) => ((open.request)(2), (open.confirm)(b"Error")),
            _ => panic!("{id} is not opened by a request"),
        };
        assert_eq!(request(stream), request(posting));
        assert!(request(stream).1.is_err(), "{stream} takes an error as an opening");
    }
    let DeviceConnection::Streams(alerts) = makes::find("hikvision-stream").unwrap().connection() else {
        panic!("a stream")
    };
    assert_eq!((alerts.path)(2), "/ISAPI/Event/notification/alertStream");
}
