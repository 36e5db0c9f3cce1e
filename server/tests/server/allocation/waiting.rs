//! The waiting list, through the database.

use domain::allocation::DriverNoticeKind;
use domain::allocation::ReservationIntent;
use domain::allocation::entry::{EntryPhase, EntryState};
use server::app::allocation::{AllocationReply, AllocationRequest, run, submit};
use store::reservation::StoredReservation;
use tokio_util::sync::CancellationToken;

use crate::allocation::place::{AllocationFixture, at, mall, one, span};

const EVENING: (&str, &str) = ("18:00", "19:00");

fn evening() -> domain::minute::MinuteSpan {
    span(EVENING.0, EVENING.1)
}

/// One who has the only space, and two who wait for it.
async fn queue(place: &AllocationFixture<'_>) -> [StoredReservation; 3] {
    let first = place.reserve(0, "k", evening()).await;
    let second = place.wish(1, "k", evening(), ReservationIntent::ConfirmOrWait).await.unwrap();
    let third = place.wish(2, "k", evening(), ReservationIntent::ConfirmOrWait).await.unwrap();
    assert_eq!([second.entry.phase(), third.entry.phase()], [EntryPhase::Waiting; 2]);
    [first, second, third]
}

contract!(a_cancelled_space_is_offered_to_who_waited_longest, |f| async {
    let place = AllocationFixture::open(f, 1).await;
    let [first, second, third] = queue(&place).await;
    place.cancel(0, first.entry.id).await.unwrap();
    let offered = place.stored(second.entry.id).await;
    assert!(matches!(offered.entry.state, EntryState::Held { until, .. } if until == at("15:50")));
    assert_eq!(place.notices(1).await, [DriverNoticeKind::Offer]);
    assert_eq!(place.phase(third.entry.id).await, EntryPhase::Waiting);
    assert_eq!(place.confirm(1, second.entry.id).await.unwrap().entry.phase(), EntryPhase::Confirmed);
});

contract!(an_offer_that_nobody_takes_goes_to_the_next, |f| async {
    let place = AllocationFixture::open(f, 1).await;
    let [first, second, third] = queue(&place).await;
    place.cancel(0, first.entry.id).await.unwrap();
    place.settle_at("15:50").await;
    assert_eq!(place.phase(second.entry.id).await, EntryPhase::Cancelled);
    assert_eq!(place.phase(third.entry.id).await, EntryPhase::Held);
    assert_eq!(place.notices(1).await, [DriverNoticeKind::OfferExpired, DriverNoticeKind::Offer]);
    assert_eq!(place.notices(2).await, [DriverNoticeKind::Offer]);
});

contract!(the_space_of_a_no_show_is_offered, |f| async {
    let place = AllocationFixture::open(f, 1).await;
    let first = place.reserve(0, "k", span("15:50", "19:00")).await;
    let second = place.wish(1, "k", span("17:00", "18:00"), ReservationIntent::ConfirmOrWait).await.unwrap();
    place.settle_at("16:04").await;
    assert_eq!(place.phase(second.entry.id).await, EntryPhase::Waiting);
    place.settle_at("16:05").await;
    assert_eq!(place.phase(first.entry.id).await, EntryPhase::NoShow);
    assert_eq!(place.phase(second.entry.id).await, EntryPhase::Held);
    assert_eq!(place.notices(0).await, [DriverNoticeKind::NoShow]);
});

contract!(what_is_due_is_found_without_being_asked, |f| async {
    let place = AllocationFixture::open(f, 1).await;
    let held = place.wish(0, "k", evening(), ReservationIntent::Hold).await.unwrap();
    f.clock.set("2026-11-23T15:46:00+08:00");
    assert_eq!(server::app::overdue::sweep(&place.app).await.unwrap(), 1);
    place.until_phase(held.entry.id, EntryPhase::Cancelled).await;
    assert_eq!(server::app::overdue::sweep(&place.app).await.unwrap(), 0);
});

contract!(what_a_process_has_left_that_has_died_is_found, |f| async {
    let place = AllocationFixture::open(f, 1).await;
    // This process knows a book in which nothing is ever due.
    assert_eq!(place.submit(AllocationRequest::Settle).await.unwrap(), AllocationReply::Done);
    let other = f.replica().await;
    let stop = CancellationToken::new();
    let task = tokio::spawn(run(other.clone(), stop.clone()));
    let asked = place.ask(0, "k", evening(), ReservationIntent::Hold);
    let held = one(submit(&other, &mall(), AllocationRequest::Reserve(asked)).await.unwrap());
    stop.cancel();
    task.await.unwrap();
    f.clock.set("2026-11-23T15:46:00+08:00");
    assert_eq!(server::app::overdue::sweep(&place.app).await.unwrap(), 1);
    place.until_phase(held.entry.id, EntryPhase::Cancelled).await;
});
