//! Random layouts and random histories of requests, facts and sweeps.

use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::Index;

use super::ground::{self, TERMS, id, minute, plate, pool};
use super::oracle::AUDIENCES;
use crate::allocation::book::AllocationBook;
use crate::allocation::entry::{BookEntry, CancelCause, EntryOrigin};
use crate::allocation::layout::{GarageLayout, GarageRules, SpaceClosure, SpacePool};
use crate::allocation::refusal::ReservationRefusal;
use crate::allocation::request::{EnteredCar, EntryChange, ReservationIntent, ReservationRequest};
use crate::audience::Audience;
use crate::ids::{PoolId, WindowId};
use crate::minute::{Minute, MinuteSpan, Minutes};
use crate::shared_window::{DailyHours, WindowOpening, WindowTerms};
use crate::time::Timestamp;

/// Every history lies in these minutes, which begin at 20:00 and in which a lock-out begins at 22:00.
const LENGTH: i64 = 300;

pub(super) fn first() -> Minute {
    minute("20:00")
}

/// The minutes of histories, with a margin for stays that end later.
pub(super) fn range() -> MinuteSpan {
    MinuteSpan::new(first() - Minutes(60), first() + Minutes(LENGTH as u32 + 120)).unwrap()
}

#[derive(Debug, Clone)]
pub(super) enum Step {
    Reserve(ReservationRequest),
    Change(Index, Shift),
    Confirm(Index),
    Cancel(Index, CancelCause),
    Enter {
        plate: Option<u8>,
        audience: Option<Audience>,
        ago: u32,
    },
    /// The car of the reservation that begins next comes, in time or not.
    EnterNext,
    Leave {
        whose: Index,
        ago: u32,
    },
    Sweep {
        unknown: u32,
    },
    SetLayout(GarageLayout),
}

/// A change relative to the entry: minutes added to start and end.
#[derive(Debug, Clone)]
pub(super) struct Shift {
    from: i64,
    until: i64,
    plate: Option<u8>,
    pool: Option<PoolId>,
}

/// How a step ended, for those that can be refused.
pub(super) type Outcome = Option<Result<BookEntry, ReservationRefusal>>;

/// A step, and how many seconds pass before it.
pub(super) type Timed = (u32, Step);

pub(super) fn apply(book: &mut AllocationBook, step: &Step, n: u128, now: Timestamp) -> Outcome {
    match step {
        Step::Reserve(ask) => Some(book.reserve(&ReservationRequest { id: id(n), ..ask.clone() }, now)),
        Step::Change(which, change) => {
            let entry = any_live(book, which)?;
            Some(book.change(entry.id, &shifted(&entry, change), now))
        }
        Step::Confirm(which) => any_live(book, which).map(|entry| book.confirm(entry.id, now)),
        Step::Cancel(which, cause) => any_live(book, which).map(|entry| book.cancel(entry.id, *cause, now)),
        Step::Enter { plate, audience, ago } => {
            let at = now - Duration::from_secs(u64::from(*ago));
            let plate = plate.map(ground::plate);
            book.enter(
                &EnteredCar { id: id(n), visit: id(n + 1_000_000), plate, audience: *audience, at },
                now,
            );
            None
        }
        Step::EnterNext => {
            let reserved = book.entries().filter(|entry| entry.phase().is_reserved());
            let next = reserved.min_by_key(|entry| (entry.span, entry.id))?.clone();
            let (visit, audience) = (id(n + 1_000_000), Some(next.audience));
            book.enter(&EnteredCar { id: id(n), visit, plate: next.plate, audience, at: now }, now);
            None
        }
        Step::Leave { whose, ago } => {
            let visits: Vec<_> = in_order(book).iter().filter_map(|entry| entry.visit).collect();
            if !visits.is_empty() {
                book.leave(*whose.get(&visits), now - Duration::from_secs(u64::from(*ago)));
            }
            None
        }
        Step::Sweep { unknown } => {
            book.sweep(now, now - Duration::from_secs(u64::from(*unknown)));
            None
        }
        Step::SetLayout(layout) => {
            book.set_layout(layout.clone());
            None
        }
    }
}

pub(super) fn in_order(book: &AllocationBook) -> Vec<BookEntry> {
    let mut entries: Vec<_> = book.entries().cloned().collect();
    entries.sort_by_key(|entry| entry.id);
    entries
}

fn any_live(book: &AllocationBook, which: &Index) -> Option<BookEntry> {
    let entries = in_order(book);
    (!entries.is_empty()).then(|| which.get(&entries).clone())
}

fn shifted(entry: &BookEntry, shift: &Shift) -> EntryChange {
    let from = Minute::new(entry.span.from().get() + shift.from);
    let until = Minute::new(entry.span.until().get() + shift.until);
    EntryChange {
        span: MinuteSpan::new(from, until).ok(),
        plate: shift.plate.map(plate),
        pool: shift.pool.clone(),
    }
}

pub(super) fn audience() -> impl Strategy<Value = Audience> {
    prop::sample::select(AUDIENCES.to_vec())
}

fn pool_id() -> impl Strategy<Value = PoolId> {
    prop::sample::select(vec![pool("a"), pool("b")])
}

/// Mostly on round minutes, so that ends and starts meet.
pub(super) fn stay() -> impl Strategy<Value = MinuteSpan> {
    // The most requested times.
    let popular = prop::sample::select(vec![(10_i64, 60_i64), (10, 60), (30, 90), (60, 60), (200, 90)]);
    let round = (0_i64..LENGTH / 10, 1_i64..10).prop_map(|(from, length)| (from * 10, length * 10));
    let any = (0_i64..LENGTH, 1_i64..120);
    prop_oneof![4 => popular, 3 => round, 1 => any].prop_map(|(from, length)| {
        let from = first().get() + from;
        MinuteSpan::new(Minute::new(from), Minute::new(from + length)).unwrap()
    })
}

pub(super) fn ask() -> impl Strategy<Value = ReservationRequest> {
    let wish = prop::sample::select(vec![
        ReservationIntent::Confirm,
        ReservationIntent::Hold,
        ReservationIntent::ConfirmOrWait,
        ReservationIntent::ConfirmOrWait,
    ]);
    let origin = prop::sample::select(vec![EntryOrigin::App, EntryOrigin::App, EntryOrigin::Operator]);
    let plates = prop::option::weighted(0.6, 0_u8..20);
    let persons = prop::option::weighted(0.7, 0_u128..6);
    (prop::option::weighted(0.8, pool_id()), audience(), origin, persons, plates, stay(), wish).prop_map(
        |(pool, audience, origin, person, plate_number, span, wish)| ReservationRequest {
            id: id(0),
            pool,
            audience,
            origin,
            person: person.map(|n| id(5_000_000 + n)),
            plate: plate_number.map(plate),
            span,
            wish,
        },
    )
}

fn shift() -> impl Strategy<Value = Shift> {
    let ends = || prop_oneof![3 => Just(0_i64), 2 => (-3_i64..6).prop_map(|ten| ten * 10), 1 => -30_i64..60];
    (ends(), ends(), prop::option::weighted(0.2, 0_u8..20), prop::option::weighted(0.2, pool_id()))
        .prop_map(|(from, until, plate, pool)| Shift { from, until, plate, pool })
}

pub(super) fn request() -> impl Strategy<Value = Step> {
    let cause =
        prop::sample::select(vec![CancelCause::Driver, CancelCause::Operator, CancelCause::Suspended]);
    prop_oneof![
        10 => ask().prop_map(Step::Reserve),
        3 => (any::<Index>(), shift()).prop_map(|(which, change)| Step::Change(which, change)),
        2 => any::<Index>().prop_map(Step::Confirm),
        2 => (any::<Index>(), cause).prop_map(|(which, cause)| Step::Cancel(which, cause)),
    ]
}

pub(super) fn any_step() -> impl Strategy<Value = Step> {
    let ago = || prop_oneof![3 => Just(0_u32), 1 => 0_u32..1200];
    let plates = prop::option::weighted(0.8, 0_u8..20);
    let audiences = prop::option::weighted(0.7, audience());
    let enter =
        (plates, audiences, ago()).prop_map(|(plate, audience, ago)| Step::Enter { plate, audience, ago });
    let leave = (any::<Index>(), ago()).prop_map(|(whose, ago)| Step::Leave { whose, ago });
    prop_oneof![
        20 => request(),
        2 => enter,
        3 => Just(Step::EnterNext),
        3 => leave,
        3 => ago().prop_map(|unknown| Step::Sweep { unknown }),
        1 => layout().prop_map(Step::SetLayout),
    ]
}

pub(super) fn timed(step: impl Strategy<Value = Step>) -> impl Strategy<Value = Timed> {
    (prop_oneof![8 => Just(0_u32), 4 => 1_u32..90, 1 => 90_u32..900], step)
}

fn terms() -> impl Strategy<Value = WindowTerms> {
    let lock = prop::option::weighted(0.15, 10_u32..60);
    (1_u32..20, 80_u32..200, 200_u32..500, lock, 0_u32..15, 0_u32..20, prop::bool::weighted(0.95)).prop_map(
        |(min_stay, max_stay, horizon, lock, early, grace, bookable)| WindowTerms {
            min_stay: Minutes(min_stay),
            max_stay: Minutes(max_stay),
            horizon: Minutes(horizon),
            lock_out: lock.map(|length_minutes| DailyHours { start_minute: 22 * 60, length_minutes }),
            early: Minutes(early),
            grace: Minutes(grace),
            bookable,
            ..TERMS
        },
    )
}

/// Time, quota and terms of a window.
type Hours = (MinuteSpan, u32, WindowTerms);

/// Up to four windows of an audience, one after the other, mostly without gaps.
fn windows() -> impl Strategy<Value = Vec<Hours>> {
    let inner = prop::collection::btree_set((1_i64..LENGTH / 10).prop_map(|ten| ten * 10), 0..4);
    let ends = (prop_oneof![2 => Just(-20_i64), 1 => 0_i64..60], LENGTH - 30..LENGTH + 60);
    let quotas = prop::collection::vec((0_u32..5, terms(), prop::bool::weighted(0.9)), 4);
    (inner, ends, quotas).prop_map(|(inner, (begin, end), quotas)| {
        let inner = inner.into_iter().filter(|border| begin < *border && *border < end);
        let borders: Vec<_> = std::iter::once(begin).chain(inner).chain([end]).collect();
        let at = |border: i64| Minute::new(first().get() + border);
        let spans = borders.windows(2).map(|pair| MinuteSpan::new(at(pair[0]), at(pair[1])).unwrap());
        let windows = spans.zip(quotas).filter(|(_, (.., there))| *there);
        windows.map(|(span, (quota, terms, _))| (span, quota, terms)).collect()
    })
}

fn closure() -> impl Strategy<Value = SpaceClosure> {
    let pools = prop::option::of(pool_id());
    let audiences = prop::option::of(audience());
    (pools, audiences, stay(), prop::option::weighted(0.6, 1_u32..3))
        .prop_map(|(pool, audience, span, spaces)| SpaceClosure { pool, audience, span, spaces })
}

pub(super) fn layout() -> impl Strategy<Value = GarageLayout> {
    prop_oneof![busy_layout(), any_layout()]
}

/// Every audience may enter at all times, but there are few spaces.
fn busy_layout() -> impl Strategy<Value = GarageLayout> {
    let always = (1_u32..4).prop_map(|quota| Some(vec![(range(), quota, TERMS)]));
    let of_pools = prop::collection::vec(prop_oneof![3 => always, 1 => Just(None)], 8);
    (1_u32..5, 1_u32..3, of_pools).prop_map(|(a, b, of_pools)| laid_out(a, b, of_pools))
}

fn any_layout() -> impl Strategy<Value = GarageLayout> {
    let of_pools = prop::collection::vec(prop::option::weighted(0.8, windows()), 8);
    let closures = prop::collection::vec(closure(), 0..3);
    let blocked = prop::collection::hash_set((0_u8..20).prop_map(plate), 0..3);
    (1_u32..8, 1_u32..5, of_pools, closures, blocked, 3_u32..9, 2_u32..6).prop_map(
        |(a, b, of_pools, closures, blocked, live_per_person, live_per_plate)| {
            let rules = GarageRules { live_per_person, live_per_plate, ..GarageRules::default() };
            GarageLayout { closures, blocked, rules, ..laid_out(a, b, of_pools) }
        },
    )
}

/// Two pools of these sizes, and windows of their audiences.
fn laid_out(a: u32, b: u32, of_pools: Vec<Option<Vec<Hours>>>) -> GarageLayout {
    let numbered = |size: u32| SpacePool { size, spaces: (1..=size).map(|n| n.to_string()).collect() };
    let pools = [(pool("a"), numbered(a)), (pool("b"), numbered(b))].into();
    let owners = [pool("a"), pool("b")].into_iter().flat_map(|p| AUDIENCES.map(|a| (p.clone(), a)));
    let mut openings = Vec::new();
    for ((pool, audience), windows) in owners.zip(of_pools) {
        for (span, quota, terms) in windows.unwrap_or_default() {
            let window = WindowId::parse(&format!("w-{}", openings.len())).unwrap();
            let pool = pool.clone();
            openings.push(WindowOpening { window, pool, audience, span, quota, terms, groups: Vec::new() });
        }
    }
    openings.sort_by_key(|opening| opening.span.from());
    GarageLayout { pools, openings, ..GarageLayout::default() }
}
