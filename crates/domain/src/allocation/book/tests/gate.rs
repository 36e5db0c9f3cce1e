//! The gate beside the book, after any history. Both compare limits and taken spaces by [`crate::capacity`].
//!
//! With one pool, for a car without a reservation:
//!
//! - Safe: where the gate opens, the book has room at each minute of the granted stay. A permit's car keeps the pool's spaces and
//!   its audience's quota; the spaces kept for prior audiences are kept from the public only.
//! - Live: the gate opens for the public exactly where a book in which each car inside stays for ever has room, and until the
//!   same minute. It opens for a permit wherever such a book has room. The gate does not know when cars should leave, so
//!   it is more careful than the book itself; with an unknown count by audience it is more careful still.
//!
//! With several pools the gate sees those of an audience as one: their quotas together are never exceeded, nor their spaces.

use std::collections::{BTreeSet, HashMap};

use proptest::prelude::*;

use super::checks::run;
use super::ground::{id, pool};
use super::history::{Step, Timed, any_step, ask, first, layout, range, timed};
use super::oracle::{AUDIENCES, Oracle, minutes};
use crate::access::{
    AccessDecision, AccessPlan, AccessRequest, Audience, ClockTrust, GarageAlarm, MIN_CONFIDENCE, PlanPeriod,
    PlannedHours, PlannedReservation, ReservationUses, SharingPlan, decide,
};
use crate::allocation::book::AllocationBook;
use crate::allocation::entry::BookEntry;
use crate::allocation::layout::GarageLayout;
use crate::allocation::request::{ReservationIntent, ReservationRequest};
use crate::allocation::reserved_entry::{GarageHours, ReservedEntry};
use crate::capacity::AudienceCounts;
use crate::ids::ReservationId;
use crate::minute::{Minute, MinuteSpan, Minutes};
use crate::occupancy::LaneDirection;
use crate::plate::Plate;
use crate::time::Timestamp;
use crate::vehicle::VehicleDetails;

const DAY: Minutes = Minutes(24 * 60);

/// Longer than every history.
const PLAN_VALID: Minutes = Minutes(48 * 60);

fn history() -> impl Strategy<Value = Vec<Timed>> {
    prop::collection::vec(timed(any_step()), 1..40)
}

fn one_pool() -> impl Strategy<Value = GarageLayout> {
    layout().prop_map(in_one_pool)
}

fn history_in_one_pool() -> impl Strategy<Value = Vec<Timed>> {
    let in_one = |step| match step {
        Step::SetLayout(layout) => Step::SetLayout(in_one_pool(layout)),
        other => other,
    };
    history().prop_map(move |steps| steps.into_iter().map(|(wait, step)| (wait, in_one(step))).collect())
}

fn in_one_pool(mut layout: GarageLayout) -> GarageLayout {
    layout.pools.retain(|id, _| *id == pool("a"));
    layout.openings.retain(|opening| opening.pool == pool("a"));
    layout
}

fn stranger() -> Plate {
    Plate::parse("鲁B99999").unwrap()
}

/// The plan of this book, with a permit of `audience` for the stranger. The garage's own capacity does not limit anything here.
fn plan(book: &AllocationBook, audience: Audience, now: Timestamp) -> AccessPlan {
    let hours = GarageHours::of(book.layout());
    let valid_until = now + PLAN_VALID.duration();
    let period = PlanPeriod { since: now, valid_until, standing_until: valid_until };
    let planned = PlannedHours::of(book.layout(), &hours, period);
    let reserved = book.entries().filter(|entry| period.concerns(entry));
    AccessPlan {
        capacity: 1000,
        openings: planned.openings,
        permits: [(stranger(), BTreeSet::from([audience]))].into(),
        colors: Default::default(),
        valid_until,
        standing: None,
        sharing: SharingPlan {
            reservations: reserved.map(|entry| PlannedReservation::of(entry, &hours, None)).collect(),
            pools: planned.pools,
            ..SharingPlan::default()
        },
    }
}

fn inside(book: &AllocationBook) -> AudienceCounts {
    let mut inside = AudienceCounts::default();
    for car in book.entries().filter(|entry| entry.phase().is_inside()) {
        inside.add(car.audience, 1);
    }
    inside
}

fn at_gate(plan: &AccessPlan, plate: &Plate, inside: AudienceCounts, at: Timestamp) -> AccessDecision {
    let uses: ReservationUses = HashMap::new();
    let passage = AccessRequest {
        direction: LaneDirection::In,
        plate: Some(plate),
        confidence: 100,
        min_confidence: MIN_CONFIDENCE,
        vehicle: VehicleDetails::default(),
        clock: ClockTrust::Trusted,
        at,
        occupied: inside.total(),
        inside: Some(inside),
        uses: &uses,
        alarm: GarageAlarm::None,
    };
    decide(Some(plan), &passage)
}

/// The audience and the stay that the gate grants: until the latest exit, or the shortest stay of a permit.
fn granted(
    decision: AccessDecision,
    book: &AllocationBook,
    now: Timestamp,
) -> Option<(Audience, MinuteSpan)> {
    let AccessDecision::Open { audience: Some(audience), leave_by, .. } = decision else { return None };
    let from = Minute::floor(now);
    let opening = |pool| book.limits[pool].opening_at(audience, from).map(|open| open.terms.min_stay);
    let shortest = || book.layout().pools.keys().filter_map(opening).min().unwrap_or(Minutes(1));
    let until = leave_by.map_or_else(|| from + shortest().max(Minutes(1)), Minute::floor);
    Some((audience, MinuteSpan::new(from, until).unwrap()))
}

/// The same book, if each car inside stays for ever.
fn with_cars_that_stay(book: &AllocationBook) -> AllocationBook {
    let stays = |entry: &BookEntry| {
        let mut entry = entry.clone();
        if entry.phase().is_inside() {
            let from = entry.taken.unwrap_or(entry.span).from().min(range().from());
            entry.taken = MinuteSpan::new(from, range().until() + DAY).ok();
        }
        entry
    };
    AllocationBook::new(book.layout().clone(), book.entries().map(stays).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn the_gate_never_admits_a_car_that_the_books_limits_forbid(layout in one_pool(), steps in history_in_one_pool()) {
        run(layout, &steps, |_, book, _, _, now| {
            let (oracle, pool) = (Oracle::of(book, range()), pool("a"));
            for audience in AUDIENCES {
                let decision = at_gate(&plan(book, audience, now), &stranger(), inside(book), now);
                let Some((audience, stay)) = granted(decision, book, now) else { continue };
                for minute in minutes(stay) {
                    prop_assert!(oracle.total(&pool, minute) < oracle.capacity(&pool, minute));
                    let quota = oracle.quota(&pool, audience, minute).unwrap_or(0);
                    prop_assert!(oracle.taken(&pool, audience, minute) < quota);
                    if audience == Audience::Public {
                        prop_assert!(oracle.room(&pool, audience, minute) > 0);
                    }
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn the_gate_admits_each_car_for_which_a_book_of_staying_cars_has_room(layout in one_pool(), steps in history_in_one_pool()) {
        run(layout, &steps, |_, book, _, _, now| {
            let staying = with_cars_that_stay(book);
            for audience in AUDIENCES {
                let sold = staying.room_for_walk_in(&pool("a"), audience, now);
                let decision = at_gate(&plan(book, audience, now), &stranger(), inside(book), now);
                let AccessDecision::Open { audience: Some(admitted), leave_by, .. } = decision else {
                    prop_assert_eq!(sold, None, "{:?}", decision);
                    continue;
                };
                if audience == Audience::Public {
                    prop_assert_eq!(sold.map(|(_, until)| until.timestamp()), leave_by);
                } else if sold.is_some() {
                    prop_assert_eq!(admitted, audience);
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn without_counts_by_audience_the_gate_admits_no_further_car(layout in one_pool(), steps in history_in_one_pool()) {
        run(layout, &steps, |_, book, _, _, now| {
            let plan = plan(book, Audience::Public, now);
            let (known, none, uses) = (inside(book), stranger(), HashMap::new());
            let passage = AccessRequest {
                direction: LaneDirection::In, plate: Some(&none), confidence: 100, min_confidence: MIN_CONFIDENCE,
                vehicle: VehicleDetails::default(), clock: ClockTrust::Trusted, at: now,
                occupied: known.total(), inside: None, uses: &uses, alarm: GarageAlarm::None,
            };
            if decide(Some(&plan), &passage).opens() {
                prop_assert!(at_gate(&plan, &none, known, now).opens());
            }
            Ok(())
        })?;
    }

    #[test]
    fn several_pools_together_are_never_oversold_at_the_gate(layout in layout(), steps in history()) {
        run(layout, &steps, |_, book, _, _, now| {
            let oracle = Oracle::of(book, range());
            for audience in AUDIENCES {
                let decision = at_gate(&plan(book, audience, now), &stranger(), inside(book), now);
                let Some((audience, stay)) = granted(decision, book, now) else { continue };
                for minute in minutes(stay) {
                    let pools = || book.layout().pools.keys();
                    let is_open = |of, pool: &_| oracle.quota(pool, of, minute).is_some_and(|quota| quota > 0);
                    let here: Vec<_> = pools().filter(|pool| oracle.quota(pool, audience, minute).is_some()).collect();
                    let quota: i64 = here.iter().filter_map(|pool| oracle.quota(pool, audience, minute)).sum();
                    let taken: i64 = here.iter().map(|pool| oracle.taken(pool, audience, minute)).sum();
                    prop_assert!(taken < quota);
                    let stands_elsewhere = |of| {
                        pools().any(|pool| is_open(of, pool)) && !here.iter().any(|pool| is_open(of, pool))
                    };
                    if !AUDIENCES.into_iter().any(stands_elsewhere) {
                        let spaces: i64 = here.iter().map(|pool| oracle.capacity(pool, minute).max(0)).sum();
                        let all: i64 = here.iter().map(|pool| oracle.total(pool, minute)).sum();
                        prop_assert!(all < spaces);
                    }
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn the_gate_admits_a_reserved_car_exactly_when_its_driver_may_enter(
        layout in layout(), steps in history(), ask in ask(),
    ) {
        let book = run(layout, &steps, |_, _, _, _, _| Ok(()))?;
        let now = book.latest_now.max(first().timestamp());
        let mut book = book;
        let ask = ReservationRequest { id: id(999_999), wish: ReservationIntent::Confirm, ..ask };
        let Ok(entry) = book.reserve(&ask, now) else { return Ok(()) };
        let hours = GarageHours::of(book.layout());
        let mine = Plate::parse("京A00001").unwrap();
        let mut plan = plan(&book, Audience::Public, now);
        plan.sharing.reservations.retain(|planned| planned.id != entry.id);
        plan.sharing.reservations.push(PlannedReservation::of(&entry, &hours, Some(mine.clone())));
        let admitted = ReservedEntry::of(&hours, &entry);
        let opens = |minute: Minute| by_reservation(at_gate(&plan, &mine, AudienceCounts::default(), minute.timestamp()));
        let this_minute = Minute::ceil(now);
        for minute in minutes(MinuteSpan::new(this_minute, range().until() + Minutes(300)).unwrap()) {
            let expected = admitted.admitted.iter().any(|span| span.contains(minute));
            prop_assert_eq!(opens(minute) == Some(entry.id), expected, "at {:?} of {:?}", minute, admitted);
        }
        let shown = admitted.for_driver().unwrap();
        prop_assert!(shown.contains(entry.span.from()));
        prop_assert!(shown.from() <= this_minute || opens(Minute::new(shown.from().get() - 1)).is_none());
        prop_assert!(opens(shown.until()).is_none());
        prop_assert_eq!(admitted.kept_until.timestamp(), book.latest_arrival(&entry));
    }
}

fn by_reservation(decision: AccessDecision) -> Option<ReservationId> {
    match decision {
        AccessDecision::Open { reservation, .. } => reservation,
        AccessDecision::Refuse { .. } | AccessDecision::Review { .. } => None,
    }
}
