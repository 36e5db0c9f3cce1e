//! Entries that a sweep ends, and entries that it leaves unchanged.

use super::ground::{TERMS, ask, at, car, evening, ground, id, minute, plate, pool, span, visit};
use crate::allocation::book::AllocationBook;
use crate::allocation::entry::{CancelCause, EntryPhase, EntryState};
use crate::allocation::journal::{BookStrike, BookStrikeKind, DriverNoticeKind};
use crate::allocation::request::{EntryChange, ReservationIntent, ReservationRequest};
use crate::audience::Audience;

fn sweep(book: &mut AllocationBook, now: &str) {
    book.sweep(at(now), at(now));
}

fn phase(book: &AllocationBook, n: u128) -> EntryPhase {
    book.entry(id(n)).unwrap().phase()
}

fn notices(book: &mut AllocationBook) -> Vec<(u128, DriverNoticeKind)> {
    book.take_journal().notices.iter().map(|notice| (notice.entry.as_uuid().as_u128(), notice.kind)).collect()
}

#[test]
fn a_hold_that_nobody_confirms_expires() {
    let mut book = AllocationBook::new(evening(1), Vec::new());
    book.reserve(
        &ReservationRequest { wish: ReservationIntent::Hold, ..ask(1, span("18:00", "19:00")) },
        at("12:00"),
    )
    .unwrap();
    sweep(&mut book, "12:04:59");
    assert_eq!(phase(&book, 1), EntryPhase::Held);
    sweep(&mut book, "12:05");
    let expired = &book.entry(id(1)).unwrap().state;
    assert!(matches!(expired, EntryState::Cancelled { cause: CancelCause::HoldExpired, .. }));
}

#[test]
fn a_car_that_never_came_is_a_no_show_after_its_grace() {
    let mut book = AllocationBook::new(evening(1), Vec::new());
    book.reserve(&ask(1, span("18:00", "20:00")), at("12:00")).unwrap();
    sweep(&mut book, "18:14:59");
    assert_eq!(phase(&book, 1), EntryPhase::Confirmed);
    sweep(&mut book, "18:15");
    assert_eq!(phase(&book, 1), EntryPhase::NoShow);
    let journal = book.take_journal();
    let strike = BookStrike { entry: id(1), plate: plate(1), kind: BookStrikeKind::NoShow, at: at("18:15") };
    assert_eq!(journal.strikes, [strike]);
    assert_eq!(journal.notices[0].kind, DriverNoticeKind::NoShow);
    assert_eq!(journal.changed.len(), 1);
    assert_eq!(book.entries().count(), 0);
    assert_eq!(book.free(&pool("main"), Audience::Public, span("18:15", "20:00")), 1);
}

#[test]
fn while_a_garage_is_offline_nobody_is_a_no_show() {
    let mut book = AllocationBook::new(evening(1), Vec::new());
    book.reserve(&ask(1, span("18:00", "20:00")), at("12:00")).unwrap();
    book.sweep(at("19:00"), at("18:10"));
    assert_eq!(phase(&book, 1), EntryPhase::Confirmed);
    // The car had entered, and the offline garage could not report it.
    book.enter(&car(1, "18:12"), at("19:30"));
    sweep(&mut book, "19:30");
    assert_eq!(phase(&book, 1), EntryPhase::CheckedIn);
}

#[test]
fn only_the_public_gets_strikes() {
    let layout = ground(1).opened(Audience::Pickup, span("15:00", "18:00"), 1, TERMS);
    let mut book = AllocationBook::new(layout, Vec::new());
    let parent = ReservationRequest { audience: Audience::Pickup, ..ask(1, span("15:30", "16:00")) };
    book.reserve(&parent, at("12:00")).unwrap();
    sweep(&mut book, "16:00");
    assert_eq!(phase(&book, 1), EntryPhase::NoShow);
    assert!(book.take_journal().strikes.is_empty());
}

#[test]
fn a_driver_is_reminded_once_before_the_end() {
    let mut book = AllocationBook::new(evening(1), Vec::new());
    book.reserve(&ask(1, span("18:00", "19:00")), at("12:00")).unwrap();
    book.enter(&car(1, "18:00"), at("18:00"));
    sweep(&mut book, "18:44");
    assert_eq!(notices(&mut book), []);
    sweep(&mut book, "18:45");
    sweep(&mut book, "18:46");
    assert_eq!(notices(&mut book), [(1, DriverNoticeKind::EndingSoon)]);
    let longer = EntryChange { span: Some(span("18:00", "20:00")), ..EntryChange::default() };
    book.change(id(1), &longer, at("18:50")).unwrap();
    sweep(&mut book, "19:45");
    assert_eq!(notices(&mut book), [(1, DriverNoticeKind::EndingSoon)]);
}

#[test]
fn a_car_that_stays_too_long_keeps_its_space_until_it_leaves() {
    let mut book = AllocationBook::new(evening(1), Vec::new());
    book.reserve(&ask(1, span("18:00", "19:00")), at("12:00")).unwrap();
    book.enter(&car(1, "18:00"), at("18:00"));
    sweep(&mut book, "19:00");
    assert_eq!(phase(&book, 1), EntryPhase::Overstayed);
    assert_eq!(book.entry(id(1)).unwrap().taken, Some(span("18:00", "19:15")));
    assert_eq!(book.take_journal().strikes[0].kind, BookStrikeKind::Overstay);
    sweep(&mut book, "19:10");
    assert_eq!(book.entry(id(1)).unwrap().taken, Some(span("18:00", "19:25")));
    assert!(book.take_journal().strikes.is_empty());
    assert_eq!(book.leave(visit(1), at("19:12:30")).unwrap().taken, Some(span("18:00", "19:12")));
    assert_eq!(book.free(&pool("main"), Audience::Public, span("19:12", "20:00")), 1);
}

#[test]
fn a_car_of_which_nothing_is_known_keeps_its_space_without_a_strike() {
    let mut book = AllocationBook::new(evening(1), Vec::new());
    book.reserve(&ask(1, span("18:00", "19:00")), at("12:00")).unwrap();
    book.enter(&car(1, "18:00"), at("18:00"));
    book.sweep(at("19:30"), at("18:30"));
    assert_eq!(phase(&book, 1), EntryPhase::CheckedIn);
    assert_eq!(book.entry(id(1)).unwrap().taken, Some(span("18:00", "19:45")));
    assert!(book.take_journal().strikes.is_empty());
    book.sweep(at("19:30"), at("18:31"));
    assert!(book.take_journal().changed.is_empty(), "looked at again, but nothing has changed");
    sweep(&mut book, "19:31");
    assert_eq!(book.entry(id(1)).unwrap().state, EntryState::Overstayed { since: at("19:00") });
}

#[test]
fn the_operator_sees_who_must_leave_first() {
    let mut book = AllocationBook::new(evening(5), Vec::new());
    for (n, end) in [(1, "20:00"), (2, "19:00"), (3, "18:30"), (4, "21:00")] {
        book.reserve(&ask(n, span("18:00", end)), at("12:00")).unwrap();
        book.enter(&car(n, "18:00"), at("18:00"));
    }
    sweep(&mut book, "18:40");
    let leaving: Vec<_> =
        book.clearing(minute("20:00")).iter().map(|entry| entry.id.as_uuid().as_u128()).collect();
    assert_eq!(leaving, [3, 2, 1]);
}

#[test]
fn what_nobody_will_ever_know_is_taken_for_used() {
    let mut book = AllocationBook::new(evening(1), Vec::new());
    book.reserve(&ask(1, span("18:00", "20:00")), at("12:00")).unwrap();
    let week = std::time::Duration::from_secs(7 * 24 * 3600);
    book.sweep(at("19:59") + week, at("17:00"));
    assert_eq!(phase(&book, 1), EntryPhase::Confirmed);
    book.sweep(at("20:00") + week, at("17:00"));
    assert_eq!(book.entry(id(1)).unwrap().state, EntryState::Completed { at: at("20:00") });
    let journal = book.take_journal();
    assert!(journal.strikes.is_empty() && journal.notices.is_empty());
    assert_eq!(book.entries().count(), 0);
}
