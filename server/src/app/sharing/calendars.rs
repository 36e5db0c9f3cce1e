//! Cache of the calendar, valid while the district's version is the one with which it was read.

use std::sync::{Arc, Mutex, PoisonError};

use domain::calendar::HolidayCalendar;

use crate::app::calendar::load;
use store::{StoreError, Tx, calendar};

type VersionedCalendar = Option<(i64, Arc<HolidayCalendar>)>;

#[derive(Debug, Default)]
pub struct CalendarCache {
    known: Mutex<VersionedCalendar>,
}

impl CalendarCache {
    /// The current calendar; one short statement if it is cached. The version is read first: a calendar that changes in
    /// between is read again the next time.
    pub async fn current(&self, tx: &mut Tx) -> Result<Arc<HolidayCalendar>, StoreError> {
        let version = calendar::version(tx).await?;
        if let Some(calendar) = self.of_version(version) {
            return Ok(calendar);
        }
        let calendar = Arc::new(load(tx).await?);
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some((version, Arc::clone(&calendar)));
        Ok(calendar)
    }

    fn of_version(&self, version: i64) -> Option<Arc<HolidayCalendar>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().filter(|(of, _)| *of == version).map(|(_, calendar)| Arc::clone(calendar))
    }
}
