//! Refusals with their reasons, and the effects of requests.

use super::ground::{TERMS, ask, at, car, evening, ground, id, minute, plate, pool, span, visit};
use crate::allocation::book::AllocationBook;
use crate::allocation::entry::{CancelCause, CancelLateness, EntryOrigin, EntryPhase, EntryState};
use crate::allocation::layout::{GarageLayout, GarageRules, SpacePool};
use crate::allocation::refusal::ReservationRefusal;
use crate::allocation::request::{EntryChange, ReservationIntent, ReservationRequest};
use crate::audience::Audience;
use crate::minute::{MinuteSpan, Minutes};
use crate::shared_window::{DailyHours, WindowTerms};

fn refused(layout: GarageLayout, ask: &ReservationRequest, now: &str) -> ReservationRefusal {
    AllocationBook::new(layout, Vec::new()).reserve(ask, at(now)).unwrap_err()
}

fn phase(phase: EntryPhase) -> ReservationRefusal {
    ReservationRefusal::WrongPhase { phase }
}

fn until(from: &str, until: &str) -> EntryChange {
    EntryChange { span: Some(span(from, until)), ..EntryChange::default() }
}

#[test]
fn a_stay_outside_the_window_is_told_when_one_is_open() {
    let too_early = ask(1, span("17:00", "19:00"));
    let next = Some(span("18:00", "+07:30"));
    assert_eq!(refused(evening(1), &too_early, "12:00"), ReservationRefusal::OutsideWindow { next });

    let too_late = ask(1, span("20:00", "+08:00"));
    let rest = Some(span("20:00", "+07:30"));
    assert_eq!(refused(evening(1), &too_late, "12:00"), ReservationRefusal::OutsideWindow { next: rest });
}

#[test]
fn adjoining_windows_cover_a_stay_together() {
    let layout = ground(1).opened(Audience::Public, span("08:00", "12:00"), 1, TERMS);
    let two = layout.clone().opened(Audience::Public, span("12:00", "18:00"), 1, TERMS);
    let across = ask(1, span("11:00", "13:00"));
    assert!(AllocationBook::new(two, Vec::new()).check_request(&across, at("07:00")).is_ok());
    let gap = layout.opened(Audience::Public, span("12:01", "18:00"), 1, TERMS);
    assert!(matches!(refused(gap, &across, "07:00"), ReservationRefusal::OutsideWindow { .. }));
}

#[test]
fn a_window_keeps_to_its_terms() {
    let terms = WindowTerms {
        max_stay: Minutes(120),
        horizon: Minutes(60),
        lock_out: Some(DailyHours { start_minute: 22 * 60, length_minutes: 480 }),
        ..TERMS
    };
    let layout = ground(1).opened(Audience::Public, span("18:00", "+07:30"), 1, terms);
    let at_once = |hours: MinuteSpan, now: &str| refused(layout.clone(), &ask(1, hours), now);
    assert_eq!(at_once(span("18:00", "18:10"), "18:00"), ReservationRefusal::TooShort { min: Minutes(15) });
    assert_eq!(at_once(span("18:00", "20:01"), "18:00"), ReservationRefusal::TooLong { max: Minutes(120) });
    assert_eq!(
        at_once(span("20:00", "21:00"), "18:00"),
        ReservationRefusal::TooFarAhead { horizon: Minutes(60) }
    );
    assert_eq!(at_once(span("18:00", "19:00"), "18:01"), ReservationRefusal::InThePast);
    let lock = span("22:00", "+06:00");
    assert_eq!(at_once(span("22:00", "23:00"), "21:50"), ReservationRefusal::LockedOut { lock });
    assert_eq!(at_once(span("21:00", "22:30"), "20:50"), ReservationRefusal::LockedOut { lock });
    let book = AllocationBook::new(layout.clone(), Vec::new());
    assert!(book.check_request(&ask(1, span("21:00", "22:00")), at("20:50")).is_ok());
    assert!(book.check_request(&ask(1, span("+06:00", "+07:00")), at("+05:50")).is_ok());

    let unbookable = WindowTerms { bookable: false, ..TERMS };
    let layout = ground(1).opened(Audience::Public, span("18:00", "22:00"), 1, unbookable);
    assert_eq!(refused(layout, &ask(1, span("19:00", "20:00")), "18:00"), ReservationRefusal::NotBookable);
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
    assert_eq!(
        refused(layout.clone(), &into_pickup, "12:00"),
        ReservationRefusal::Full { at: minute("15:30"), next }
    );
    let ends_in_time = ask(1, span("14:00", "15:30"));
    assert!(
        AllocationBook::new(layout.clone(), Vec::new()).check_request(&ends_in_time, at("12:00")).is_ok()
    );

    let suspended = layout.closed(Some(Audience::Pickup), span("15:00", "18:00"), None);
    assert!(AllocationBook::new(suspended, Vec::new()).check_request(&into_pickup, at("12:00")).is_ok());
}

#[test]
fn closed_spaces_are_refused_and_spaces_out_of_service_are_fewer() {
    let closed = evening(2).closed(None, span("20:00", "21:00"), None);
    let stay = ask(1, span("19:00", "20:30"));
    assert_eq!(refused(closed, &stay, "12:00"), ReservationRefusal::Closed { span: span("20:00", "21:00") });

    let mut book = AllocationBook::new(evening(2).closed(None, span("20:00", "21:00"), Some(1)), Vec::new());
    book.reserve(&stay, at("12:00")).unwrap();
    let second = book.reserve(&ask(2, span("19:00", "20:30")), at("12:00")).unwrap_err();
    assert_eq!(second, ReservationRefusal::Full { at: minute("20:00"), next: Some(minute("20:30")) });
}

#[test]
fn persons_and_plates_have_limits_but_not_at_the_operators_desk() {
    let rules = GarageRules { live_per_person: 1, live_per_plate: 1, ..GarageRules::default() };
    let layout = GarageLayout { rules, blocked: [plate(9)].into(), ..evening(9) };
    let mut book = AllocationBook::new(layout, Vec::new());
    book.reserve(&ask(1, span("18:00", "19:00")), at("12:00")).unwrap();

    let later = ReservationRequest { id: id(50), ..ask(1, span("20:00", "21:00")) };
    let same_plate = ReservationRequest { person: None, ..later.clone() };
    let same_time =
        ReservationRequest { id: id(51), origin: EntryOrigin::Operator, ..ask(1, span("18:59", "20:00")) };
    let blocked = ask(9, span("20:00", "21:00"));
    assert_eq!(book.check_request(&later, at("12:00")), Err(ReservationRefusal::PersonLimit { limit: 1 }));
    assert_eq!(
        book.check_request(&same_plate, at("12:00")),
        Err(ReservationRefusal::PlateLimit { limit: 1 })
    );
    assert_eq!(
        book.check_request(&same_time, at("12:00")),
        Err(ReservationRefusal::PlateBusy { with: id(1) })
    );
    assert_eq!(book.check_request(&blocked, at("12:00")), Err(ReservationRefusal::Blocked));
    for ask in [later, blocked] {
        assert_eq!(
            book.check_request(&ReservationRequest { origin: EntryOrigin::Operator, ..ask }, at("12:00")),
            Ok(())
        );
    }
}

#[test]
fn without_a_pool_the_first_that_fits_is_taken() {
    let mut layout = evening(1);
    layout.pools.insert(pool("second"), SpacePool { size: 1, spaces: Vec::new() });
    let mut other = layout.openings[0].clone();
    other.pool = pool("second");
    layout.openings.push(other);
    let mut book = AllocationBook::new(layout, Vec::new());
    let anywhere = |n| ReservationRequest { pool: None, ..ask(n, span("18:00", "19:00")) };
    assert_eq!(book.reserve(&anywhere(1), at("12:00")).unwrap().pool, pool("main"));
    assert_eq!(book.reserve(&anywhere(2), at("12:00")).unwrap().pool, pool("second"));
    assert!(matches!(book.reserve(&anywhere(3), at("12:00")), Err(ReservationRefusal::Full { .. })));
    let unknown = ReservationRequest { pool: Some(pool("third")), ..ask(3, span("18:00", "19:00")) };
    assert_eq!(book.reserve(&unknown, at("12:00")), Err(ReservationRefusal::NoSuchPool));
}

#[test]
fn asking_again_with_the_same_id_takes_nothing_more() {
    let mut book = AllocationBook::new(evening(2), Vec::new());
    let first = book.reserve(&ask(1, span("18:00", "19:00")), at("12:00")).unwrap();
    let again = book.reserve(&ask(1, span("18:00", "19:00")), at("12:05")).unwrap();
    assert_eq!(first, again);
    assert_eq!(book.free(&pool("main"), Audience::Public, span("18:00", "19:00")), 1);
}

#[test]
fn what_is_held_can_be_confirmed_until_it_expires() {
    let mut book = AllocationBook::new(evening(2), Vec::new());
    for n in [1, 2] {
        let held = ReservationRequest { wish: ReservationIntent::Hold, ..ask(n, span("18:00", "19:00")) };
        assert_eq!(book.reserve(&held, at("12:00")).unwrap().phase(), EntryPhase::Held);
    }
    assert_eq!(book.confirm(id(1), at("12:04:59")).unwrap().phase(), EntryPhase::Confirmed);
    assert_eq!(
        book.confirm(id(1), at("12:20")).unwrap().state,
        EntryState::Confirmed { since: at("12:04:59") }
    );
    assert_eq!(book.confirm(id(2), at("12:05")), Err(phase(EntryPhase::Cancelled)));
    assert_eq!(book.confirm(id(3), at("12:05")), Err(ReservationRefusal::NotFound));
}

#[test]
fn a_change_counts_its_own_old_time_as_free() {
    let mut book = AllocationBook::new(evening(1), Vec::new());
    book.reserve(&ask(1, span("18:00", "19:00")), at("12:00")).unwrap();
    book.reserve(&ask(2, span("20:00", "21:00")), at("12:00")).unwrap();
    let moved = book.change(id(1), &until("18:30", "20:00"), at("12:00")).unwrap();
    assert_eq!(moved.taken, Some(span("18:30", "20:00")));
    let full = book.change(id(1), &until("18:30", "20:01"), at("12:00"));
    assert!(matches!(full, Err(ReservationRefusal::Full { .. })));
    assert_eq!(book.entry(id(1)), Some(&moved));
    let same_plate_after = EntryChange { plate: Some(plate(2)), ..EntryChange::default() };
    assert!(book.change(id(1), &same_plate_after, at("12:00")).is_ok());
    let busy = book.change(id(2), &until("19:30", "21:00"), at("12:00"));
    assert_eq!(busy, Err(ReservationRefusal::PlateBusy { with: id(1) }));
}

#[test]
fn a_car_inside_may_stay_longer_if_it_is_free_but_not_move() {
    let mut book = AllocationBook::new(evening(1), Vec::new());
    book.reserve(&ask(1, span("18:00", "19:00")), at("12:00")).unwrap();
    book.reserve(&ask(2, span("20:00", "21:00")), at("12:00")).unwrap();
    book.enter(&car(1, "17:55"), at("17:55"));
    let extended = book.change(id(1), &until("18:00", "20:00"), at("18:50")).unwrap();
    assert_eq!(extended.phase(), EntryPhase::CheckedIn);
    assert_eq!(extended.taken, Some(span("17:55", "20:00")));
    let full = book.change(id(1), &until("18:00", "20:30"), at("18:50"));
    assert!(matches!(full, Err(ReservationRefusal::Full { .. })));
    let moved = book.change(id(1), &until("18:30", "20:00"), at("18:50"));
    assert_eq!(moved, Err(phase(EntryPhase::CheckedIn)));
    let shorter = book.change(id(1), &until("18:00", "19:00"), at("18:55")).unwrap();
    assert_eq!(shorter.span, span("18:00", "19:00"));
    let past = book.change(id(1), &until("18:00", "18:55"), at("18:55:30"));
    assert_eq!(past, Err(ReservationRefusal::InThePast));
}

#[test]
fn a_cancelled_reservation_gives_its_space_back_once() {
    let mut book = AllocationBook::new(evening(1), Vec::new());
    for n in [1, 2] {
        book.reserve(&ask(n, span("18:00", "19:00")), at("12:00")).unwrap();
        let time = if n == 1 { "18:00" } else { "18:00:01" };
        let cancelled = book.cancel(id(u128::from(n)), CancelCause::Driver, at(time)).unwrap();
        let lateness = if n == 1 { CancelLateness::InTime } else { CancelLateness::Late };
        assert_eq!(
            cancelled.state,
            EntryState::Cancelled { at: at(time), cause: CancelCause::Driver, lateness }
        );
        assert_eq!(cancelled.taken, None);
    }
    assert_eq!(book.cancel(id(1), CancelCause::Driver, at("18:01")), Err(phase(EntryPhase::Cancelled)));
    book.take_journal();
    assert_eq!(book.cancel(id(1), CancelCause::Driver, at("18:01")), Err(ReservationRefusal::NotFound));
}

#[test]
fn a_car_inside_is_not_cancelled() {
    let mut book = AllocationBook::new(evening(1), Vec::new());
    book.reserve(&ask(1, span("18:00", "19:00")), at("12:00")).unwrap();
    book.enter(&car(1, "18:00"), at("18:00"));
    assert_eq!(book.cancel(id(1), CancelCause::Operator, at("18:01")), Err(phase(EntryPhase::CheckedIn)));
    book.leave(visit(1), at("18:30")).unwrap();
    assert_eq!(book.cancel(id(1), CancelCause::Operator, at("18:31")), Err(phase(EntryPhase::Completed)));
}
