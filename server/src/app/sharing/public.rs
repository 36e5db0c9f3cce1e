//! The public's openings at all garages, for feeds.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::NaiveDate;
use domain::access::Audience;
use domain::allocation::layout::SpaceClosure;
use domain::calendar::HolidayCalendar;
use domain::ids::GarageId;
use domain::minute::Minute;
use domain::shared_window::{LessonRule, SchoolWithCalendar, SharedWindow, WindowOpening, disjoint, without};
use domain::time::Timestamp;

use super::{DAY, closure_of_domain};
use crate::app::{App, calendar};
use store::{StoreError, Tx, closure, window};

/// Public windows of every garage, and their openings around now.
#[derive(Debug)]
pub struct PublicHours {
    calendar: Arc<HolidayCalendar>,
    grounds: HashMap<GarageId, PublicSharingState>,
    openings: HashMap<GarageId, Vec<WindowOpening>>,
}

/// Input of a garage's public openings, beside the calendar.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PublicSharingState {
    pub windows: Vec<SharedWindow>,
    /// Current and future closures that concern the public.
    pub closures: Vec<SpaceClosure>,
    /// Only where a window depends on lessons.
    pub schools: Vec<SchoolWithCalendar>,
}

impl PublicSharingState {
    /// Openings that start on `days` days from `first` on, closures cut out.
    pub fn openings(&self, calendar: &HolidayCalendar, first: NaiveDate, days: u32) -> Vec<WindowOpening> {
        let of = |window: &SharedWindow| window.openings(calendar, &self.schools, first, days);
        without(disjoint(self.windows.iter().flat_map(of).collect()), &self.closures)
    }
}

impl PublicHours {
    /// A handful of statements, independent of the number of garages.
    pub async fn read(app: &App, tx: &mut Tx, now: Timestamp) -> Result<Self, StoreError> {
        let mut grounds: HashMap<GarageId, PublicSharingState> = HashMap::new();
        for (garage, window) in window::of_audience(tx, Audience::Public).await? {
            grounds.entry(garage).or_default().windows.push(window);
        }
        let calendar = app.calendars.current(tx).await?;
        for (garage, schools) in schools(tx, &grounds).await? {
            grounds.entry(garage).or_default().schools = schools;
        }
        for (garage, closed) in closure::open_everywhere(tx, now - DAY).await? {
            let concerned = closed.audience.is_none_or(|audience| audience == Audience::Public);
            if let Some(ground) = grounds.get_mut(&garage).filter(|_| concerned) {
                ground.closures.extend(closure_of_domain(&closed));
            }
        }
        let yesterday = (now - DAY).local_date();
        let openings =
            grounds.iter().map(|(garage, ground)| (garage.clone(), ground.openings(&calendar, yesterday, 2)));
        Ok(Self { openings: openings.collect(), grounds, calendar })
    }

    pub fn calendar(&self) -> &Arc<HolidayCalendar> {
        &self.calendar
    }

    pub fn ground(&self, garage: &GarageId) -> PublicSharingState {
        self.grounds.get(garage).cloned().unwrap_or_default()
    }

    pub fn open_at(&self, garage: &GarageId, now: Timestamp) -> bool {
        let minute = Minute::floor(now);
        self.openings.get(garage).is_some_and(|all| all.iter().any(|opening| opening.span.contains(minute)))
    }
}

/// Schools of the few garages whose public windows depend on lessons.
async fn schools(
    tx: &mut Tx,
    grounds: &HashMap<GarageId, PublicSharingState>,
) -> Result<HashMap<GarageId, Vec<SchoolWithCalendar>>, StoreError> {
    let asks = |window: &SharedWindow| window.recurrence.lessons != LessonRule::AnyDay;
    let garages: BTreeSet<&GarageId> = grounds
        .iter()
        .filter(|(_, ground)| ground.windows.iter().any(asks))
        .map(|(garage, _)| garage)
        .collect();
    let mut schools = HashMap::new();
    for garage in garages {
        schools.insert(garage.clone(), calendar::load_schools(tx, garage).await?);
    }
    Ok(schools)
}
