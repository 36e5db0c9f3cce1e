//! Passages that gates report wrongly, late, or not at all.

use std::time::Duration;

use domain::access::{AccessDecision, Audience};
use domain::allocation::ReservationIntent;
use domain::allocation::entry::{EntryOrigin, EntryPhase, EntryState};
use protocol::uplink::GateEvent;
use server::app::allocation::read_now;
use server::app::overdue;
use store::block_list;

use crate::allocation::place::{AllocationFixture, at, car, mall, span};
use crate::common::district::MALL_TOKEN;
use crate::common::gateway::{batch, entry, exit, heartbeat};

const EPOCH: &str = "01JD0000-0000";
const HOUR: Duration = Duration::from_secs(3600);

fn comes(id: &str, n: usize, hhmm: &str) -> GateEvent {
    let public = Some(AccessDecision::open(Some(Audience::Public)));
    GateEvent { decision: public, ..entry(id, &car(n), &format!("2026-11-23T{hhmm}:00+08:00")) }
}

fn goes(id: &str, n: usize, hhmm: &str) -> GateEvent {
    exit(id, &car(n), &format!("2026-11-23T{hhmm}:00+08:00"))
}

fn unread(event: GateEvent) -> GateEvent {
    GateEvent { plate: None, ..event }
}

impl AllocationFixture<'_> {
    async fn seen(&self, first: i64, events: Vec<GateEvent>) {
        self.server.take(MALL_TOKEN, &batch(EPOCH, first, events)).await;
        self.settle().await;
    }

    /// Moves the clock; the gateway reports, but the gate sees nothing.
    async fn later(&self, by: Duration) {
        self.fixture.clock.advance(by);
        self.server.take(MALL_TOKEN, &heartbeat(EPOCH)).await;
        self.fixture.clock.advance(Duration::from_secs(1));
        self.settle().await;
        overdue::end_unseen(&self.app).await.unwrap();
        self.settle().await;
    }

    /// Phases of the book's entries.
    async fn inside(&self) -> Vec<EntryPhase> {
        let phases =
            |book: &domain::allocation::AllocationBook| book.entries().map(|entry| entry.phase()).collect();
        read_now(&self.app, &mall(), phases).await.unwrap()
    }
}

contract!(a_gate_whose_clock_runs_ahead_lets_a_reserved_car_check_in, |f| async {
    let place = AllocationFixture::open(f, 1).await;
    let made = place.reserve(0, "k", span("15:45", "16:30")).await;
    let waits = place.wish(1, "k", span("15:50", "16:20"), ReservationIntent::ConfirmOrWait).await.unwrap();
    // After the end by the gate's clock.
    place.seen(1, vec![comes("e1", 0, "17:40")]).await;
    assert_eq!(place.stored(made.entry.id).await.entry.state, EntryState::CheckedIn { at: at("15:40") });
    place.seen(2, vec![goes("e2", 0, "17:41")]).await;
    assert_eq!(place.stored(made.entry.id).await.entry.state, EntryState::Completed { at: at("15:40") });
    assert_eq!(place.phase(waits.entry.id).await, EntryPhase::Held);
});

contract!(a_car_that_is_read_only_going_out_gives_its_space_back, |f| async {
    let place = AllocationFixture::open(f, 1).await;
    place.seen(1, vec![unread(comes("e1", 7, "15:38"))]).await;
    assert_eq!(place.inside().await, [EntryPhase::CheckedIn]);
    place.seen(2, vec![goes("e2", 7, "15:39")]).await;
    assert_eq!(place.inside().await, []);
    place.reserve(0, "k", span("16:00", "17:00")).await;
});

contract!(a_car_that_is_not_in_the_count_leaves_the_book_at_last, |f| async {
    let place = AllocationFixture::open(f, 2).await;
    let made = place.reserve(0, "k", span("15:45", "17:00")).await;
    place.seen(1, vec![comes("e1", 0, "15:40"), comes("e2", 1, "15:40")]).await;
    // One of them leaves unread, so that its plate is unknown.
    place.seen(3, vec![unread(goes("e3", 0, "15:40"))]).await;
    place.later(HOUR * 2).await;
    assert_eq!(place.phase(made.entry.id).await, EntryPhase::Overstayed);
    place.later(HOUR * 12).await;
    assert_eq!(place.phase(made.entry.id).await, EntryPhase::Completed);
    assert_eq!(place.inside().await, [EntryPhase::CheckedIn]);
    // No known fact proves a broken promise.
    let mut tx = f.store.begin_read().await.unwrap();
    let strikes = block_list::strikes(&mut tx, &mall(), at("00:00"), 9).await.unwrap();
    assert!(strikes.iter().all(|strike| strike.lifted_at.is_some()) && strikes.len() == 1);
    drop(tx);
    // The other car is in the count and stays inside.
    place.later(HOUR * 72).await;
    assert_eq!(place.inside().await, [EntryPhase::Overstayed]);
});

contract!(a_car_that_nobody_could_read_does_not_stay_for_ever, |f| async {
    let place = AllocationFixture::open(f, 2).await;
    place.seen(1, vec![unread(comes("e1", 0, "15:40"))]).await;
    f.clock.advance(HOUR * 24 * 29);
    server::app::purge::purge(&place.app).await.unwrap();
    place.settle().await;
    assert_eq!(place.inside().await.len(), 1);
    f.clock.advance(HOUR * 24 * 2);
    server::app::purge::purge(&place.app).await.unwrap();
    place.settle().await;
    assert_eq!(place.inside().await, []);
});

contract!(a_passage_told_a_day_late_takes_nothing_from_whom_it_was_resold_to, |f| async {
    let place = AllocationFixture::open(f, 1).await;
    let made = place.reserve(0, "k", span("16:00", "20:00")).await;
    place.later(HOUR).await;
    assert_eq!(place.phase(made.entry.id).await, EntryPhase::NoShow);
    let resold = place.reserve(1, "k", span("17:00", "18:00")).await;
    // From a replaced box: the car was inside all the time. Sent twice, to test the repetition.
    for epoch in ["late-box", "late-box-2"] {
        place.server.take(MALL_TOKEN, &batch(epoch, 1, vec![comes("e1", 0, "16:05")])).await;
        place.settle().await;
    }
    assert_eq!(place.phase(made.entry.id).await, EntryPhase::NoShow);
    assert_eq!(place.phase(resold.entry.id).await, EntryPhase::Confirmed);
    let mut stays = read_now(&place.app, &mall(), |book| {
        book.entries().map(|entry| (entry.origin, entry.phase())).collect::<Vec<_>>()
    })
    .await
    .unwrap();
    stays.sort_by_key(|(_, phase)| phase.is_inside());
    assert_eq!(
        stays,
        [(EntryOrigin::App, EntryPhase::Confirmed), (EntryOrigin::Gate, EntryPhase::CheckedIn)]
    );
});
