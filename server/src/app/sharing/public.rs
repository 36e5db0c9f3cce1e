//! When the public may come to which garage, for feeds that show all garages at once.

use std::collections::{BTreeSet, HashMap};

use domain::access::Audience;
use domain::ids::GarageId;
use domain::minute::Minute;
use domain::shared_window::{OnLessons, School, SharedWindow, WindowOpening, disjoint, without};
use domain::time::Timestamp;

use super::{DAY, closure_of_domain};
use crate::app::{App, calendar};
use crate::store::{StoreError, Tx, closure, window};

/// Public windows of every garage, and what of them is open around now.
#[derive(Debug, Default)]
pub struct PublicHours {
    windows: HashMap<GarageId, Vec<SharedWindow>>,
    openings: HashMap<GarageId, Vec<WindowOpening>>,
}

impl PublicHours {
    /// A handful of statements, however many garages there are.
    pub async fn read(app: &App, tx: &mut Tx, now: Timestamp) -> Result<Self, StoreError> {
        let mut windows: HashMap<GarageId, Vec<SharedWindow>> = HashMap::new();
        for (garage, window) in window::of_audience(tx, Audience::Public).await? {
            windows.entry(garage).or_default().push(window);
        }
        let calendar = app.calendars.current(tx).await?;
        let schools = schools(tx, &windows).await?;
        let mut closures: HashMap<GarageId, Vec<_>> = HashMap::new();
        for (garage, closed) in closure::open_everywhere(tx, now - DAY).await? {
            closures.entry(garage).or_default().extend(closure_of_domain(&closed));
        }
        let yesterday = (now - DAY).local_date();
        let openings = windows.iter().map(|(garage, windows)| {
            let schools = schools.get(garage).map(Vec::as_slice).unwrap_or_default();
            let of = |window: &SharedWindow| window.openings(&calendar, schools, yesterday, 2);
            let all = disjoint(windows.iter().flat_map(of).collect());
            (garage.clone(), without(all, closures.get(garage).map(Vec::as_slice).unwrap_or_default()))
        });
        Ok(Self { openings: openings.collect(), windows })
    }

    pub fn windows(&self, garage: &GarageId) -> &[SharedWindow] {
        self.windows.get(garage).map(Vec::as_slice).unwrap_or_default()
    }

    pub fn open_at(&self, garage: &GarageId, now: Timestamp) -> bool {
        let minute = Minute::floor(now);
        self.openings.get(garage).is_some_and(|all| all.iter().any(|opening| opening.span.contains(minute)))
    }
}

/// Only of garages whose public windows ask for lessons, which are few.
async fn schools(
    tx: &mut Tx,
    windows: &HashMap<GarageId, Vec<SharedWindow>>,
) -> Result<HashMap<GarageId, Vec<School>>, StoreError> {
    let asks = |window: &SharedWindow| window.recurrence.lessons != OnLessons::AnyDay;
    let garages: BTreeSet<&GarageId> =
        windows.iter().filter(|(_, windows)| windows.iter().any(asks)).map(|(garage, _)| garage).collect();
    let mut schools = HashMap::new();
    for garage in garages {
        schools.insert(garage.clone(), calendar::load_schools(tx, garage).await?);
    }
    Ok(schools)
}
