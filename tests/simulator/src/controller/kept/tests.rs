#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use domain::time::Timestamp;
use protocol::mqtt::{EventKind, VERSION};
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn event(id: &str) -> ControllerEvent {
    ControllerEvent {
        v: VERSION,
        event_id: EventId::parse(id).unwrap(),
        kind: EventKind::Plate,
        plate: Some("鲁B12345".into()),
        confidence: 99,
        occurred_at: Timestamp::from_micros(0),
        age_ms: 0,
        related_event_id: None,
        vehicle: domain::vehicle::VehicleDetails::default(),
    }
}

fn keep(kept: &mut KeptEvents, id: &str, now: Instant) -> oneshot::Receiver<EventAckReceipt> {
    let (acked, receiver) = oneshot::channel();
    kept.keep(event(id), now, acked).unwrap();
    receiver
}

fn ids(out: &[OutgoingEvent]) -> Vec<&str> {
    out.iter().map(|o| o.event.event_id.as_str()).collect()
}

#[test]
fn an_unacknowledged_event_is_sent_again_older_each_time_and_ever_more_rarely() {
    let mut rng = StdRng::seed_from_u64(1);
    let start = Instant::now();
    let mut kept = KeptEvents::new(10, ResendPolicy::default());
    let _acked = keep(&mut kept, "a", start);
    let mut now = start;
    let mut ages = Vec::new();
    for _ in 0..6 {
        let out = kept.take_due(now, 10, &mut rng);
        assert_eq!(ids(&out), ["a"]);
        assert_eq!(out[0].repeated, !ages.is_empty());
        ages.push(out[0].event.age_ms);
        assert!(kept.take_due(now, 10, &mut rng).is_empty());
        now = kept.next_due().unwrap();
    }
    assert_eq!(ages[0], 0);
    let pauses: Vec<u64> = ages.windows(2).map(|w| w[1] - w[0]).collect();
    for (pause, base) in pauses.iter().zip([2_000, 4_000, 8_000, 15_000, 15_000]) {
        assert!((base..=base * 6 / 5).contains(pause), "{pauses:?}");
    }
}

#[test]
fn an_acknowledged_event_is_never_sent_again() {
    let mut rng = StdRng::seed_from_u64(1);
    let start = Instant::now();
    let mut kept = KeptEvents::new(10, ResendPolicy::default());
    let _a = keep(&mut kept, "a", start);
    let _b = keep(&mut kept, "b", start);
    assert_eq!(ids(&kept.take_due(start, 10, &mut rng)), ["a", "b"]);
    assert_eq!(kept.forget(&EventId::parse("a").unwrap()).unwrap().sent, 1);
    assert!(kept.forget(&EventId::parse("a").unwrap()).is_none());
    assert_eq!(ids(&kept.take_due(start + 60 * SECOND, 10, &mut rng)), ["b"]);
}

#[test]
fn the_car_at_the_gate_goes_before_the_history() {
    let mut rng = StdRng::seed_from_u64(1);
    let start = Instant::now();
    let mut kept = KeptEvents::new(10, ResendPolicy::default());
    let _old = keep(&mut kept, "old", start);
    kept.take_due(start, 10, &mut rng);
    let later = start + SECOND;
    let _new = keep(&mut kept, "new", later);
    kept.all_due(later);
    assert_eq!(ids(&kept.take_due(later, 1, &mut rng)), ["new"]);
    assert_eq!(ids(&kept.take_due(later, 1, &mut rng)), ["old"]);
}

#[test]
fn a_full_store_refuses_new_events_and_keeps_the_old() {
    let now = Instant::now();
    let mut kept = KeptEvents::new(1, ResendPolicy::default());
    let _a = keep(&mut kept, "a", now);
    let (acked, _receiver) = oneshot::channel();
    assert_eq!(kept.keep(event("b"), now, acked), Err(StoreFullError(1)));
    assert_eq!(kept.len(), 1);
    kept.forget(&EventId::parse("a").unwrap());
    let _b = keep(&mut kept, "b", now);
}
