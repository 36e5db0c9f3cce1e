use domain::ids::LaneId;
use domain::occupancy::{LaneDirection, PassDetection};
use proptest::prelude::*;
use protocol::mqtt::EventKind;

use super::*;

const TOPIC: &str = "parking/v1/g/in-1/event";

fn intake() -> MessageIntake {
    let lane = LaneConfig {
        id: LaneId::parse("in").unwrap(),
        name: "in".into(),
        direction: LaneDirection::In,
        device: DeviceId::parse("in-1").unwrap(),
        pass_by: PassDetection::Plate,
        make: crate::config::LaneMake::Native,
        reading: crate::config::ReadingRules::default(),
    };
    MessageIntake::new(GarageId::parse("g").unwrap(), vec![lane])
}

fn now() -> Timestamp {
    Timestamp::parse("2026-11-23T15:30:00+08:00").unwrap()
}

fn refused(topic: &str, payload: &str) -> RejectedMessage {
    *intake().parse(topic, payload.as_bytes(), now()).unwrap_err()
}

fn event_at(occurred_at: &str, rest: &str) -> String {
    format!(r#"{{"event_id":"e1","kind":"plate","occurred_at":"{occurred_at}"{rest}}}"#)
}

const LIVE: &str = "2026-11-23T15:30:00+08:00";

#[test]
fn a_short_event_is_enough_and_unknown_fields_are_ignored() {
    let intake = intake();
    let payload = event_at(LIVE, r#","plate":"鲁B12345","colour":"blue""#);
    let Ok(ControllerMessage::Event(lane, parsed)) = intake.parse(TOPIC, payload.as_bytes(), now()) else {
        panic!()
    };
    let event = parsed.event;
    assert_eq!(lane.id.as_str(), "in");
    assert_eq!((event.kind, event.confidence, event.age_ms), (EventKind::Plate, 100, 0));
}

#[test]
fn an_unread_plate_is_an_event() {
    for plate in ["_无_", "", "无牌车"] {
        let payload = event_at(LIVE, &format!(r#","plate":"{plate}""#));
        assert!(intake().parse(TOPIC, payload.as_bytes(), now()).is_ok(), "{plate}");
    }
}

fn parsed(payload: &str) -> Result<Box<ParsedEvent>, Box<UnrecognizedMessage>> {
    match intake().parse(TOPIC, payload.as_bytes(), now()) {
        Ok(ControllerMessage::Event(_, parsed)) => Ok(parsed),
        Ok(ControllerMessage::NotUnderstood(_, unread)) => Err(unread),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_no_event_is_not_understood_and_its_fault_names_the_field() {
    use RejectCode as R;
    let cases = [
        ("hello".to_owned(), R::NotJson, "expected", None),
        ("[1]".to_owned(), R::Field, "object", None),
        (r#"{"kind":"plate"}"#.to_owned(), R::Field, "event_id", None),
        (
            r#"{"event_id":"e1","kind":"dance","occurred_at":"2026-11-23T15:30:00+08:00"}"#.to_owned(),
            R::Field,
            "`kind`",
            Some("e1"),
        ),
        (event_at(LIVE, r#","v":2"#), R::UnsupportedVersion, "`v`", Some("e1")),
        (event_at(LIVE, r#","v":300"#), R::UnsupportedVersion, "`v`", Some("e1")),
    ];
    for (payload, code, word, event_id) in cases {
        let unread = parsed(&payload).unwrap_err();
        assert_eq!(unread.code, code, "{payload}");
        assert!(unread.fault.contains(word), "{}: {payload}", unread.fault);
        assert_eq!(unread.event_id.as_deref(), event_id, "{payload}");
    }
}

#[test]
fn a_field_that_cannot_be_read_is_left_out_and_named_in_a_dead_letter() {
    use RejectCode as R;
    let long = format!(r#","plate":"{}""#, "鲁".repeat(33));
    let cases = [
        (event_at("yesterday", ""), R::Field, "`occurred_at`"),
        (event_at(LIVE, r#","confidence":"high""#), R::Field, "`confidence`"),
        (event_at("2026-11-24T15:30:01+08:00", ""), R::ImpossibleTime, "`occurred_at`"),
        (event_at("2026-10-14T15:29:59+08:00", ""), R::ImpossibleTime, "`occurred_at`"),
        (event_at(LIVE, r#","age_ms":3456000001"#), R::ImpossibleTime, "`age_ms`"),
        (event_at(LIVE, r#","age_ms":18446744073709551615"#), R::ImpossibleTime, "`age_ms`"),
        (event_at(LIVE, &long), R::ImpossiblePlate, "`plate`"),
        (event_at(LIVE, r#","plate":"a\u0000b""#), R::ImpossiblePlate, "`plate`"),
    ];
    for (payload, code, word) in cases {
        let parsed = parsed(&payload).unwrap();
        assert_eq!(parsed.event.event_id.as_str(), "e1");
        let letter = &parsed.faults[0].letter;
        assert_eq!(letter.code, code, "{payload}");
        assert!(letter.detail.contains(word), "{}: {payload}", letter.detail);
    }
}

#[test]
fn a_clock_that_cannot_be_is_replaced_by_the_gateways_less_the_events_age() {
    for time in ["1970-01-01T00:00:33Z", "2034-01-01T00:00:00Z", "soon"] {
        let event = parsed(&event_at(time, r#","age_ms":2000"#)).unwrap();
        assert!(event.time_replaced);
        assert_eq!(event.event.occurred_at, now() - Duration::from_secs(2));
    }
    let without_zone = parsed(&event_at("2026-11-23T15:29:00", "")).unwrap();
    assert!(!without_zone.time_replaced);
    assert_eq!(without_zone.event.occurred_at, now() - Duration::from_secs(60));
}

#[test]
fn confidence_and_text_are_read_as_devices_write_them() {
    let event = parsed(&format!("{}\0", event_at(LIVE, r#","confidence":97.5,"plate":"鲁B12345""#))).unwrap();
    assert_eq!((event.event.confidence, event.event.plate.as_deref()), (97, Some("鲁B12345")));
    assert!(event.faults.is_empty());
}

#[test]
fn a_stranger_and_a_strange_topic_are_told_apart() {
    let stranger = refused("parking/v1/g/other/event", &event_at(LIVE, ""));
    assert_eq!((stranger.letter.code, stranger.known), (RejectCode::UnknownDevice, false));
    assert_eq!(stranger.event_id.as_deref(), Some("e1"));
    for topic in ["parking/v1/h/in-1/event", "parking/v1/g/in-1/command", "parking/v1/g/IN/event", "x"] {
        assert_eq!(refused(topic, "{}").letter.code, RejectCode::UnknownTopic, "{topic}");
    }
}

#[test]
fn only_the_first_bytes_of_a_refused_payload_are_kept() {
    let refusal = refused("parking/v1/g/other/event", &"鲁".repeat(1000));
    assert!(refusal.letter.excerpt.starts_with("鲁鲁"));
    assert!(refusal.letter.excerpt.len() <= 256 * 3);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(topic in "\\PC{0,60}", payload in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = intake().parse(&topic, &payload, now());
        let _ = intake().parse(TOPIC, &payload, now());
        let _ = intake().parse("parking/v1/g/in-1/status", &payload, now());
    }

    #[test]
    fn no_json_of_about_our_shape_makes_it_panic(id in "\\PC{0,70}", plate in "\\PC{0,40}", time in "\\PC{0,30}", v in any::<i64>(), age in any::<i64>()) {
        let payload = serde_json::json!({ "event_id": id, "kind": "plate", "plate": plate, "occurred_at": time, "v": v, "age_ms": age });
        let _ = intake().parse(TOPIC, payload.to_string().as_bytes(), now());
    }
}
