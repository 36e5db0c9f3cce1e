#![allow(clippy::unwrap_used, clippy::panic)]
use domain::access::{Audience, Reason};

use super::*;

const NOW: Timestamp = Timestamp::from_micros(1_795_419_000_000_000);

const INPUTS: Inputs = Inputs { loop_input: Some(2), fire_input: Some(3) };

fn reading(kept: bool) -> Reading {
    Reading {
        key: "zhenshi:s:7:1".into(),
        plate: Some("鲁B12345".into()),
        confidence: 97,
        occurred_at: Some(NOW),
        kept,
        opened: false,
        next: Some(7),
    }
}

#[test]
fn a_car_that_was_kept_is_too_old_to_open_however_soon_it_is_told() {
    let Said::Car(live, asks) = said(&Told::Car(reading(false)), INPUTS, None, NOW) else { panic!() };
    assert_eq!((live.age_ms, asks), (0, Asks { live: true, next: None }));
    let Said::Car(kept, asks) = said(&Told::Car(reading(true)), INPUTS, None, NOW) else { panic!() };
    assert_eq!((kept.age_ms, asks), (u64::from(OPEN_TTL_MS) + 1, Asks { live: false, next: Some(7) }));
    let open = Some(Decision::open(Some(Audience::Public)));
    let body = reply(Dialect::Zhenshi, open, asks, Direction::In, NOW).to_string();
    assert!(body.contains(r#""info":"no""#) && body.contains("ContinuePushOffline"), "{body}");
}

#[test]
fn a_clock_that_says_something_impossible_is_not_believed() {
    let ages_ago = Reading { occurred_at: Some(Timestamp::from_micros(5_000_000)), ..reading(false) };
    let Said::Car(event, _) = said(&Told::Car(ages_ago), INPUTS, None, NOW) else { panic!() };
    assert_eq!(event.occurred_at, NOW);
}

#[test]
fn the_loop_is_the_input_that_the_configuration_names() {
    let input = |number, on| {
        Told::Lane(Signal { key: "k:1".into(), what: What::Input { number, on }, occurred_at: None })
    };
    let last = EventId::parse("zhenshi:s:7:1").unwrap();
    let Said::Signal(pass) = said(&input(2, true), INPUTS, Some(&last), NOW) else { panic!() };
    assert_eq!((pass.kind, pass.of), (EventKind::Pass, Some(last)));
    for other in [input(2, false), input(1, true)] {
        assert_eq!(said(&other, INPUTS, None, NOW), Said::Other("input"));
    }
}

#[test]
fn the_fire_alarm_is_the_input_that_the_configuration_names() {
    let input =
        |on| Told::Lane(Signal { key: "k:1".into(), what: What::Input { number: 3, on }, occurred_at: None });
    for (on, kind) in [(true, EventKind::Fire), (false, EventKind::FireOver)] {
        let Said::Signal(event) = said(&input(on), INPUTS, None, NOW) else { panic!() };
        assert_eq!((event.kind, event.of), (kind, None));
    }
}

#[test]
fn what_cameras_tell_of_a_car_in_the_lane_becomes_an_event() {
    let last = EventId::parse("zhenshi:s:7:1").unwrap();
    let kinds = [
        (What::Reversed, EventKind::Reversal),
        (What::Tailgated, EventKind::Tailgate),
        (What::Stuck, EventKind::Stuck),
        (What::Free, EventKind::Free),
    ];
    for (what, kind) in kinds {
        let told = Told::Lane(Signal { key: "k:1".into(), what, occurred_at: None });
        let Said::Signal(event) = said(&told, INPUTS, Some(&last), NOW) else { panic!() };
        // Which car it was is known where it is counted.
        assert_eq!((event.kind, event.of), (kind, None));
    }
}

#[test]
fn nothing_but_an_open_decision_about_a_waiting_car_opens() {
    let asks = |live| Asks { live, next: None };
    let open = Decision::open(Some(Audience::Public));
    let refuse = Decision::Review { reason: Reason::UnreadPlate };
    for dialect in [Dialect::Zhenshi, Dialect::Huaxia, Dialect::Hikvision, Dialect::Dahua] {
        let body = |decision, live| reply(dialect, decision, asks(live), Direction::In, NOW).to_string();
        let opens = |body: &str| body.contains(r#""ok""#) || body.contains("gpio_data");
        assert_eq!(opens(&body(Some(open), true)), dialect.opens_by_answer());
        assert!(!opens(&body(Some(open), false)));
        assert!(!opens(&body(Some(refuse), true)));
        assert!(!opens(&body(None, true)));
        assert!(!opens(&heard(dialect).to_string()));
    }
}
