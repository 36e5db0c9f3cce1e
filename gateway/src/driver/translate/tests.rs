use devices::confidence::ReadingConfidence;
use domain::vehicle::VehicleDetails;

use super::*;

const NOW: Timestamp = Timestamp::from_micros(1_795_419_000_000_000);

const INPUTS: DeviceInputs = DeviceInputs { loop_input: Some(2), fire_input: Some(3) };

fn reading(is_retransmission: bool) -> PlateReading {
    PlateReading {
        key: "zhenshi:7".into(),
        plate: Some("鲁B12345".into()),
        confidence: ReadingConfidence::parse("97"),
        vehicle: VehicleDetails::default(),
        occurred_at: Some(NOW),
        is_retransmission,
        is_opened_by_device: false,
        resume_after: Some(7),
    }
}

fn read(reading: &PlateReading) -> (ControllerEvent, EventNote, ReplyContext) {
    match car(reading, ReadingRules::default(), NOW) {
        LaneMessage::Car { event, note, waits } => (event, note, waits),
        other => panic!("{other:?}"),
    }
}

fn signal(kind: SignalKind) -> LaneSignal {
    LaneSignal { key: "k:1".into(), kind, occurred_at: None }
}

#[test]
fn a_stored_reading_is_too_old_to_open_however_soon_it_is_sent() {
    let (live, _, waits) = read(&reading(false));
    assert_eq!((live.age_ms, waits), (0, ReplyContext { is_live: true, resume_after: None }));
    let (stored, _, waits) = read(&reading(true));
    assert_eq!(stored.age_ms, u64::from(OPEN_TTL_MS) + 1);
    assert_eq!(waits, ReplyContext { is_live: false, resume_after: Some(7) });
}

#[test]
fn a_time_that_cannot_be_is_replaced_and_marked() {
    let ages_ago = PlateReading { occurred_at: Some(Timestamp::from_micros(5_000_000)), ..reading(false) };
    let (event, note, _) = read(&ages_ago);
    assert_eq!((event.occurred_at, note.time_replaced), (NOW, true));
    assert!(!read(&reading(false)).1.time_replaced);
}

#[test]
fn the_lane_says_how_a_confidence_is_read() {
    let doubtful = ReadingConfidence {
        worst_character: Some(devices::confidence::ConfidenceValue::parse("41")),
        ..ReadingConfidence::parse("97")
    };
    let reading = PlateReading { confidence: doubtful, ..reading(false) };
    let percent = |rules| match car(&reading, rules, NOW) {
        LaneMessage::Car { event, .. } => event.confidence,
        other => panic!("{other:?}"),
    };
    assert_eq!(percent(ReadingRules::default()), 97);
    assert_eq!(percent(ReadingRules { by_worst_character: true, ..ReadingRules::default() }), 41);
}

#[test]
fn loop_and_fire_alarm_are_the_inputs_that_the_configuration_names() {
    use InputState::{Off, On, Pulse};
    let kind = |number, state| event_kind(&signal(SignalKind::Input { number, state }), INPUTS);
    assert_eq!(
        [kind(2, On), kind(2, Pulse), kind(2, Off)],
        [Some(EventKind::Pass), Some(EventKind::Pass), None]
    );
    let fire = [Some(EventKind::Fire), Some(EventKind::Fire), Some(EventKind::FireOver)];
    assert_eq!([kind(3, On), kind(3, Pulse), kind(3, Off)], fire);
    assert_eq!(kind(1, On), None);
}

#[test]
fn a_pulse_is_marked_since_no_end_follows() {
    let pulse = signal(SignalKind::Input { number: 3, state: InputState::Pulse });
    let LaneMessage::Signal { note, .. } = signal_event(&pulse, EventKind::Fire, NOW) else { panic!() };
    assert_eq!(note, EventNote { time_replaced: false, is_pulse: true });
}

#[test]
fn what_happens_to_a_car_in_the_lane_becomes_an_event() {
    let kinds = [
        (SignalKind::Reversed, EventKind::Reversal),
        (SignalKind::Tailgated, EventKind::Tailgate),
        (SignalKind::Stuck, EventKind::Stuck),
        (SignalKind::Free, EventKind::Free),
    ];
    for (kind, wanted) in kinds {
        assert_eq!(event_kind(&signal(kind), INPUTS), Some(wanted));
    }
}
