//! Passages at the gate reach the book through real batches of a gateway.

use domain::access::{AccessDecision, Audience};
use domain::allocation::DriverNoticeKind;
use domain::allocation::ReservationIntent;
use domain::allocation::entry::{EntryOrigin, EntryPhase, EntryState};
use domain::allocation::refusal::ReservationRefusal;
use domain::minute::Minute;
use protocol::uplink::GateEvent;
use store::reservation::{self, StoredReservation};
use testkit::wait;

use crate::allocation::place::{AllocationFixture, SOON, at, car, mall, refusal, span};
use crate::common::district::MALL_TOKEN;
use crate::common::gateway::{batch, entry, exit, heartbeat};

const EPOCH: &str = "01JD0000-0000";

fn when(hhmm: &str) -> String {
    format!("2026-11-23T{hhmm}:00+08:00")
}

fn comes(id: &str, n: usize, hhmm: &str) -> GateEvent {
    let public = Some(AccessDecision::open(Some(Audience::Public)));
    GateEvent { decision: public, ..entry(id, &car(n), &when(hhmm)) }
}

fn goes(id: &str, n: usize, hhmm: &str) -> GateEvent {
    exit(id, &car(n), &when(hhmm))
}

impl AllocationFixture<'_> {
    async fn gate(&self, first: i64, events: Vec<GateEvent>) {
        self.server.take(MALL_TOKEN, &batch(EPOCH, first, events)).await;
    }

    /// All reservations of the day, by start.
    async fn day(&self) -> Vec<StoredReservation> {
        let mut tx = self.fixture.store.begin_read().await.unwrap();
        let day = (at("00:00"), at("23:59"));
        let mut all = reservation::of_garage(&mut tx, &mall(), day, None, 100).await.unwrap();
        all.reverse();
        all
    }

    async fn until_count(&self, count: usize) -> Vec<StoredReservation> {
        wait::until(SOON, "the day's stays", async || Some(self.day().await).filter(|day| day.len() == count))
            .await
    }
}

contract!(a_reserved_car_checks_in_and_completes, |f| async {
    let place = AllocationFixture::labelled(f, 2, &["A-01", "A-02"]).await;
    let made = place.reserve(0, "k", span("15:45", "18:00")).await;
    place.gate(1, vec![comes("e1", 0, "15:40")]).await;
    let inside = place.until_phase(made.entry.id, EntryPhase::CheckedIn).await;
    assert_eq!(inside.entry.space.as_deref(), Some("A-01"));
    assert_eq!(inside.entry.taken.unwrap().from(), Minute::floor(at("15:40")));
    place.fixture.clock.set(&when("16:30"));
    place.gate(2, vec![goes("e2", 0, "16:30")]).await;
    let left = place.until_phase(made.entry.id, EntryPhase::Completed).await;
    assert_eq!(left.entry.state, EntryState::Completed { at: at("16:30") });
    assert_eq!(place.day().await.len(), 1);
});

contract!(a_walk_in_takes_a_space_and_gives_it_back, |f| async {
    let place = AllocationFixture::open(f, 1).await;
    place.gate(1, vec![comes("e1", 7, "15:40")]).await;
    let stays = place.until_count(1).await;
    assert_eq!((stays[0].entry.origin, stays[0].entry.phase()), (EntryOrigin::Gate, EntryPhase::CheckedIn));
    assert!(stays[0].details.plate_enc.is_some());
    let full = place.wish(0, "k", span("16:00", "17:00"), ReservationIntent::Confirm).await;
    assert!(matches!(refusal(full), ReservationRefusal::Full { .. }));
    place.gate(2, vec![goes("e2", 7, "15:40")]).await;
    place.until_phase(stays[0].entry.id, EntryPhase::Completed).await;
    place.reserve(0, "k", span("16:00", "17:00")).await;
});

contract!(what_a_car_that_leaves_early_gives_back_is_offered, |f| async {
    let place = AllocationFixture::open(f, 1).await;
    let made = place.reserve(0, "k", span("15:45", "20:00")).await;
    let waits = place.wish(1, "k", span("18:00", "19:00"), ReservationIntent::ConfirmOrWait).await.unwrap();
    place.gate(1, vec![comes("e1", 0, "15:40")]).await;
    place.until_phase(made.entry.id, EntryPhase::CheckedIn).await;
    place.gate(2, vec![goes("e2", 0, "15:40")]).await;
    place.until_phase(waits.entry.id, EntryPhase::Held).await;
});

contract!(one_that_came_and_went_meanwhile_is_both_and_only_once, |f| async {
    let place = AllocationFixture::open(f, 3).await;
    let made = place.reserve(0, "k", span("15:45", "18:00")).await;
    // The whole morning of a gateway that was offline, in one batch; then the same again.
    let events = || {
        vec![
            comes("e1", 5, "09:00"),
            goes("e2", 5, "10:00"),
            comes("e3", 5, "11:00"),
            comes("e4", 0, "15:38"),
            goes("e5", 0, "15:39"),
        ]
    };
    place.gate(1, events()).await;
    place.settle().await;
    place.server.take(MALL_TOKEN, &batch("another-box", 1, events())).await;
    place.settle().await;
    let day = place.day().await;
    let phases: Vec<_> = day.iter().map(|stay| stay.entry.phase()).collect();
    assert_eq!(phases, [EntryPhase::Completed, EntryPhase::CheckedIn, EntryPhase::Completed]);
    assert_eq!(day[2].entry.id, made.entry.id);
    assert_eq!(day[0].entry.state, EntryState::Completed { at: at("10:00") });
});

contract!(a_car_whose_exit_nobody_saw_is_gone_when_it_comes_again, |f| async {
    let place = AllocationFixture::open(f, 3).await;
    place.gate(1, vec![comes("e1", 5, "09:00")]).await;
    place.settle().await;
    place.gate(2, vec![comes("e2", 5, "12:00")]).await;
    place.settle().await;
    let phases: Vec<_> = place.day().await.iter().map(|stay| stay.entry.phase()).collect();
    assert_eq!(phases, [EntryPhase::Completed, EntryPhase::CheckedIn]);
});

contract!(a_stay_beyond_its_end_is_reminded_counted_and_told, |f| async {
    let place = AllocationFixture::open(f, 1).await;
    let made = place.reserve(0, "k", span("15:45", "17:00")).await;
    place.gate(1, vec![comes("e1", 0, "15:40")]).await;
    place.settle_at("16:45").await;
    assert_eq!(place.notices(0).await, [DriverNoticeKind::EndingSoon]);
    f.clock.set(&when("17:00"));
    place.server.take(MALL_TOKEN, &heartbeat(EPOCH)).await;
    // Events of the last seconds may still be in transit.
    place.settle_at("17:00").await;
    assert_eq!(place.phase(made.entry.id).await, EntryPhase::CheckedIn);
    f.clock.set(&when("17:01"));
    place.server.take(MALL_TOKEN, &heartbeat(EPOCH)).await;
    place.settle().await;
    let late = place.stored(made.entry.id).await;
    assert_eq!(late.entry.state, EntryState::Overstayed { since: at("17:00") });
    assert!(late.entry.taken.unwrap().until() > Minute::floor(at("17:10")));
    assert_eq!(place.notices(0).await, [DriverNoticeKind::Overstayed, DriverNoticeKind::EndingSoon]);
    place.gate(2, vec![goes("e2", 0, "17:01")]).await;
    place.until_phase(made.entry.id, EntryPhase::Completed).await;
});

contract!(a_garage_that_is_offline_releases_nobodys_space, |f| async {
    let place = AllocationFixture::open(f, 1).await;
    let made = place.reserve(0, "k", span("16:00", "18:00")).await;
    place.server.take(MALL_TOKEN, &heartbeat(EPOCH)).await;
    place.settle_at("16:30").await;
    assert_eq!(place.phase(made.entry.id).await, EntryPhase::Confirmed);
    // The link is back, but the gateway still has a backlog: the newest stored event is of 16:05.
    let mut told = batch(EPOCH, 1, vec![comes("e1", 9, "16:05")]);
    told.records[0].received_at = at("16:05");
    told.status.backlog = 3;
    place.server.take(MALL_TOKEN, &told).await;
    place.settle().await;
    assert_eq!(place.phase(made.entry.id).await, EntryPhase::Confirmed);
    // The car had arrived in time.
    place.gate(2, vec![comes("e2", 0, "16:10")]).await;
    place.settle_at("16:31").await;
    assert_eq!(place.phase(made.entry.id).await, EntryPhase::CheckedIn);
});

contract!(passages_that_a_crash_left_untold_are_told_later, |f| async {
    let place = AllocationFixture::open(f, 3).await;
    // A visit whose mark no book has processed: ingest leaves it so when the process dies right after its commit.
    let plate = place.plate(4);
    let mut tx = f.store.begin().await.unwrap();
    let came = store::visit::VisitEntry {
        garage: &mall(),
        plate: Some(&plate),
        audience: Some(Audience::Public),
        color: None,
        class: None,
        event: event_of(&mut tx).await,
        at: at("15:30"),
    };
    store::visit::enter(&mut tx, &[came]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(server::app::overdue::sweep(&place.app).await.unwrap(), 1);
    assert_eq!(place.until_count(1).await[0].entry.state, EntryState::CheckedIn { at: at("15:30") });
});

/// The row that a visit's entry names.
async fn event_of(tx: &mut store::Tx) -> i64 {
    let (garage, gate) = (mall(), domain::ids::DeviceId::parse("gate").unwrap());
    let came = comes("lost", 4, "15:30");
    let row = store::gate_event::NewGateEventRow {
        garage: &garage,
        device: &gate,
        event_id: &came.event_id,
        epoch: EPOCH,
        seq: 1,
        lane: "in",
        direction: came.direction,
        kind: came.kind,
        plate: None,
        confidence: 97,
        occurred_at: came.occurred_at,
        received_at: came.occurred_at,
        stored_at: came.occurred_at,
        decision: came.decision,
        offline: false,
        of: None,
        delta: 1,
        details: store::gate_event::ReadingDetails::default(),
    };
    let numbers = store::gate_event::insert(tx, &[row]).await.unwrap();
    *numbers.values().next().unwrap()
}
