//! Refusals with their reasons, and the effects of requests.

use super::ground::{TERMS, ask, at, car, evening, ground, id, minute, plate, pool, span, visit};
use crate::access::Audience;
use crate::allocation::book::Book;
use crate::allocation::entry::{Cause, Lateness, Origin, Phase, State};
use crate::allocation::layout::{Layout, Pool, Rules};
use crate::allocation::refusal::Refusal;
use crate::allocation::request::{Ask, Change, Wish};
use crate::minute::{Minutes, Span};
use crate::shared_window::{DailyHours, Terms};

fn refused(layout: Layout, ask: &Ask, now: &str) -> Refusal {
    Book::new(layout, Vec::new()).reserve(ask, at(now)).unwrap_err()
}

fn phase(phase: Phase) -> Refusal {
    Refusal::WrongPhase { phase }
}

fn until(from: &str, until: &str) -> Change {
    Change { span: Some(span(from, until)), ..Change::default() }
}

#[test]
fn a_stay_outside_the_window_is_told_when_one_is_open() {
    let too_early = ask(1, span("17:00", "19:00"));
    let next = Some(span("18:00", "+07:30"));
    assert_eq!(refused(evening(1), &too_early, "12:00"), Refusal::OutsideWindow { next });

    let too_late = ask(1, span("20:00", "+08:00"));
    let rest = Some(span("20:00", "+07:30"));
    assert_eq!(refused(evening(1), &too_late, "12:00"), Refusal::OutsideWindow { next: rest });
}

#[test]
fn adjoining_windows_cover_a_stay_together() {
    let layout = ground(1).opened(Audience::Public, span("08:00", "12:00"), 1, TERMS);
    let two = layout.clone().opened(Audience::Public, span("12:00", "18:00"), 1, TERMS);
    let across = ask(1, span("11:00", "13:00"));
    assert!(Book::new(two, Vec::new()).would(&across, at("07:00")).is_ok());
    let gap = layout.opened(Audience::Public, span("12:01", "18:00"), 1, TERMS);
    assert!(matches!(refused(gap, &across, "07:00"), Refusal::OutsideWindow { .. }));
}

#[test]
fn a_window_keeps_to_its_terms() {
    let terms = Terms {
        max_stay: Minutes(120),
        horizon: Minutes(60),
        lock_out: Some(DailyHours { start_minute: 22 * 60, length_minutes: 480 }),
        ..TERMS
    };
    let layout = ground(1).opened(Audience::Public, span("18:00", "+07:30"), 1, terms);
    let at_once = |hours: Span, now: &str| refused(layout.clone(), &ask(1, hours), now);
    assert_eq!(at_once(span("18:00", "18:10"), "18:00"), Refusal::TooShort { min: Minutes(15) });
    assert_eq!(at_once(span("18:00", "20:01"), "18:00"), Refusal::TooLong { max: Minutes(120) });
    assert_eq!(at_once(span("20:00", "21:00"), "18:00"), Refusal::TooFarAhead { horizon: Minutes(60) });
    assert_eq!(at_once(span("18:00", "19:00"), "18:01"), Refusal::InThePast);
    let lock = span("22:00", "+06:00");
    assert_eq!(at_once(span("22:00", "23:00"), "21:50"), Refusal::LockedOut { lock });
    assert_eq!(at_once(span("21:00", "22:30"), "20:50"), Refusal::LockedOut { lock });
    let book = Book::new(layout.clone(), Vec::new());
    assert!(book.would(&ask(1, span("21:00", "22:00")), at("20:50")).is_ok());
    assert!(book.would(&ask(1, span("+06:00", "+07:00")), at("+05:50")).is_ok());

    let unbookable = Terms { bookable: false, ..TERMS };
    let layout = ground(1).opened(Audience::Public, span("18:00", "22:00"), 1, unbookable);
    assert_eq!(refused(layout, &ask(1, span("19:00", "20:00")), "18:00"), Refusal::NotBookable);
}

#[test]
fn a_public_stay_that_would_run_into_pickup_is_refused_unless_pickup_is_suspended() {
    let layout = ground(2).opened(Audience::Public, span("06:00", "22:00"), 2, TERMS).opened(
        Audience::Pickup,
        span("15:30", "18:00"),
        2,
        TERMS,
    );
    let into_pickup = ask(1, span("14:00", "15:31"));
    let next = Some(minute("18:00"));
    assert_eq!(refused(layout.clone(), &into_pickup, "12:00"), Refusal::Full { at: minute("15:30"), next });
    let ends_in_time = ask(1, span("14:00", "15:30"));
    assert!(Book::new(layout.clone(), Vec::new()).would(&ends_in_time, at("12:00")).is_ok());

    let suspended = layout.closed(Some(Audience::Pickup), span("15:00", "18:00"), None);
    assert!(Book::new(suspended, Vec::new()).would(&into_pickup, at("12:00")).is_ok());
}

#[test]
fn closed_spaces_are_refused_and_spaces_out_of_service_are_fewer() {
    let closed = evening(2).closed(None, span("20:00", "21:00"), None);
    let stay = ask(1, span("19:00", "20:30"));
    assert_eq!(refused(closed, &stay, "12:00"), Refusal::Closed { span: span("20:00", "21:00") });

    let mut book = Book::new(evening(2).closed(None, span("20:00", "21:00"), Some(1)), Vec::new());
    book.reserve(&stay, at("12:00")).unwrap();
    let second = book.reserve(&ask(2, span("19:00", "20:30")), at("12:00")).unwrap_err();
    assert_eq!(second, Refusal::Full { at: minute("20:00"), next: Some(minute("20:30")) });
}

#[test]
fn persons_and_plates_have_limits_but_not_at_the_operators_desk() {
    let rules = Rules { live_per_person: 1, live_per_plate: 1, ..Rules::default() };
    let layout = Layout { rules, blocked: [plate(9)].into(), ..evening(9) };
    let mut book = Book::new(layout, Vec::new());
    book.reserve(&ask(1, span("18:00", "19:00")), at("12:00")).unwrap();

    let later = Ask { id: id(50), ..ask(1, span("20:00", "21:00")) };
    let same_plate = Ask { person: None, ..later.clone() };
    let same_time = Ask { id: id(51), origin: Origin::Operator, ..ask(1, span("18:59", "20:00")) };
    let blocked = ask(9, span("20:00", "21:00"));
    assert_eq!(book.would(&later, at("12:00")), Err(Refusal::PersonLimit { limit: 1 }));
    assert_eq!(book.would(&same_plate, at("12:00")), Err(Refusal::PlateLimit { limit: 1 }));
    assert_eq!(book.would(&same_time, at("12:00")), Err(Refusal::PlateBusy { with: id(1) }));
    assert_eq!(book.would(&blocked, at("12:00")), Err(Refusal::Blocked));
    for ask in [later, blocked] {
        assert_eq!(book.would(&Ask { origin: Origin::Operator, ..ask }, at("12:00")), Ok(()));
    }
}

#[test]
fn without_a_pool_the_first_that_fits_is_taken() {
    let mut layout = evening(1);
    layout.pools.insert(pool("second"), Pool { size: 1, spaces: Vec::new() });
    let mut other = layout.openings[0].clone();
    other.pool = pool("second");
    layout.openings.push(other);
    let mut book = Book::new(layout, Vec::new());
    let anywhere = |n| Ask { pool: None, ..ask(n, span("18:00", "19:00")) };
    assert_eq!(book.reserve(&anywhere(1), at("12:00")).unwrap().pool, pool("main"));
    assert_eq!(book.reserve(&anywhere(2), at("12:00")).unwrap().pool, pool("second"));
    assert!(matches!(book.reserve(&anywhere(3), at("12:00")), Err(Refusal::Full { .. })));
    let unknown = Ask { pool: Some(pool("third")), ..ask(3, span("18:00", "19:00")) };
    assert_eq!(book.reserve(&unknown, at("12:00")), Err(Refusal::NoSuchPool));
}

#[test]
fn asking_again_with_the_same_id_takes_nothing_more() {
    let mut book = Book::new(evening(2), Vec::new());
    let first = book.reserve(&ask(1, span("18:00", "19:00")), at("12:00")).unwrap();
    let again = book.reserve(&ask(1, span("18:00", "19:00")), at("12:05")).unwrap();
    assert_eq!(first, again);
    assert_eq!(book.free(&pool("main"), Audience::Public, span("18:00", "19:00")), 1);
}

#[test]
fn what_is_held_can_be_confirmed_until_it_expires() {
    let mut book = Book::new(evening(2), Vec::new());
    for n in [1, 2] {
        let held = Ask { wish: Wish::Hold, ..ask(n, span("18:00", "19:00")) };
        assert_eq!(book.reserve(&held, at("12:00")).unwrap().phase(), Phase::Held);
    }
    assert_eq!(book.confirm(id(1), at("12:04:59")).unwrap().phase(), Phase::Confirmed);
    assert_eq!(book.confirm(id(1), at("12:20")).unwrap().state, State::Confirmed { since: at("12:04:59") });
    assert_eq!(book.confirm(id(2), at("12:05")), Err(phase(Phase::Cancelled)));
    assert_eq!(book.confirm(id(3), at("12:05")), Err(Refusal::NotFound));
}

#[test]
fn a_change_counts_its_own_old_time_as_free() {
    let mut book = Book::new(evening(1), Vec::new());
    book.reserve(&ask(1, span("18:00", "19:00")), at("12:00")).unwrap();
    book.reserve(&ask(2, span("20:00", "21:00")), at("12:00")).unwrap();
    let moved = book.change(id(1), &until("18:30", "20:00"), at("12:00")).unwrap();
    assert_eq!(moved.taken, Some(span("18:30", "20:00")));
    let full = book.change(id(1), &until("18:30", "20:01"), at("12:00"));
    assert!(matches!(full, Err(Refusal::Full { .. })));
    assert_eq!(book.entry(id(1)), Some(&moved));
    let same_plate_after = Change { plate: Some(plate(2)), ..Change::default() };
    assert!(book.change(id(1), &same_plate_after, at("12:00")).is_ok());
    let busy = book.change(id(2), &until("19:30", "21:00"), at("12:00"));
    assert_eq!(busy, Err(Refusal::PlateBusy { with: id(1) }));
}

#[test]
fn a_car_inside_may_stay_longer_if_it_is_free_but_not_move() {
    let mut book = Book::new(evening(1), Vec::new());
    book.reserve(&ask(1, span("18:00", "19:00")), at("12:00")).unwrap();
    book.reserve(&ask(2, span("20:00", "21:00")), at("12:00")).unwrap();
    book.enter(&car(1, "17:55"), at("17:55"));
    let extended = book.change(id(1), &until("18:00", "20:00"), at("18:50")).unwrap();
    assert_eq!(extended.phase(), Phase::CheckedIn);
    assert_eq!(extended.taken, Some(span("17:55", "20:00")));
    let full = book.change(id(1), &until("18:00", "20:30"), at("18:50"));
    assert!(matches!(full, Err(Refusal::Full { .. })));
    let moved = book.change(id(1), &until("18:30", "20:00"), at("18:50"));
    assert_eq!(moved, Err(phase(Phase::CheckedIn)));
    let shorter = book.change(id(1), &until("18:00", "19:00"), at("18:55")).unwrap();
    assert_eq!(shorter.span, span("18:00", "19:00"));
    let past = book.change(id(1), &until("18:00", "18:55"), at("18:55:30"));
    assert_eq!(past, Err(Refusal::InThePast));
}

#[test]
fn a_cancelled_reservation_gives_its_space_back_once() {
    let mut book = Book::new(evening(1), Vec::new());
    for n in [1, 2] {
        book.reserve(&ask(n, span("18:00", "19:00")), at("12:00")).unwrap();
        let time = if n == 1 { "18:00" } else { "18:00:01" };
        let cancelled = book.cancel(id(u128::from(n)), Cause::Driver, at(time)).unwrap();
        let lateness = if n == 1 { Lateness::InTime } else { Lateness::Late };
        assert_eq!(cancelled.state, State::Cancelled { at: at(time), cause: Cause::Driver, lateness });
        assert_eq!(cancelled.taken, None);
    }
    assert_eq!(book.cancel(id(1), Cause::Driver, at("18:01")), Err(phase(Phase::Cancelled)));
    book.take_journal();
    assert_eq!(book.cancel(id(1), Cause::Driver, at("18:01")), Err(Refusal::NotFound));
}

#[test]
fn a_car_inside_is_not_cancelled() {
    let mut book = Book::new(evening(1), Vec::new());
    book.reserve(&ask(1, span("18:00", "19:00")), at("12:00")).unwrap();
    book.enter(&car(1, "18:00"), at("18:00"));
    assert_eq!(book.cancel(id(1), Cause::Operator, at("18:01")), Err(phase(Phase::CheckedIn)));
    book.leave(visit(1), at("18:30")).unwrap();
    assert_eq!(book.cancel(id(1), Cause::Operator, at("18:31")), Err(phase(Phase::Completed)));
}
