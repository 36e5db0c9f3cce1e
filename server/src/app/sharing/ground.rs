//! One garage's sharing: the stored state, or the state after a change.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::allocation::layout::{self, GarageLayout, GarageRules, PlateKey};
use domain::calendar::HolidayCalendar;
use domain::ids::{GarageId, PoolId, WindowId};
use domain::minute::{Minute, MinuteSpan};
use domain::shared_window::{
    SchoolWithCalendar, SharedWindow, WindowConflict, WindowOpening, conflicts, disjoint,
};
use domain::time::Timestamp;
use store::closure::StoredClosure;
use store::pool::StoredPool;
use store::sharing_rules::SharingRules;
use store::window::StoredWindow;
use store::{StoreError, Tx, closure, pool, sharing_rules, window};

use super::DAY;
use crate::app::{App, calendar};

/// Number of days for which windows are made absolute, from yesterday on. No window is longer than a day.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OpeningHorizon(u32);

impl OpeningHorizon {
    /// Beyond the 48 hours for which a gateway decides alone.
    pub(crate) const AROUND_NOW: Self = Self(4);
    /// 40 days ahead: the longest horizon, the longest stay, and some days for a cached book to grow old.
    pub(crate) const BOOK: Self = Self(42);

    /// Contains each holiday once.
    const YEAR: Self = Self(400);

    pub(crate) fn days(self) -> u32 {
        self.0
    }
}

#[derive(Debug, Clone)]
pub(crate) struct SharingState {
    pub pools: Vec<StoredPool>,
    pub windows: Vec<StoredWindow>,
    pub closures: Vec<StoredClosure>,
    pub rules: SharingRules,
    pub calendar: Arc<HolidayCalendar>,
    pub schools: Vec<SchoolWithCalendar>,
    blocked: Vec<Vec<u8>>,
}

impl SharingState {
    pub(crate) async fn read(
        app: &App,
        tx: &mut Tx,
        garage: &GarageId,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        Ok(Self {
            calendar: app.calendars.current(tx).await?,
            schools: calendar::load_schools(tx, garage).await?,
            pools: pool::of_garage(tx, garage).await?,
            windows: window::of_garage(tx, garage).await?,
            closures: closure::open(tx, garage, now - DAY).await?,
            rules: sharing_rules::find(tx, garage).await?.unwrap_or_default(),
            blocked: sharing_rules::blocked_plates(tx, garage, now).await?,
        })
    }

    pub(crate) fn layout(&self, now: Timestamp) -> GarageLayout {
        GarageLayout {
            pools: self.pools_of_domain(),
            openings: self.openings(yesterday(now), OpeningHorizon::BOOK.days()),
            closures: self.closures.iter().filter_map(closure_of_domain).collect(),
            rules: GarageRules {
                live_per_person: self.rules.live_per_person,
                live_per_plate: self.rules.live_per_plate,
                ..GarageRules::default()
            },
            blocked: self.blocked.iter().cloned().map(PlateKey).collect(),
        }
    }

    /// Openings that start on `days` days from `first` on, in order; those of one pool and audience do not overlap.
    pub(crate) fn openings(&self, first: chrono::NaiveDate, days: u32) -> Vec<WindowOpening> {
        let of = |stored: &StoredWindow| stored.window.openings(&self.calendar, &self.schools, first, days);
        disjoint(self.windows.iter().flat_map(of).collect())
    }

    /// Conflicts of the windows in the coming weeks.
    pub(crate) fn conflicts(&self, now: Timestamp) -> Vec<WindowConflict> {
        let windows: Vec<SharedWindow> = self.windows.iter().map(|stored| stored.window.clone()).collect();
        self.conflicts_between(&windows, (yesterday(now), OpeningHorizon::BOOK))
    }

    /// Conflicts between this window and the others of its pool within a year after it begins. The operator sees them
    /// on entry, not at the gate on a holiday or in the next term.
    pub(crate) fn conflicts_of(&self, window: &WindowId, now: Timestamp) -> Vec<WindowConflict> {
        let all = || self.windows.iter().map(|stored| &stored.window);
        let Some(own) = all().find(|other| other.id == *window) else { return Vec::new() };
        let windows: Vec<SharedWindow> = all().filter(|other| other.pool == own.pool).cloned().collect();
        // A window of the evening before may reach into its first day.
        let first = own.recurrence.first_day.and_then(|day| day.pred_opt());
        let first = first.map_or(yesterday(now), |day| day.max(yesterday(now)));
        let mut found = self.conflicts_between(&windows, (first, OpeningHorizon::YEAR));
        found.retain(|conflict| conflict.concerns(window));
        found
    }

    fn conflicts_between(
        &self,
        windows: &[SharedWindow],
        (first, reach): (chrono::NaiveDate, OpeningHorizon),
    ) -> Vec<WindowConflict> {
        conflicts(windows, &self.pools_of_domain(), &self.calendar, &self.schools, first, reach.days())
    }

    fn pools_of_domain(&self) -> BTreeMap<PoolId, layout::SpacePool> {
        let of = |pool: &StoredPool| layout::SpacePool { size: pool.size, spaces: pool.spaces.clone() };
        self.pools.iter().map(|pool| (pool.id.clone(), of(pool))).collect()
    }
}

fn yesterday(now: Timestamp) -> chrono::NaiveDate {
    (now - DAY).local_date()
}

/// Converts a closure; closures are entered to the minute and end after they begin.
pub(crate) fn closure_of_domain(closure: &StoredClosure) -> Option<layout::SpaceClosure> {
    let span = MinuteSpan::new(Minute::floor(closure.from), Minute::ceil(closure.until)).ok()?;
    Some(layout::SpaceClosure {
        pool: closure.pool.clone(),
        audience: closure.audience,
        span,
        spaces: closure.spaces,
    })
}
