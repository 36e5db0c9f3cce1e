//! Random layouts and random histories of requests, facts and sweeps.

use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::Index;
use uuid::Uuid;

use super::ground::{self, TERMS, id, minute, plate, pool};
use super::oracle::AUDIENCES;
use crate::access::Audience;
use crate::allocation::book::Book;
use crate::allocation::entry::{Cause, Entry, Origin};
use crate::allocation::layout::{Closure, Layout, Pool, Rules};
use crate::allocation::refusal::Refusal;
use crate::allocation::request::{Arrived, Ask, Change, Wish};
use crate::ids::{PoolId, WindowId};
use crate::minute::{Minute, Minutes, Span};
use crate::shared_window::{DailyHours, Terms, WindowOpening};
use crate::time::Timestamp;

/// Every history lies in these minutes, which begin at 20:00 and in which a lock-out begins at 22:00.
const LENGTH: i64 = 300;

pub fn first() -> Minute {
    minute("20:00")
}

/// With room for stays that end later.
pub fn range() -> Span {
    Span::new(first() - Minutes(60), first() + Minutes(LENGTH as u32 + 120)).unwrap()
}

#[derive(Debug, Clone)]
pub enum Step {
    Reserve(Ask),
    Change(Index, Change),
    Confirm(Index),
    Cancel(Index, Cause),
    Enter { plate: Option<u8>, audience: Option<Audience>, ago: u32 },
    Leave { whose: Index, ago: u32 },
    Sweep { unknown: u32 },
    SetLayout(Layout),
}

/// How a step ended, for those that can be refused.
pub type Outcome = Option<Result<Entry, Refusal>>;

/// A step, and how many seconds pass before it.
pub type Timed = (u32, Step);

pub fn apply(book: &mut Book, step: &Step, n: u128, now: Timestamp) -> Outcome {
    match step {
        Step::Reserve(ask) => Some(book.reserve(&Ask { id: id(n), ..ask.clone() }, now)),
        Step::Change(which, change) => any_live(book, which).map(|id| book.change(id, change, now)),
        Step::Confirm(which) => any_live(book, which).map(|id| book.confirm(id, now)),
        Step::Cancel(which, cause) => any_live(book, which).map(|id| book.cancel(id, *cause, now)),
        Step::Enter { plate, audience, ago } => {
            let at = now - Duration::from_secs(u64::from(*ago));
            let plate = plate.map(ground::plate);
            book.enter(&Arrived { id: id(n), visit: id(n + 1_000_000), plate, audience: *audience, at }, now);
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

pub fn in_order(book: &Book) -> Vec<Entry> {
    let mut entries: Vec<_> = book.entries().cloned().collect();
    entries.sort_by_key(|entry| entry.id);
    entries
}

fn any_live(book: &Book, which: &Index) -> Option<Uuid> {
    let entries = in_order(book);
    (!entries.is_empty()).then(|| which.get(&entries).id)
}

pub fn audience() -> impl Strategy<Value = Audience> {
    prop::sample::select(AUDIENCES.to_vec())
}

fn pool_id() -> impl Strategy<Value = PoolId> {
    prop::sample::select(vec![pool("a"), pool("b")])
}

/// Mostly on round minutes, so that ends and starts meet.
pub fn stay() -> impl Strategy<Value = Span> {
    let round = (0_i64..LENGTH / 10, 1_i64..12).prop_map(|(from, length)| (from * 10, length * 10));
    let any = (0_i64..LENGTH, 1_i64..120);
    prop_oneof![3 => round, 1 => any].prop_map(|(from, length)| {
        let from = first().get() + from;
        Span::new(Minute::new(from), Minute::new(from + length)).unwrap()
    })
}

pub fn ask() -> impl Strategy<Value = Ask> {
    let wish = prop::sample::select(vec![Wish::Confirm, Wish::Confirm, Wish::Hold, Wish::ConfirmOrWait]);
    let origin = prop::sample::select(vec![Origin::App, Origin::App, Origin::Operator]);
    let plates = prop::option::weighted(0.7, 0_u8..12);
    let persons = prop::option::weighted(0.7, 0_u128..6);
    (prop::option::weighted(0.8, pool_id()), audience(), origin, persons, plates, stay(), wish).prop_map(
        |(pool, audience, origin, person, plate_number, span, wish)| Ask {
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

fn change() -> impl Strategy<Value = Change> {
    let plates = prop::option::weighted(0.2, 0_u8..12);
    (prop::option::weighted(0.8, stay()), plates, prop::option::weighted(0.2, pool_id()))
        .prop_map(|(span, number, pool)| Change { span, plate: number.map(plate), pool })
}

pub fn request() -> impl Strategy<Value = Step> {
    let cause = prop::sample::select(vec![Cause::Driver, Cause::Operator, Cause::Suspended]);
    prop_oneof![
        8 => ask().prop_map(Step::Reserve),
        3 => (any::<Index>(), change()).prop_map(|(which, change)| Step::Change(which, change)),
        2 => any::<Index>().prop_map(Step::Confirm),
        3 => (any::<Index>(), cause).prop_map(|(which, cause)| Step::Cancel(which, cause)),
    ]
}

pub fn any_step() -> impl Strategy<Value = Step> {
    let ago = || prop_oneof![3 => Just(0_u32), 1 => 0_u32..1200];
    let plates = prop::option::weighted(0.8, 0_u8..12);
    let audiences = prop::option::weighted(0.7, audience());
    let enter = (plates, audiences, ago()).prop_map(|(plate, audience, ago)| Step::Enter { plate, audience, ago });
    let leave = (any::<Index>(), ago()).prop_map(|(whose, ago)| Step::Leave { whose, ago });
    prop_oneof![
        16 => request(),
        5 => enter,
        4 => leave,
        6 => ago().prop_map(|unknown| Step::Sweep { unknown }),
        1 => layout().prop_map(Step::SetLayout),
    ]
}

pub fn timed(step: impl Strategy<Value = Step>) -> impl Strategy<Value = Timed> {
    (prop_oneof![2 => Just(0_u32), 2 => 1_u32..400, 1 => 400_u32..1200], step)
}

fn terms() -> impl Strategy<Value = Terms> {
    let lock = prop::option::weighted(0.3, 10_u32..90);
    (1_u32..20, 60_u32..180, 100_u32..400, lock, 0_u32..15, 0_u32..20, prop::bool::weighted(0.9)).prop_map(
        |(min_stay, max_stay, horizon, lock, early, grace, bookable)| Terms {
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

/// Up to three windows of an audience, one after the other, with or without gaps.
fn windows() -> impl Strategy<Value = Vec<(Span, u32, Terms)>> {
    let hours = prop::collection::btree_set((0_i64..=LENGTH / 10 + 6).prop_map(|ten| ten * 10), 2..5);
    let quotas = prop::collection::vec((0_u32..5, terms(), prop::bool::weighted(0.8)), 4);
    (hours, quotas).prop_map(|(hours, quotas)| {
        let hours: Vec<_> = hours.into_iter().map(|m| Minute::new(first().get() + m)).collect();
        let spans = hours.windows(2).map(|pair| Span::new(pair[0], pair[1]).unwrap());
        let windows = spans.zip(quotas).filter(|(_, (.., there))| *there);
        windows.map(|(span, (quota, terms, _))| (span, quota, terms)).collect()
    })
}

fn closure() -> impl Strategy<Value = Closure> {
    let pools = prop::option::of(pool_id());
    let audiences = prop::option::of(audience());
    (pools, audiences, stay(), prop::option::weighted(0.6, 1_u32..3))
        .prop_map(|(pool, audience, span, spaces)| Closure { pool, audience, span, spaces })
}

pub fn layout() -> impl Strategy<Value = Layout> {
    let of_pools = prop::collection::vec(prop::option::weighted(0.7, windows()), 8);
    let closures = prop::collection::vec(closure(), 0..3);
    let blocked = prop::collection::hash_set((0_u8..12).prop_map(plate), 0..3);
    (1_u32..6, 1_u32..4, of_pools, closures, blocked, 2_u32..6, 1_u32..5).prop_map(
        |(a, b, of_pools, closures, blocked, live_per_person, live_per_plate)| {
            let numbered = |size: u32| (1..=size).map(|n| format!("{n}")).collect();
            let rules = Rules { live_per_person, live_per_plate, ..Rules::default() };
            let mut layout = Layout { closures, blocked, rules, ..Layout::default() };
            layout.pools.insert(pool("a"), Pool { size: a, spaces: numbered(a) });
            layout.pools.insert(pool("b"), Pool { size: b, spaces: numbered(b) });
            let owners = [pool("a"), pool("b")].into_iter().flat_map(|p| AUDIENCES.map(|a| (p.clone(), a)));
            for ((pool, audience), windows) in owners.zip(of_pools) {
                for (span, quota, terms) in windows.unwrap_or_default() {
                    let window = WindowId::parse(&format!("w-{}", layout.openings.len())).unwrap();
                    let pool = pool.clone();
                    layout.openings.push(WindowOpening {
                        window,
                        pool,
                        audience,
                        span,
                        quota,
                        terms,
                        groups: Vec::new(),
                    });
                }
            }
            layout.openings.sort_by_key(|opening| opening.span.from());
            layout
        },
    )
}
