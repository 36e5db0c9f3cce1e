//! The waiting list, and entries that a change of the layout affects.

use super::ground::{TERMS, ask, at, car, evening, ground, id, plate, pool, span};
use crate::allocation::book::AllocationBook;
use crate::allocation::entry::{CancelCause, EntryPhase, EntryState, HoldOrigin};
use crate::allocation::journal::DriverNoticeKind;
use crate::allocation::refusal::ReservationRefusal;
use crate::allocation::request::{ReservationIntent, ReservationRequest};
use crate::audience::Audience;
use crate::minute::MinuteSpan;

fn or_wait(n: u8, hours: MinuteSpan) -> ReservationRequest {
    ReservationRequest { wish: ReservationIntent::ConfirmOrWait, ..ask(n, hours) }
}

/// One space, taken by 1 from 18:00 to 20:00; 2 to 4 wait for it.
fn waited_for() -> AllocationBook {
    let mut book = AllocationBook::new(evening(1), Vec::new());
    for n in 1..=4 {
        book.reserve(&or_wait(n, span("18:00", "20:00")), at("12:00")).unwrap();
    }
    book.take_journal();
    book
}

fn phases(book: &AllocationBook) -> Vec<EntryPhase> {
    (1..=4).map(|n| book.entry(id(n)).unwrap().phase()).collect()
}

#[test]
fn an_offer_goes_from_one_to_the_next_until_one_accepts() {
    let mut book = waited_for();
    book.cancel(id(1), CancelCause::Driver, at("12:10")).unwrap();
    assert_eq!(
        phases(&book),
        [EntryPhase::Cancelled, EntryPhase::Held, EntryPhase::Waiting, EntryPhase::Waiting]
    );
    let overtaking = book.reserve(&ask(5, span("18:00", "20:00")), at("12:11"));
    assert!(matches!(overtaking, Err(ReservationRefusal::Full { .. })));
    book.sweep(at("12:20"), at("12:20"));
    assert_eq!(
        phases(&book),
        [EntryPhase::Cancelled, EntryPhase::Cancelled, EntryPhase::Held, EntryPhase::Waiting]
    );
    let told: Vec<_> = book
        .take_journal()
        .notices
        .iter()
        .map(|notice| (notice.entry.as_uuid().as_u128(), notice.kind))
        .collect();
    assert_eq!(
        told,
        [(2, DriverNoticeKind::Offer), (2, DriverNoticeKind::OfferExpired), (3, DriverNoticeKind::Offer)]
    );
    assert_eq!(book.confirm(id(3), at("12:25")).unwrap().phase(), EntryPhase::Confirmed);
}

#[test]
fn an_offer_never_outlives_its_start_and_grace() {
    let mut book = waited_for();
    book.cancel(id(1), CancelCause::Driver, at("17:58")).unwrap();
    let until = at("18:08");
    assert_eq!(
        book.entry(id(2)).unwrap().state,
        EntryState::Held { until, offered: HoldOrigin::FromWaitlist }
    );

    let mut book = waited_for();
    book.cancel(id(1), CancelCause::Driver, at("18:00:30")).unwrap();
    book.cancel(id(2), CancelCause::Driver, at("18:00:50")).unwrap();
    let until = at("18:10:50");
    assert_eq!(
        book.entry(id(3)).unwrap().state,
        EntryState::Held { until, offered: HoldOrigin::FromWaitlist }
    );
}

#[test]
fn who_has_waited_until_the_start_is_told_that_it_was_in_vain() {
    let mut book = waited_for();
    book.enter(&car(1, "18:00"), at("18:00"));
    book.sweep(at("18:00:59"), at("18:00:59"));
    assert_eq!(book.entry(id(2)).unwrap().phase(), EntryPhase::Waiting);
    book.sweep(at("18:01"), at("18:01"));
    let journal = book.take_journal();
    assert_eq!(journal.notices.iter().filter(|notice| notice.kind == DriverNoticeKind::NeverFree).count(), 3);
    assert_eq!(book.entries().count(), 1);
}

#[test]
fn whose_plate_was_blocked_meanwhile_gets_no_offer() {
    let mut book = waited_for();
    let mut layout = evening(1);
    layout.blocked.insert(plate(2));
    book.set_layout(layout);
    book.cancel(id(1), CancelCause::Driver, at("12:10")).unwrap();
    assert_eq!(
        phases(&book),
        [EntryPhase::Cancelled, EntryPhase::Waiting, EntryPhase::Held, EntryPhase::Waiting]
    );
    // Neither does a block that comes after the offer leave the space to it.
    let mut layout = evening(1);
    layout.blocked.insert(plate(3));
    book.set_layout(layout);
    assert_eq!(book.confirm(id(3), at("12:11")), Err(ReservationRefusal::Blocked));
    book.sweep(at("12:20"), at("12:20"));
    assert_eq!(
        phases(&book),
        [EntryPhase::Cancelled, EntryPhase::Held, EntryPhase::Cancelled, EntryPhase::Waiting]
    );
}

#[test]
fn one_who_wants_more_than_is_free_keeps_nobody_behind() {
    let mut book = AllocationBook::new(evening(1), Vec::new());
    book.reserve(&ask(1, span("18:00", "19:00")), at("12:00")).unwrap();
    book.reserve(&ask(2, span("19:00", "20:00")), at("12:00")).unwrap();
    book.reserve(&or_wait(3, span("18:00", "20:00")), at("12:01")).unwrap();
    book.reserve(&or_wait(4, span("19:00", "20:00")), at("12:02")).unwrap();
    book.cancel(id(2), CancelCause::Driver, at("12:10")).unwrap();
    assert_eq!(book.entry(id(3)).unwrap().phase(), EntryPhase::Waiting);
    assert_eq!(book.entry(id(4)).unwrap().phase(), EntryPhase::Held);
}

#[test]
fn those_who_wait_come_before_those_who_ask_after_the_windows_have_grown() {
    let mut book = waited_for();
    book.set_layout(evening(2));
    let late = book.reserve(&ask(5, span("18:00", "20:00")), at("12:30"));
    assert!(matches!(late, Err(ReservationRefusal::Full { .. })));
    assert_eq!(book.entry(id(2)).unwrap().phase(), EntryPhase::Held);
}

#[test]
fn who_waits_is_refused_for_anything_but_a_full_pool() {
    let mut book = waited_for();
    let outside = book.reserve(&or_wait(5, span("17:00", "20:00")), at("12:00"));
    assert!(matches!(outside, Err(ReservationRefusal::OutsideWindow { .. })));
}

#[test]
fn a_suspension_hurts_those_whose_spaces_it_closes() {
    let mut book = AllocationBook::new(evening(3), Vec::new());
    for (n, hours) in [(1, span("18:00", "19:00")), (2, span("20:00", "21:00")), (3, span("18:30", "20:30"))]
    {
        book.reserve(&ask(n, hours), at("12:00")).unwrap();
    }
    book.enter(&car(1, "18:00"), at("18:00"));
    let suspended = evening(3).closed(None, span("18:00", "20:00"), None);
    assert_eq!(book.affected(&suspended), [id(3)]);
    assert!(book.affected(book.layout()).is_empty());
    book.cancel(id(3), CancelCause::Suspended, at("18:01")).unwrap();
    assert_eq!(book.take_journal().notices[0].kind, DriverNoticeKind::Suspended);
}

#[test]
fn where_spaces_become_fewer_the_newest_lose() {
    let mut book = AllocationBook::new(evening(3), Vec::new());
    for (n, time) in [(3, "12:00"), (1, "12:01"), (2, "12:02")] {
        book.reserve(&ask(n, span("18:00", "19:00")), at(time)).unwrap();
    }
    let fewer = evening(3).closed(None, span("18:30", "20:00"), Some(2));
    assert_eq!(book.affected(&fewer), [id(1), id(2)]);
    let pickup = evening(3).opened(Audience::Pickup, span("18:00", "19:00"), 1, TERMS);
    assert_eq!(book.affected(&pickup), [id(2)]);
    assert_eq!(book.affected(&ground(3)), [id(3), id(1), id(2)]);
    assert_eq!(book.free(&pool("main"), Audience::Public, span("18:00", "19:00")), 0);
}
