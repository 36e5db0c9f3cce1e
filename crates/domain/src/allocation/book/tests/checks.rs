//! Checks after each step of a history.

use std::collections::HashMap;
use std::time::Duration;

use proptest::prelude::*;

use super::history::{Outcome, Step, Timed, apply, first, in_order, range};
use super::oracle::{Oracle, Verdict, minutes};
use crate::allocation::book::AllocationBook;
use crate::allocation::entry::{BookEntry, EntryPhase, EntryState, HoldOrigin};
use crate::allocation::layout::GarageLayout;
use crate::allocation::refusal::ReservationRefusal;
use crate::allocation::request::{ReservationIntent, ReservationRequest};
use crate::ids::ReservationId;
use crate::minute::{Minute, MinuteSpan};
use crate::time::Timestamp;

pub(super) type Check = Result<(), TestCaseError>;

/// State before a step.
pub(super) struct Before {
    pub book: AllocationBook,
    pub entries: HashMap<ReservationId, BookEntry>,
}

/// Runs a history and checks the book after each step.
pub(super) fn run(
    layout: GarageLayout,
    steps: &[Timed],
    check: impl Fn(&Before, &AllocationBook, &Step, &Outcome, Timestamp) -> Check,
) -> Result<AllocationBook, TestCaseError> {
    let mut book = AllocationBook::new(layout, Vec::new());
    let mut now = first().timestamp();
    for (n, (seconds, step)) in steps.iter().enumerate() {
        now = now + Duration::from_secs(u64::from(*seconds));
        // Makes pending offers, so that they do not count as an effect of the step.
        book.advance_to(now);
        book.take_journal();
        let before = Before {
            entries: book.entries().map(|entry| (entry.id, entry.clone())).collect(),
            book: book.clone(),
        };
        let outcome = apply(&mut book, step, n as u128 + 1, now);
        check(&before, &book, step, &outcome, now)?;
    }
    Ok(book)
}

/// A request is accepted if and only if the oracle finds it legal, and a full pool is full at the returned minute.
pub(super) fn judged_alike(before: &Before, step: &Step, outcome: &Outcome, now: Timestamp) -> Check {
    let (Step::Reserve(ask), Some(result)) = (step, outcome) else {
        return Ok(());
    };
    let oracle = Oracle::of(&before.book, range());
    let verdict = oracle.legal(ask, now);
    match result {
        Ok(entry) if entry.phase() == EntryPhase::Waiting => {
            prop_assert_eq!(ask.wish, ReservationIntent::ConfirmOrWait);
            prop_assert!(matches!(verdict, Verdict::Full(_)));
        }
        Ok(_) => prop_assert_eq!(verdict, Verdict::Legal),
        Err(ReservationRefusal::Full { at, next }) => {
            prop_assert_eq!(verdict, Verdict::Full(*at));
            next_is_the_next(&oracle, ask, *next, now)?;
        }
        Err(_) => prop_assert_eq!(verdict, Verdict::Illegal),
    }
    Ok(())
}

fn next_is_the_next(
    oracle: &Oracle,
    ask: &ReservationRequest,
    next: Option<Minute>,
    now: Timestamp,
) -> Check {
    let Some(pool) = &ask.pool else {
        return Ok(());
    };
    let fits = |start: &Minute| {
        let span = MinuteSpan::new(*start, *start + ask.span.length()).unwrap();
        oracle.legal_in(pool, ask.audience, span, now) == Verdict::Legal
    };
    let starts = (ask.span.from().get()..range().until().get()).map(Minute::new);
    prop_assert_eq!(next, starts.into_iter().find(fits));
    Ok(())
}

/// Reservations newly take only free spaces: within pool and quota, and none that is kept for others.
pub(super) fn nothing_taken_beyond_limits(before: &Before, book: &AllocationBook) -> Check {
    let oracle = Oracle::of(book, range());
    for entry in book.entries().filter(|entry| entry.phase().is_reserved()) {
        let had =
            before.entries.get(&entry.id).filter(|former| former.pool == entry.pool).and_then(|f| f.taken);
        let new =
            entry.taken.into_iter().flat_map(minutes).filter(|m| !had.is_some_and(|had| had.contains(*m)));
        for minute in new {
            let (pool, audience) = (&entry.pool, entry.audience);
            let quota = oracle.quota(pool, audience, minute);
            prop_assert!(quota.is_some_and(|quota| oracle.taken(pool, audience, minute) <= quota));
            let used = oracle.total(pool, minute) + oracle.kept_from(pool, audience, minute);
            prop_assert!(used <= oracle.capacity(pool, minute));
        }
    }
    Ok(())
}

/// No entry with an unblocked plate waits for a free space, and no offer passes over an earlier entry that it would fit.
pub(super) fn waiting_in_order(before: &Before, book: &AllocationBook, now: Timestamp) -> Check {
    let oracle = Oracle::of(book, range());
    let still_waiting: Vec<_> = in_order(book)
        .into_iter()
        .filter(|entry| entry.phase() == EntryPhase::Waiting && entry.span.from() >= Minute::floor(now))
        .filter(|entry| !oracle.blocked(entry.origin, entry.audience, entry.plate.as_ref()))
        .collect();
    for waiting in &still_waiting {
        let lasts = book.latest_arrival(waiting) > now;
        let free = minutes(waiting.span).all(|m| oracle.room(&waiting.pool, waiting.audience, m) > 0);
        prop_assert!(!(lasts && free), "{:?} waits for what is free", waiting);
    }
    for offered in book.entries().filter(|entry| is_new_offer(entry, before)) {
        let overtaken = still_waiting.iter().find(|waiting| {
            (waiting.created_at, waiting.id) < (offered.created_at, offered.id)
                && (&waiting.pool, waiting.audience) == (&offered.pool, offered.audience)
                && offered.span.covers(waiting.span)
                && book.latest_arrival(waiting) > now
        });
        prop_assert!(overtaken.is_none(), "{:?} overtook {:?}", offered, overtaken);
    }
    Ok(())
}

fn is_new_offer(entry: &BookEntry, before: &Before) -> bool {
    let offer = matches!(entry.state, EntryState::Held { offered: HoldOrigin::FromWaitlist, .. });
    offer && before.entries.get(&entry.id).is_some_and(|former| former.phase() == EntryPhase::Waiting)
}

/// Cars inside have different numbers as long as there are enough.
pub(super) fn numbers_differ(book: &AllocationBook) -> Check {
    let mut numbers: Vec<_> =
        book.entries().filter_map(|entry| Some((entry.pool.clone(), entry.space.clone()?))).collect();
    let all = numbers.len();
    numbers.sort();
    numbers.dedup();
    prop_assert_eq!(all, numbers.len());
    Ok(())
}
