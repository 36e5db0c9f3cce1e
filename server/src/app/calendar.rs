//! The calendar of the whole server: shipped and imported national lists, the city's own days, and schools' calendars.

pub mod import;
mod list;
pub mod school;
mod shipped;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use domain::calendar::HolidayCalendar;
use domain::ids::{GarageId, SchoolId};

use crate::context::ServerContext;
use store::{StoreError, Tx, calendar};

/// The last day of any calendar: dates are compared as text of ten characters.
const LAST_DAY: Option<NaiveDate> = NaiveDate::from_ymd_opt(2199, 12, 31);
const FIRST_DAY: Option<NaiveDate> = NaiveDate::from_ymd_opt(2000, 1, 1);

fn is_reasonable(date: NaiveDate) -> bool {
    FIRST_DAY.is_some_and(|first| first <= date) && LAST_DAY.is_some_and(|last| date <= last)
}

/// An imported list replaces the shipped one of its year.
pub async fn load(tx: &mut Tx) -> Result<HolidayCalendar, StoreError> {
    let mut made = HolidayCalendar::new();
    for list in shipped::lists() {
        made.add_national(list.year, list.days.iter().cloned());
    }
    for (year, days) in calendar::lists(tx).await? {
        made.add_national(year, days);
    }
    made.add_city(calendar::city(tx).await?);
    Ok(made)
}

/// The calendars of a garage's schools, by the school's id.
pub async fn load_schools(
    tx: &mut Tx,
    garage: &GarageId,
) -> Result<Vec<(SchoolId, domain::calendar::SchoolCalendar)>, StoreError> {
    calendar::school::calendars_of(tx, garage).await
}

/// Years whose lists should be there today and are missing.
pub async fn missing_years(context: &ServerContext) -> Result<BTreeSet<i32>, StoreError> {
    let mut tx = context.store.begin_read().await?;
    let calendar = load(&mut tx).await?;
    Ok(calendar.overdue(context.now().local_date()).into_iter().collect())
}
