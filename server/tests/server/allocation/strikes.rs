//! Broken promises, and what follows by rule.

use domain::allocation::DriverNoticeKind;
use domain::allocation::ReservationIntent;
use domain::allocation::entry::EntryPhase;
use domain::allocation::refusal::ReservationRefusal;
use server::app::allocation::{AllocationRequest, RequestActor, ReserveRequest};
use store::sharing_rules::SharingRules;
use store::{block_list, book, sharing_rules, strike};

use crate::allocation::place::{AllocationFixture, at, mall, refusal, span};
use crate::common::StoreFixture;

async fn two_strikes(f: &StoreFixture) {
    let mut tx = f.store.begin().await.unwrap();
    let rules = SharingRules { strikes: 2, strike_days: 30, block_days: 7, ..SharingRules::default() };
    sharing_rules::put(&mut tx, &mall(), &rules).await.unwrap();
    tx.commit().await.unwrap();
}

contract!(so_many_no_shows_block_a_plate, |f| async {
    let place = AllocationFixture::open(f, 3).await;
    two_strikes(f).await;
    let first = place.reserve(0, "a", span("16:00", "17:00")).await;
    let second = place.reserve(0, "b", span("18:00", "19:00")).await;
    let later = place.reserve(0, "c", span("21:00", "22:00")).await;
    place.settle_at("16:15").await;
    assert_eq!(place.phase(first.entry.id).await, EntryPhase::NoShow);
    place.wish(0, "d", span("20:00", "20:30"), ReservationIntent::Confirm).await.unwrap();
    place.settle_at("18:15").await;
    assert_eq!(place.phase(second.entry.id).await, EntryPhase::NoShow);
    assert_eq!(
        refusal(place.wish(0, "e", span("19:00", "20:00"), ReservationIntent::Confirm).await),
        ReservationRefusal::Blocked
    );
    // What was promised before stays promised.
    assert_eq!(place.phase(later.entry.id).await, EntryPhase::Confirmed);
    let notices = place.notices(0).await;
    assert_eq!(notices.iter().filter(|kind| **kind == DriverNoticeKind::NoShow).count(), 2);
    assert_eq!(notices.iter().filter(|kind| **kind == DriverNoticeKind::Blocked).count(), 1);
    let mut tx = f.store.begin_read().await.unwrap();
    let blocks = block_list::of_garage(&mut tx, &mall(), f.clock_now(), 10).await.unwrap();
    assert_eq!(blocks.len(), 1);
    assert!(blocks[0].by_rule && blocks[0].until.is_some());
    let strikes = block_list::strikes(&mut tx, &mall(), at("00:00"), 10).await.unwrap();
    assert_eq!(strikes.len(), 2);
    drop(tx);
    // The operator may still let the plate in.
    let by_hand = ReserveRequest {
        by: RequestActor::Operator("li".to_owned()),
        ..place.ask(0, "x", span("19:00", "20:00"), ReservationIntent::Confirm)
    };
    place.one(AllocationRequest::Reserve(by_hand)).await.unwrap();
});

contract!(a_block_is_not_made_twice, |f| async {
    let place = AllocationFixture::open(f, 3).await;
    two_strikes(f).await;
    for (key, from, until) in [("a", "16:00", "16:30"), ("b", "17:00", "17:30"), ("c", "18:00", "18:30")] {
        place.reserve(0, key, span(from, until)).await;
    }
    place.settle_at("19:00").await;
    let mut tx = f.store.begin_read().await.unwrap();
    assert_eq!(block_list::of_garage(&mut tx, &mall(), f.clock_now(), 10).await.unwrap().len(), 1);
    assert_eq!(block_list::strikes(&mut tx, &mall(), at("00:00"), 10).await.unwrap().len(), 3);
});

async fn block(place: &AllocationFixture<'_>, from: &str, until: &str) {
    let mut tx = place.app.store.begin().await.unwrap();
    book::lock(&mut tx, &[mall()]).await.unwrap();
    book::advance(&mut tx, &[mall()]).await.unwrap();
    let (garage, plate, reason) = (mall(), place.plate(0), "3 strikes".to_owned());
    let block = strike::StrikeBlock { garage, plate, reason, from: at(from), until: at(until) };
    strike::block(&mut tx, &block).await.unwrap();
    tx.commit().await.unwrap();
}

contract!(a_block_ends_at_its_minute, |f| async {
    let place = AllocationFixture::open(f, 3).await;
    block(&place, "15:00", "16:30").await;
    let evening = span("18:00", "19:00");
    f.clock.set("2026-11-23T16:29:00+08:00");
    assert_eq!(
        refusal(place.wish(0, "a", evening, ReservationIntent::Confirm).await),
        ReservationRefusal::Blocked
    );
    f.clock.set("2026-11-23T16:30:00+08:00");
    place.wish(0, "a", evening, ReservationIntent::Confirm).await.unwrap();
});

contract!(a_block_counts_where_the_clock_is_behind, |f| async {
    let place = AllocationFixture::open(f, 3).await;
    // By a process whose clock is ahead of this one's.
    block(&place, "15:41", "23:00").await;
    assert_eq!(
        refusal(place.wish(0, "a", span("18:00", "19:00"), ReservationIntent::Confirm).await),
        ReservationRefusal::Blocked
    );
    f.clock.set("2026-11-23T15:42:00+08:00");
    assert_eq!(
        refusal(place.wish(0, "a", span("18:00", "19:00"), ReservationIntent::Confirm).await),
        ReservationRefusal::Blocked
    );
});

impl StoreFixture {
    fn clock_now(&self) -> domain::time::Timestamp {
        domain::time::Clock::now(&*self.clock)
    }
}
