//! Conflicts between windows. They are reported when a window is entered, not at the gate.
//!
//! An impossible combination is refused. Other conflicts are reported as warnings, since they may be intended: audiences
//! often share spaces at the same time, and the order of [`Audience`] is their priority.

use std::collections::{BTreeMap, BTreeSet};

use super::{SchoolWithCalendar, SharedWindow, WindowOpening};
use crate::audience::Audience;
use crate::calendar::HolidayCalendar;
use crate::ids::{PoolId, WindowId};
use crate::minute::{Minute, MinuteSpan};
use crate::space::SpacePool;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowConflict {
    pub pool: PoolId,
    /// Affected windows, in order of their ids.
    pub windows: Vec<WindowId>,
    /// First time of the conflict; absent if it holds at any time.
    pub span: Option<MinuteSpan>,
    pub clash: WindowClash,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WindowClash {
    /// The garage has no such pool.
    NoSuchPool,
    /// Two windows of the same pool and audience are open at once.
    Overlap,
    /// The quota of one window exceeds the size of its pool.
    QuotaAbovePool { quota: u32, size: u32 },
    /// The quotas of different audiences together exceed the pool. `shares` lists, in order of priority, what is certain for
    /// each.
    QuotasTogether { size: u32, shares: Vec<QuotaShare> },
    /// A window of the public ends during its lock-out, when no reservation may end.
    EndsInLockOut,
    /// A window of the public overlaps one of pickup: strangers' cars are inside while parents fetch children.
    PublicDuringPickup,
}

impl WindowClash {
    /// Whether the conflict refuses the window. Other conflicts are warnings.
    pub fn is_refused(&self) -> bool {
        match self {
            Self::NoSuchPool | Self::Overlap | Self::QuotaAbovePool { .. } => true,
            Self::QuotasTogether { .. } | Self::EndsInLockOut | Self::PublicDuringPickup => false,
        }
    }

    /// Number of the kind: one conflict of each kind is reported for the same set of windows.
    fn kind(&self) -> u8 {
        match self {
            Self::NoSuchPool => 0,
            Self::Overlap => 1,
            Self::QuotaAbovePool { .. } => 2,
            Self::QuotasTogether { .. } => 3,
            Self::EndsInLockOut => 4,
            Self::PublicDuringPickup => 5,
        }
    }
}

impl WindowConflict {
    pub fn concerns(&self, window: &WindowId) -> bool {
        self.windows.contains(window)
    }
}

/// Spaces of an audience if every audience takes its whole quota.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotaShare {
    pub window: WindowId,
    pub audience: Audience,
    pub quota: u32,
    /// Spaces that remain for it after prior audiences have taken their whole quotas; at most `quota`.
    pub left: u32,
}

/// Finds conflicts of the openings that start on `days` days from `first` on. Refused ones come first. Each conflict is
/// returned once, with its first time.
pub fn conflicts(
    windows: &[SharedWindow],
    pools: &BTreeMap<PoolId, SpacePool>,
    calendar: &HolidayCalendar,
    schools: &[SchoolWithCalendar],
    first: chrono::NaiveDate,
    days: u32,
) -> Vec<WindowConflict> {
    let mut found = ConflictSet::default();
    for window in windows {
        found.judge_alone(window, pools);
    }
    let mut openings: Vec<_> =
        windows.iter().flat_map(|window| window.openings(calendar, schools, first, days)).collect();
    openings.sort_by_key(|opening| opening.span);
    for (id, pool) in pools {
        found.sweep(id, pool, openings.iter().filter(|opening| opening.pool == *id));
    }
    found.0.into_values().collect()
}

/// Conflicts by severity, kind and windows, which makes them unique and their order stable.
#[derive(Default)]
struct ConflictSet(BTreeMap<(bool, u8, Vec<WindowId>), WindowConflict>);

impl ConflictSet {
    fn add(
        &mut self,
        clash: WindowClash,
        pool: &PoolId,
        windows: BTreeSet<&WindowId>,
        span: Option<MinuteSpan>,
    ) {
        let windows: Vec<WindowId> = windows.into_iter().cloned().collect();
        let key = (!clash.is_refused(), clash.kind(), windows.clone());
        self.0.entry(key).or_insert_with(|| WindowConflict { pool: pool.clone(), windows, span, clash });
    }

    fn judge_alone(&mut self, window: &SharedWindow, pools: &BTreeMap<PoolId, SpacePool>) {
        let alone = || BTreeSet::from([&window.id]);
        let Some(pool) = pools.get(&window.pool) else {
            return self.add(WindowClash::NoSuchPool, &window.pool, alone(), None);
        };
        if window.quota > pool.size {
            let clash = WindowClash::QuotaAbovePool { quota: window.quota, size: pool.size };
            self.add(clash, &window.pool, alone(), None);
        }
    }

    /// Sweeps over one pool's openings in order of start and compares each with those that are still open.
    fn sweep<'a>(
        &mut self,
        id: &PoolId,
        pool: &SpacePool,
        openings: impl Iterator<Item = &'a WindowOpening>,
    ) {
        let mut open: Vec<&WindowOpening> = Vec::new();
        for opening in openings {
            open.retain(|other| other.span.until() > opening.span.from());
            for other in &open {
                self.judge_pair(other, opening);
            }
            if ends_in_lock_out(opening) {
                let alone = BTreeSet::from([&opening.window]);
                self.add(WindowClash::EndsInLockOut, id, alone, Some(opening.span));
            }
            open.push(opening);
            self.judge_sum(id, pool, &open, opening.span.from());
        }
    }

    fn judge_pair(&mut self, one: &WindowOpening, other: &WindowOpening) {
        let pair = BTreeSet::from([&one.window, &other.window]);
        let common = one.span.intersection(other.span);
        let audiences = BTreeSet::from([one.audience, other.audience]);
        if audiences.len() == 1 {
            self.add(WindowClash::Overlap, &one.pool, pair, common);
        } else if audiences == BTreeSet::from([Audience::Pickup, Audience::Public]) {
            self.add(WindowClash::PublicDuringPickup, &one.pool, pair, common);
        }
    }

    fn judge_sum(&mut self, id: &PoolId, pool: &SpacePool, open: &[&WindowOpening], at: Minute) {
        let audiences: BTreeSet<Audience> = open.iter().map(|opening| opening.audience).collect();
        let wanted = open.iter().fold(0_u32, |sum, opening| sum.saturating_add(opening.quota));
        if audiences.len() < 2 || wanted <= pool.size {
            return;
        }
        let until = open.iter().map(|opening| opening.span.until()).min();
        let span = until.and_then(|until| MinuteSpan::new(at, until).ok());
        let clash = WindowClash::QuotasTogether { size: pool.size, shares: shares(pool.size, open) };
        self.add(clash, id, open.iter().map(|opening| &opening.window).collect(), span);
    }
}

/// Shares in order of priority.
fn shares(size: u32, open: &[&WindowOpening]) -> Vec<QuotaShare> {
    let mut by_priority = open.to_vec();
    by_priority.sort_by_key(|opening| opening.audience);
    let mut left = size;
    let share = |opening: &WindowOpening| {
        let own = left.min(opening.quota);
        left -= own;
        QuotaShare {
            window: opening.window.clone(),
            audience: opening.audience,
            quota: opening.quota,
            left: own,
        }
    };
    by_priority.into_iter().map(share).collect()
}

/// Whether an opening of the public ends inside its lock-out. A stay may end when the lock-out begins and when it is over.
fn ends_in_lock_out(opening: &WindowOpening) -> bool {
    let Some(hours) = opening.terms.lock_out.filter(|_| opening.audience == Audience::Public) else {
        return false;
    };
    const DAY: i64 = 24 * 60;
    let since = opening.span.until().local_minute_of_day() - i64::from(hours.start_minute);
    (1..i64::from(hours.length_minutes)).contains(&since.rem_euclid(DAY))
}

#[cfg(test)]
mod tests;
