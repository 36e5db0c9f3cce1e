//! Makes the plan's part that follows from a garage's layout and book: hours, limits, reservations, groups of classes.
//!
//! The plan carries only what is still to come of the book: a car that is inside is already in the count. A held or offered
//! reservation takes its space, too, but admits no car before it is accepted.

use std::collections::{BTreeMap, BTreeSet};

use super::Audience;
use super::plan::{
    OpeningGroup, OpeningTerms, PlannedLimit, PlannedOpening, PlannedReservation, StandingRights,
};
use crate::allocation::entry::{BookEntry, EntryPhase};
use crate::allocation::layout::GarageLayout;
use crate::allocation::reserved_entry::{GarageHours, ReservedEntry};
use crate::ids::{ClassId, PoolId};
use crate::minute::Minute;
use crate::plate::Plate;
use crate::shared_window::WindowOpening;
use crate::time::Timestamp;

/// Group number of a class that has no time of its own.
const ANY_TIME: u16 = 0;

/// The time for which a plan is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlanPeriod {
    /// Cars that are read from this time on are decided by the plan: some time ago, since an event may come late.
    pub since: Timestamp,
    pub valid_until: Timestamp,
    /// Until when permitted plates keep their hours without a newer plan.
    pub standing_until: Timestamp,
}

/// The part of a plan that windows and closures determine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedHours {
    /// Openings of the period that begin while the plan is valid, in order.
    pub openings: Vec<PlannedOpening>,
    pub standing: StandingRights,
    pub pools: BTreeMap<PoolId, Vec<PlannedLimit>>,
    pub classes: ClassNumbers,
}

/// Classes with a time of their own in some opening, numbered for one plan: the edge does not know the classes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClassNumbers(BTreeMap<ClassId, u16>);

impl ClassNumbers {
    /// Numbers start at 1: 0 is a class without a time of its own.
    fn of(openings: &[&WindowOpening]) -> Self {
        let groups = openings.iter().flat_map(|opening| &opening.groups);
        let classes: BTreeSet<_> = groups.map(|group| &group.class).collect();
        Self(classes.into_iter().cloned().zip(1..).collect())
    }

    /// The groups of a plate that may come at the time of each of these classes; absent if none of them has a time of its own.
    pub fn groups_of<'a>(&self, classes: impl IntoIterator<Item = &'a ClassId>) -> Option<BTreeSet<u16>> {
        let number = |class: &ClassId| self.0.get(class).copied().unwrap_or(ANY_TIME);
        let groups: BTreeSet<u16> = classes.into_iter().map(number).collect();
        groups.iter().any(|group| *group != ANY_TIME).then_some(groups)
    }
}

impl PlannedHours {
    pub fn of(layout: &GarageLayout, hours: &GarageHours, period: PlanPeriod) -> Self {
        let PlanPeriod { since, valid_until, standing_until } = period;
        let is_ahead = |opening: &&WindowOpening| until(opening) > since && from(opening) < standing_until;
        let mut open: Vec<_> = hours.open.iter().filter(is_ahead).collect();
        open.sort_by_key(|opening| (opening.span, opening.audience));
        let classes = ClassNumbers::of(&open);
        let later =
            |opening: &&&WindowOpening| opening.audience != Audience::Public && until(opening) > valid_until;
        let standing = open.iter().filter(later).map(|opening| planned(opening, &open, &classes)).collect();
        let valid = open.iter().filter(|opening| from(opening) < valid_until);
        Self {
            openings: valid.map(|opening| planned(opening, &open, &classes)).collect(),
            standing: StandingRights { until: standing_until, openings: standing },
            pools: layout.pools.keys().map(|pool| (pool.clone(), limits(layout, pool, period))).collect(),
            classes,
        }
    }
}

fn from(opening: &WindowOpening) -> Timestamp {
    opening.span.from().timestamp()
}

fn until(opening: &WindowOpening) -> Timestamp {
    opening.span.until().timestamp()
}

fn planned(opening: &WindowOpening, open: &[&WindowOpening], numbers: &ClassNumbers) -> PlannedOpening {
    let group = |(class, id): (&ClassId, &u16)| {
        let time = opening.time_of(class);
        // An empty group: the class does not come in this opening. It begins with the class's next time, so that the gate names
        // that time and does not take the parent for a public car.
        let (from, to) = time.map_or_else(
            || {
                let next = next_time(opening, open, class);
                (next, next)
            },
            |time| (time.from(), time.until()),
        );
        (time != Some(opening.span)).then(|| OpeningGroup {
            id: *id,
            from: from.timestamp(),
            to: to.timestamp(),
        })
    };
    let terms = OpeningTerms {
        window: opening.window.clone(),
        pool: opening.pool.clone(),
        min_stay: opening.terms.min_stay,
        max_stay: opening.terms.max_stay,
        lock_out: opening.terms.lock_out,
        walk_in: opening.terms.walk_in,
        groups: numbers.0.iter().filter_map(group).collect(),
    };
    PlannedOpening {
        terms: Some(terms),
        ..PlannedOpening::new(opening.audience, from(opening), until(opening))
    }
}

/// Start of the class's next time after this opening on the same day; the opening's start if there is none.
fn next_time(opening: &WindowOpening, open: &[&WindowOpening], class: &ClassId) -> Minute {
    let (start, day) = (opening.span.from(), from(opening).local_date());
    let same =
        |other: &&&WindowOpening| other.audience == opening.audience && from(other).local_date() == day;
    let times = open.iter().filter(same).filter_map(|other| other.time_of(class)).map(|time| time.from());
    times.filter(|from| *from > start).min().unwrap_or(start)
}

/// Limits of a pool from the period's first one on, as far as the plan is valid.
fn limits(layout: &GarageLayout, pool: &PoolId, period: PlanPeriod) -> Vec<PlannedLimit> {
    let all = layout.limits(pool).into_iter();
    let all: Vec<_> = all.map(|(from, limit)| PlannedLimit { from: from.timestamp(), limit }).collect();
    let current = all.partition_point(|limit| limit.from <= period.since).saturating_sub(1);
    all.into_iter().skip(current).take_while(|limit| limit.from < period.valid_until).collect()
}

impl PlanPeriod {
    /// Whether a plan names this entry: it is reserved, its car is not inside, and its stay concerns the period.
    pub fn concerns(&self, entry: &BookEntry) -> bool {
        let (from, to) = (entry.span.from().timestamp(), entry.span.until().timestamp());
        entry.phase().is_reserved() && from < self.valid_until && self.since < to
    }
}

impl PlannedReservation {
    /// The plate is named for a confirmed reservation only.
    pub fn of(entry: &BookEntry, hours: &GarageHours, plate: Option<Plate>) -> Self {
        let admits = ReservedEntry::of(hours, entry).planned;
        Self {
            id: entry.id,
            plate: plate.filter(|_| entry.phase() == EntryPhase::Confirmed),
            plate_color: None,
            audience: entry.audience,
            pool: entry.pool.clone(),
            from: entry.span.from().timestamp(),
            to: entry.span.until().timestamp(),
            enter_from: admits.from().timestamp(),
            enter_until: admits.until().timestamp(),
        }
    }
}
