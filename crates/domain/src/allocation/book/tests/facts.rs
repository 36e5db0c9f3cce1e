//! Entries and exits of cars, which are never refused.

use super::ground::{TERMS, ask, at, car, evening, ground, id, minute, pool, span, visit};
use crate::allocation::book::AllocationBook;
use crate::allocation::entry::{EntryOrigin, EntryPhase, EntryState};
use crate::allocation::refusal::ReservationRefusal;
use crate::allocation::request::EnteredCar;
use crate::audience::Audience;
use crate::minute::{MinuteSpan, Minutes};
use crate::shared_window::WindowTerms;

fn free(book: &AllocationBook, hours: MinuteSpan) -> u32 {
    book.free(&pool("main"), Audience::Public, hours)
}

#[test]
fn a_reserved_car_checks_in_a_little_early_and_gets_the_lowest_free_number() {
    let mut layout = evening(2);
    layout.pools.get_mut(&pool("main")).unwrap().spaces = vec!["B-07".into(), "B-09".into()];
    let mut book = AllocationBook::new(layout, Vec::new());
    for n in [1, 2] {
        book.reserve(&ask(n, span("19:00", "20:00")), at("12:00")).unwrap();
    }
    let entered = book.enter(&car(1, "18:50"), at("18:50"));
    assert_eq!((entered.id, entered.phase()), (id(1), EntryPhase::CheckedIn));
    assert_eq!(entered.taken, Some(span("18:50", "20:00")));
    assert_eq!(entered.space.as_deref(), Some("B-07"));
    let second = book.enter(&car(2, "19:14"), at("19:14"));
    assert_eq!(second.space.as_deref(), Some("B-09"));
    assert_eq!(second.taken, Some(span("19:00", "20:00")));
    let one_too_many = book.enter(&car(3, "19:14"), at("19:14"));
    assert_eq!(one_too_many.space, None);
}

#[test]
fn a_car_that_comes_too_early_is_a_walk_in() {
    let mut book = AllocationBook::new(evening(2), Vec::new());
    book.reserve(&ask(1, span("19:00", "20:00")), at("12:00")).unwrap();
    let entered = book.enter(&car(1, "18:49:59"), at("18:50"));
    assert_eq!((entered.id, entered.origin), (id(3001), EntryOrigin::Gate));
    assert_eq!(book.entry(id(1)).unwrap().phase(), EntryPhase::Confirmed);
}

#[test]
fn of_two_reservations_the_earlier_is_taken_up() {
    let mut book = AllocationBook::new(evening(2), Vec::new());
    book.reserve(&ask(1, span("20:05", "21:00")), at("12:00")).unwrap();
    let second =
        crate::allocation::request::ReservationRequest { id: id(2), ..ask(1, span("19:00", "20:00")) };
    book.reserve(&second, at("12:00")).unwrap();
    assert_eq!(book.enter(&car(1, "19:58"), at("19:58")).id, id(2));
}

#[test]
fn a_fact_told_twice_happens_once() {
    let mut book = AllocationBook::new(evening(2), Vec::new());
    let first = book.enter(&car(1, "18:30"), at("18:30"));
    let again = book.enter(&EnteredCar { id: id(77), ..car(1, "18:30") }, at("18:35"));
    assert_eq!(first, again);
    assert!(book.leave(visit(1), at("19:00")).is_some());
    assert_eq!(book.leave(visit(1), at("19:00")), None);
    assert_eq!(book.enter(&car(1, "18:30"), at("19:01")).phase(), EntryPhase::Completed);
    assert_eq!(free(&book, span("18:30", "19:30")), 2);
}

#[test]
fn a_walk_in_must_go_when_its_window_ends_or_after_the_longest_stay() {
    let terms = WindowTerms { max_stay: Minutes(120), ..TERMS };
    let layout = ground(2).opened(Audience::Public, span("08:00", "10:00"), 2, terms).opened(
        Audience::Public,
        span("10:00", "12:00"),
        2,
        terms,
    );
    let mut book = AllocationBook::new(layout, Vec::new());
    assert_eq!(book.enter(&car(1, "08:30:40"), at("08:31")).span, span("08:30", "10:30"));
    assert_eq!(book.enter(&car(2, "11:00"), at("11:00")).span, span("11:00", "12:00"));
    let outside = book.enter(&car(3, "12:30"), at("12:30"));
    assert_eq!((outside.span, outside.window), (span("12:30", "12:45"), None));
}

#[test]
fn a_walk_in_must_go_before_others_come() {
    let layout = ground(2).opened(Audience::Public, span("06:00", "22:00"), 2, TERMS).opened(
        Audience::Pickup,
        span("15:30", "18:00"),
        2,
        TERMS,
    );
    let mut book = AllocationBook::new(layout, Vec::new());
    let room = |book: &AllocationBook, now| book.room_for_walk_in(&pool("main"), Audience::Public, at(now));
    assert_eq!(room(&book, "14:00"), Some((2, minute("15:30"))));
    assert_eq!(book.enter(&car(1, "14:00"), at("14:00")).span, span("14:00", "15:30"));
    assert_eq!(room(&book, "15:15:59"), Some((1, minute("15:30"))));
    // The shortest stay is 15 minutes.
    assert_eq!(room(&book, "15:16"), None);
    assert_eq!(room(&book, "16:00"), None);
}

#[test]
fn walk_ins_find_what_is_not_reserved() {
    let mut book = AllocationBook::new(evening(2), Vec::new());
    let room = |book: &AllocationBook, now| book.room_for_walk_in(&pool("main"), Audience::Public, at(now));
    book.reserve(&ask(1, span("19:00", "20:00")), at("12:00")).unwrap();
    book.reserve(&ask(2, span("19:30", "20:00")), at("12:00")).unwrap();
    assert_eq!(room(&book, "18:00"), Some((1, minute("19:30"))));
    assert_eq!(room(&book, "19:30"), None);
    assert_eq!(book.room_for_walk_in(&pool("main"), Audience::Staff, at("18:00")), None);
    assert_eq!(room(&book, "17:59"), None);
}

#[test]
fn one_too_many_is_counted_and_then_nobody_else_gets_a_space() {
    let mut book = AllocationBook::new(evening(1), Vec::new());
    book.reserve(&ask(1, span("18:00", "19:00")), at("12:00")).unwrap();
    book.enter(&car(2, "18:05"), at("18:05"));
    assert_eq!(book.entries().filter(|entry| entry.taken.is_some()).count(), 2);
    assert_eq!(book.enter(&car(1, "18:10"), at("18:10")).id, id(1));
    let refused = book.reserve(&ask(3, span("19:00", "20:00")), at("18:10"));
    assert!(matches!(refused, Err(ReservationRefusal::Full { .. })));
    book.leave(visit(2), at("18:20"));
    assert!(book.reserve(&ask(3, span("19:00", "20:00")), at("18:20")).is_ok());
}

#[test]
fn leaving_early_gives_back_the_rest() {
    let mut book = AllocationBook::new(evening(1), Vec::new());
    book.reserve(&ask(1, span("18:00", "20:00")), at("12:00")).unwrap();
    book.enter(&car(1, "18:00"), at("18:00"));
    let left = book.leave(visit(1), at("18:40:30")).unwrap();
    assert_eq!(left.state, EntryState::Completed { at: at("18:40:30") });
    assert_eq!(left.taken, Some(span("18:00", "18:40")));
    assert_eq!(free(&book, span("18:40", "20:00")), 1);
    assert_eq!(book.leave(visit(9), at("18:41")), None);
}

#[test]
fn a_garage_without_pools_takes_cars_all_the_same() {
    let mut book = AllocationBook::new(crate::allocation::layout::GarageLayout::default(), Vec::new());
    assert_eq!(book.enter(&car(1, "18:00"), at("18:00")).pool, pool("main"));
    assert!(book.leave(visit(1), at("19:00")).is_some());
}
