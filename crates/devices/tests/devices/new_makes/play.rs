//! A make's driver understands the messages of its simulated device.

use devices::dahua_stream;
use devices::event_stream::EventStreamSplitter;
use devices::frigate::play::FrigateObject;
use devices::huaxia_mode2::play::HuaxiaSighting;
use devices::make::InboundMessage;
use devices::makes;
use devices::message::{DeviceMessage, InputState, MessageContent, PlateReading, SignalKind};
use devices::{hikvision_stream, huaxia_mode2, huaxia_mqtt, qianlima_mqtt};
use domain::time::Timestamp;
use proptest::prelude::*;

fn decode(id: &str, address: &str, body: &[u8]) -> DeviceMessage {
    let received_at = Timestamp::from_micros(4_000_000_000_000_000);
    let message = InboundMessage {
        address,
        method: "POST",
        content_type: None,
        body,
        is_truncated: false,
        received_at,
        arrival: "a",
    };
    makes::find(id).expect("a row").decode(&message)
}

fn reading(message: &DeviceMessage) -> &PlateReading {
    match message.contents.as_slice() {
        [MessageContent::Reading(reading)] => reading,
        other => panic!("{other:?}"),
    }
}

proptest! {
    #[test]
    fn a_plate_comes_through_each_make(plate in "鲁[A-HJ-NP-Z][1-9]{5}", seconds in 1_000_000_000_i64..2_000_000_000, confidence in 2_u8..=100, is_stored: bool) {
        let at = Timestamp::from_micros(seconds * 1_000_000);
        let sighting = HuaxiaSighting { camera: "cam-7", plate: Some(&plate), confidence, at, is_stored };
        let object = FrigateObject { camera: "cam-7", id: "1-a", plate: Some(&plate), confidence, is_stationary: false, at };
        let messages = [
            decode("huaxia-mode2", "/event", &huaxia_mode2::play::reading(&sighting)),
            decode("huaxia-mqtt", &huaxia_mqtt::play::topic("cam-7"), &huaxia_mqtt::play::reading(&sighting, "1")),
            decode("qianlima-mqtt", &qianlima_mqtt::play::topic("cam-7"), &qianlima_mqtt::play::reading("cam-7", Some(&plate), confidence, at)),
            decode("frigate", "frigate/tracked_object_update", &object.update().unwrap()),
            decode("frigate", "frigate/events", &object.event("update")),
        ];
        for message in &messages {
            let reading = reading(message);
            prop_assert_eq!(message.serial.as_deref(), Some("cam-7"));
            prop_assert_eq!((reading.plate.as_deref(), reading.occurred_at), (Some(plate.as_str()), Some(at)));
            prop_assert_eq!(reading.confidence.overall.percent(Default::default()), confidence);
        }
        prop_assert_eq!(reading(&messages[0]).is_retransmission, is_stored);
        prop_assert_eq!(&reading(&messages[3]).key, &reading(&messages[4]).key, "both topics carry one reading");
    }

    #[test]
    fn a_stream_of_dahua_comes_through(plate in "鲁[A-HJ-NP-Z][1-9]{5}", millis in 1_000_000_000_000_i64..2_000_000_000_000, chunk in 1_usize..200) {
        let at = Timestamp::from_micros(millis * 1_000);
        let mut stream = dahua_stream::play::heartbeat();
        stream.extend(dahua_stream::play::reading(7, Some(&plate), 97, at));
        stream.extend(dahua_stream::play::picture());
        stream.extend(dahua_stream::play::heartbeat());
        let mut splitter = EventStreamSplitter::new(Some(dahua_stream::play::CONTENT_TYPE), InboundMessage::MAX_BODY);
        let parts: Vec<_> = stream.chunks(chunk).flat_map(|bytes| splitter.push(bytes)).collect();
        let messages: Vec<_> = parts.iter().map(|part| decode("dahua-stream", "/", &part.body)).collect();
        prop_assert_eq!(messages.len(), 4);
        for alive in [&messages[0], &messages[3]] {
            prop_assert!(matches!(alive.contents.as_slice(), [MessageContent::Health(_)]));
        }
        prop_assert!(matches!(messages[2].contents.as_slice(), [MessageContent::NoReading("picture")]));
        let reading = reading(&messages[1]);
        prop_assert_eq!((reading.plate.as_deref(), reading.occurred_at), (Some(plate.as_str()), Some(at)));
        prop_assert_eq!(messages[1].channel.as_deref(), Some("1"));
    }
}

proptest! {
    #[test]
    fn a_stream_of_hikvision_comes_through(plate in "鲁[A-HJ-NP-Z][1-9]{5}", seconds in 1_000_000_000_i64..2_000_000_000, chunk in 1_usize..400) {
        let at = Timestamp::from_micros(seconds * 1_000_000);
        let mut stream = hikvision_stream::play::heartbeat(at);
        stream.extend(hikvision_stream::play::reading(7, Some(&plate), 97, at));
        stream.extend(hikvision_stream::play::heartbeat(at));
        let mut splitter = EventStreamSplitter::new(Some(hikvision_stream::play::CONTENT_TYPE), InboundMessage::MAX_BODY);
        let parts: Vec<_> = stream.chunks(chunk).flat_map(|bytes| splitter.push(bytes)).collect();
        let messages: Vec<_> = parts.iter().map(|part| decode("hikvision-stream", "/", &part.body)).collect();
        prop_assert_eq!(messages.len(), 4);
        for alive in [&messages[0], &messages[3]] {
            prop_assert!(matches!(alive.contents.as_slice(), [MessageContent::Health(_)]));
        }
        prop_assert!(matches!(messages[2].contents.as_slice(), [MessageContent::NoReading("picture")]));
        let reading = reading(&messages[1]);
        prop_assert_eq!((reading.plate.as_deref(), reading.occurred_at), (Some(plate.as_str()), Some(at)));
        prop_assert_eq!(messages[1].channel.as_deref(), Some("1"));
    }
}

#[test]
fn frigate_reads_one_object_many_times_and_each_text_counts_once() {
    let at = Timestamp::from_micros(1_790_000_000_000_000);
    let object = FrigateObject {
        camera: "gate",
        id: "1-a",
        plate: Some("鲁B12345"),
        confidence: 90,
        is_stationary: false,
        at,
    };
    let key = |object: FrigateObject<'_>| {
        reading(&decode("frigate", "frigate/tracked_object_update", &object.update().unwrap())).key.clone()
    };
    let later = FrigateObject { at: Timestamp::from_micros(1_790_000_003_000_000), confidence: 95, ..object };
    assert_eq!(key(object), key(later), "the same text a second time");
    assert_ne!(key(object), key(FrigateObject { plate: Some("鲁B12346"), ..object }));
    assert_ne!(key(object), key(FrigateObject { id: "2-b", ..object }));
    assert_ne!(key(object), key(FrigateObject { camera: "exit", ..object }));
}

#[test]
fn a_vehicle_that_stands_unread_before_a_camera_is_a_reading_without_a_plate() {
    let at = Timestamp::from_micros(1_790_000_000_000_000);
    let object =
        FrigateObject { camera: "gate", id: "1-a", plate: None, confidence: 0, is_stationary: true, at };
    assert_eq!(object.update(), None);
    let standing = decode("frigate", "frigate/events", &object.event("update"));
    assert_eq!(reading(&standing).plate, None);
    for (kind, is_stationary) in [("new", false), ("end", true)] {
        let message =
            decode("frigate", "frigate/events", &FrigateObject { is_stationary, ..object }.event(kind));
        assert!(matches!(message.contents.as_slice(), [MessageContent::NoReading(_)]), "{kind}: {message:?}");
    }
}

#[test]
fn heartbeats_and_inputs_are_understood() {
    let at = Timestamp::from_micros(1_790_000_000_000_000);
    let alive = [
        decode("huaxia-mode2", "/", &huaxia_mode2::play::heartbeat("cam-7")),
        decode("huaxia-mqtt", "/device/cam-7/update", &huaxia_mqtt::play::heartbeat("cam-7", "1")),
        decode("qianlima-mqtt", "device/cam-7/sys/message/up", &qianlima_mqtt::play::heartbeat("cam-7", at)),
        decode("frigate", "frigate/available", b"online"),
    ];
    for message in alive {
        assert!(matches!(message.contents.as_slice(), [MessageContent::Health(_)]), "{message:?}");
    }
    for (is_closed, state) in [(true, InputState::On), (false, InputState::Off)] {
        let message = decode(
            "qianlima-mqtt",
            "device/x/sys/message/up",
            &qianlima_mqtt::play::input("x", 2, is_closed, at),
        );
        let [MessageContent::Signal(signal)] = message.contents.as_slice() else { panic!("{message:?}") };
        assert_eq!(signal.kind, SignalKind::Input { number: 2, state });
    }
}
