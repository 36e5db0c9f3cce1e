//! Properties that hold after any history.

use proptest::prelude::*;

use super::checks::{judged_alike, nothing_taken_beyond_limits, numbers_differ, run, waiting_in_order};
use super::ground::{self, id};
use super::history::{Step, Timed, any_step, ask, first, layout, range, request, stay, timed};
use super::oracle::{AUDIENCES, Oracle, minutes, numbers_needed};
use crate::allocation::book::AllocationBook;
use crate::allocation::entry::{CancelCause, EntryOrigin};
use crate::allocation::layout::{GarageLayout, GarageRules};
use crate::allocation::refusal::ReservationRefusal;
use crate::allocation::request::{ReservationIntent, ReservationRequest};
use crate::audience::Audience;
use crate::ids::PoolId;
use crate::minute::{Minute, MinuteSpan};

fn history() -> impl Strategy<Value = Vec<Timed>> {
    prop::collection::vec(timed(any_step()), 1..80)
}

fn requests() -> impl Strategy<Value = Vec<Timed>> {
    prop::collection::vec(timed(request()), 1..60)
}

/// One pool for one audience, so that the number of spaces is the only obstacle to a stay.
fn simple_ground(size: u32) -> GarageLayout {
    let mut layout = ground::evening(size);
    layout.rules = GarageRules { live_per_person: 1000, live_per_plate: 1000, ..GarageRules::default() };
    layout
}

fn simple_ask(n: usize, span: MinuteSpan) -> ReservationRequest {
    ReservationRequest { id: id(n as u128 + 1), person: None, plate: None, ..ground::ask(0, span) }
}

fn pickup(n: u128, pool: &PoolId, span: MinuteSpan) -> ReservationRequest {
    let parent =
        ReservationRequest { audience: Audience::Pickup, person: None, plate: None, ..ground::ask(0, span) };
    ReservationRequest { id: id(n), pool: Some(pool.clone()), ..parent }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn after_any_history_the_book_equals_one_made_from_its_entries(layout in layout(), steps in history()) {
        run(layout, &steps, |_, book, _, _, _| {
            let again = AllocationBook::new(book.layout().clone(), book.entries().cloned().collect());
            prop_assert!(book.agrees_with(&again));
            numbers_differ(book)
        })?;
    }

    #[test]
    fn requests_are_judged_as_the_oracle_judges(layout in layout(), steps in history()) {
        run(layout, &steps, |before, _, step, outcome, now| judged_alike(before, step, outcome, now))?;
    }

    #[test]
    fn no_request_and_no_offer_takes_what_is_not_there(layout in layout(), steps in history()) {
        run(layout, &steps, |before, book, step, _, _| match step {
            Step::SetLayout(_) | Step::Enter { .. } | Step::EnterNext => Ok(()),
            _ => nothing_taken_beyond_limits(before, book),
        })?;
    }

    #[test]
    fn those_who_wait_are_served_in_order_and_at_once(layout in layout(), steps in history()) {
        run(layout, &steps, |before, book, step, _, now| match step {
            Step::SetLayout(_) => Ok(()),
            _ => waiting_in_order(before, book, now),
        })?;
    }

    #[test]
    fn a_refused_request_changes_nothing(layout in layout(), steps in history()) {
        run(layout, &steps, |before, book, _, outcome, _| {
            if let Some(Err(_)) = outcome {
                prop_assert!(book.agrees_with(&before.book));
            }
            Ok(())
        })?;
    }

    #[test]
    fn without_facts_no_minute_is_ever_oversold(layout in layout(), steps in requests()) {
        let book = run(layout, &steps, |_, _, _, _, _| Ok(()))?;
        let oracle = Oracle::of(&book, range());
        for (pool, minute) in book.layout().pools.keys().flat_map(|p| minutes(range()).map(move |m| (p, m))) {
            let total = oracle.total(pool, minute);
            prop_assert!(total <= oracle.capacity(pool, minute).max(0));
            for audience in AUDIENCES {
                let taken = oracle.taken(pool, audience, minute);
                prop_assert!(taken <= oracle.quota(pool, audience, minute).unwrap_or(0));
            }
        }
    }

    #[test]
    fn cancelling_gives_back_exactly_what_was_taken(layout in layout(), steps in history(), ask in ask()) {
        let ask = ReservationRequest { id: id(999_999), wish: ReservationIntent::Hold, ..ask };
        run(layout, &steps, |_, book, _, _, now| {
            let mut tried = book.clone();
            tried.advance_to(now);
            let untouched = tried.clone();
            if tried.reserve(&ask, now).is_ok() {
                prop_assert!(!tried.agrees_with(&untouched));
                tried.cancel(ask.id, CancelCause::Driver, now).unwrap();
                prop_assert!(tried.agrees_with(&untouched));
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_full_pool_has_no_numbering_and_any_other_has_one(
        size in 1_u32..6,
        stays in prop::collection::vec(stay(), 1..60),
    ) {
        let mut book = AllocationBook::new(simple_ground(size), Vec::new());
        let mut accepted = Vec::new();
        for (n, span) in stays.into_iter().enumerate() {
            let with_it: Vec<_> = accepted.iter().copied().chain([span]).collect();
            let numbering_exists = numbers_needed(&with_it) <= size as usize;
            match book.reserve(&simple_ask(n, span), first().timestamp()) {
                Ok(_) => {
                    prop_assert!(numbering_exists);
                    accepted = with_it;
                }
                Err(ReservationRefusal::Full { .. }) => prop_assert!(!numbering_exists),
                Err(ReservationRefusal::TooShort { .. }) => {}
                Err(other) => prop_assert!(false, "{:?}", other),
            }
        }
    }

    #[test]
    fn what_is_legal_together_is_legal_in_any_order(
        layout in layout(),
        asks in prop::collection::vec(ask(), 1..30),
        keys in prop::collection::vec(any::<u32>(), 30),
    ) {
        let now = first().timestamp();
        let mut book = AllocationBook::new(layout.clone(), Vec::new());
        // In the pool that it got, as another order may choose another.
        let mut accepted = Vec::new();
        for (n, ask) in asks.into_iter().enumerate() {
            let ask = ReservationRequest { id: id(n as u128 + 1), wish: ReservationIntent::Confirm, ..ask };
            if let Ok(entry) = book.reserve(&ask, now) {
                accepted.push((keys[n], ReservationRequest { pool: Some(entry.pool), ..ask }));
            }
        }
        // Operators come last: they may exceed the limits by head and plate, and what they got counts against others.
        accepted.sort_by_key(|(key, ask)| (ask.origin == EntryOrigin::Operator, *key));
        let mut shuffled = AllocationBook::new(layout, Vec::new());
        for (_, ask) in &accepted {
            prop_assert_eq!(shuffled.reserve(ask, now).err(), None);
        }
        prop_assert!(shuffled.agrees_with(&book));
    }

    #[test]
    fn whatever_others_take_pickup_gets_what_is_kept_for_it(
        layout in layout(),
        others in prop::collection::vec(ask(), 0..60),
        span in stay(),
    ) {
        let now = first().timestamp();
        let mut book = AllocationBook::new(layout.clone(), Vec::new());
        for pool in layout.pools.keys() {
            let kept_at_first = book.free(pool, Audience::Pickup, span);
            for (n, ask) in others.iter().filter(|ask| ask.audience != Audience::Pickup).enumerate() {
                let _ = book.reserve(&ReservationRequest { id: id(n as u128 + 1), pool: Some(pool.clone()), ..ask.clone() }, now);
            }
            prop_assert_eq!(book.free(pool, Audience::Pickup, span), kept_at_first);
            if book.check_request(&pickup(10_000, pool, span), now).is_ok() {
                for n in 0..kept_at_first {
                    let asked = pickup(20_000 + u128::from(n), pool, span);
                    prop_assert!(book.reserve(&asked, now).is_ok());
                }
            }
            book = AllocationBook::new(layout.clone(), Vec::new());
        }
    }
}

#[test]
fn a_numbering_needs_as_many_numbers_as_the_fullest_minute() {
    let span = |from, until| MinuteSpan::new(Minute::new(from), Minute::new(until)).unwrap();
    assert_eq!(numbers_needed(&[span(0, 10), span(5, 15), span(10, 20)]), 2);
}
