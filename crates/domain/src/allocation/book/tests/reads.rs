//! Queries of free spaces.

use super::ground::{TERMS, ask, at, evening, ground, minute, pool, span};
use crate::allocation::book::AllocationBook;
use crate::allocation::refusal::ReservationRefusal;
use crate::allocation::request::FreeSpaceSlot;
use crate::audience::Audience;
use crate::minute::{Minute, Minutes};
use crate::shared_window::{DailyHours, WindowTerms};

fn next(book: &AllocationBook, length: u32, from: &str) -> Option<Minute> {
    book.next_start(Some(&pool("main")), Audience::Public, Minutes(length), minute(from))
}

#[test]
fn the_next_start_keeps_to_windows_terms_and_stays() {
    let terms =
        WindowTerms { lock_out: Some(DailyHours { start_minute: 22 * 60, length_minutes: 480 }), ..TERMS };
    let layout = ground(1).opened(Audience::Public, span("18:00", "+07:30"), 1, terms);
    let mut book = AllocationBook::new(layout, Vec::new());
    assert_eq!(next(&book, 60, "12:00"), Some(minute("18:00")));
    book.reserve(&ask(1, span("18:30", "20:00")), at("12:00")).unwrap();
    assert_eq!(next(&book, 30, "12:00"), Some(minute("18:00")));
    assert_eq!(next(&book, 31, "12:00"), Some(minute("20:00")));
    assert_eq!(next(&book, 120, "12:00"), Some(minute("20:00")));
    // It would end while no car moves; starting later, it would start then.
    assert_eq!(next(&book, 90, "20:31"), Some(minute("+06:00")));
    assert_eq!(next(&book, 180, "12:00"), None);
    assert_eq!(next(&book, 600, "12:00"), Some(minute("20:00")));
    assert_eq!(next(&book, 10, "12:00"), None);
    assert_eq!(book.next_start(None, Audience::Staff, Minutes(30), minute("12:00")), None);
}

#[test]
fn a_stay_may_last_through_a_lock_out_and_end_with_it() {
    let terms =
        WindowTerms { lock_out: Some(DailyHours { start_minute: 22 * 60, length_minutes: 30 }), ..TERMS };
    let layout = ground(1).opened(Audience::Public, span("18:00", "+07:30"), 1, terms);
    let book = AllocationBook::new(layout, Vec::new());
    assert_eq!(next(&book, 60, "21:00"), Some(minute("21:00")));
    assert_eq!(next(&book, 60, "21:01"), Some(minute("21:30")));
    assert_eq!(next(&book, 20, "21:50"), Some(minute("22:30")));
}

#[test]
fn a_lock_out_ends_with_its_window() {
    let terms =
        WindowTerms { lock_out: Some(DailyHours { start_minute: 22 * 60, length_minutes: 60 }), ..TERMS };
    let layout = ground(1).opened(Audience::Public, span("18:00", "22:30"), 1, terms).opened(
        Audience::Public,
        span("22:30", "23:30"),
        1,
        TERMS,
    );
    let book = AllocationBook::new(layout, Vec::new());
    assert_eq!(next(&book, 20, "22:10"), Some(minute("22:30")));
}

#[test]
fn a_full_refusal_names_the_next_start() {
    let mut book = AllocationBook::new(evening(1), Vec::new());
    book.reserve(&ask(1, span("18:00", "20:00")), at("12:00")).unwrap();
    book.reserve(&ask(2, span("20:30", "21:00")), at("12:00")).unwrap();
    let full = book.check_request(&ask(3, span("19:00", "20:00")), at("12:00"));
    assert_eq!(full, Err(ReservationRefusal::Full { at: minute("19:00"), next: Some(minute("21:00")) }));
}

#[test]
fn a_next_start_beyond_the_horizon_does_not_help() {
    for (horizon, next) in [(120, Some(minute("20:00"))), (119, None)] {
        let terms = WindowTerms { horizon: Minutes(horizon), ..TERMS };
        let layout = ground(1).opened(Audience::Public, span("18:00", "+07:30"), 1, terms);
        let mut book = AllocationBook::new(layout, Vec::new());
        book.reserve(&ask(1, span("18:00", "20:00")), at("18:00")).unwrap();
        let full = book.check_request(&ask(2, span("18:00", "19:00")), at("18:00"));
        assert_eq!(full, Err(ReservationRefusal::Full { at: minute("18:00"), next }));
    }
}

#[test]
fn a_forecast_tells_the_fewest_that_are_free_in_each_step() {
    let mut book = AllocationBook::new(evening(3), Vec::new());
    book.reserve(&ask(1, span("18:10", "18:30")), at("12:00")).unwrap();
    book.reserve(&ask(2, span("18:20", "19:10")), at("12:00")).unwrap();
    let slots = book.forecast(&pool("main"), Audience::Public, minute("17:30"), Minutes(30), 5);
    let slot = |from, free, open| FreeSpaceSlot { from: minute(from), free, open };
    let expected = [
        slot("17:30", 0, false),
        slot("18:00", 1, true),
        slot("18:30", 2, true),
        slot("19:00", 2, true),
        slot("19:30", 3, true),
    ];
    assert_eq!(slots, expected);
    assert_eq!(book.free(&pool("main"), Audience::Public, span("17:59", "19:00")), 0);
    assert_eq!(book.free(&pool("elsewhere"), Audience::Public, span("18:00", "19:00")), 0);
    let elsewhere = book.forecast(&pool("elsewhere"), Audience::Public, minute("18:00"), Minutes(30), 1);
    assert_eq!(elsewhere, [slot("18:00", 0, false)]);
}
