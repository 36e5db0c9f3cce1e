//! Import of lists: a national one for a year, or the city's own days. Each is one audited transaction.

use protocol::calendar::{CityDay, HolidayList};

use super::list;
use crate::app::audit::{AuditAction, AuditActor, ImportScope, record};
use crate::app::invalid_field::InvalidField;
use crate::context::ServerContext;
use store::{StoreError, calendar};

#[derive(Debug, thiserror::Error)]
pub enum HolidayListError {
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    #[error("the list could not be written")]
    Store(#[from] StoreError),
}

/// Validates a file without importing it.
pub fn check_holidays(file: &HolidayList) -> Result<(), HolidayListError> {
    list::check(file)?;
    Ok(())
}

/// Replaces the list of its year, imported or shipped.
pub async fn holidays(context: &ServerContext, file: &HolidayList) -> Result<(), HolidayListError> {
    let list = list::check(file)?;
    let mut tx = context.store.begin().await?;
    calendar::raise_version(&mut tx).await?;
    calendar::put_list(&mut tx, list.year, &list.days, context.now()).await?;
    let (action, detail) = (AuditAction::CalendarImportHolidays(list.year), days_text(list.days.len()));
    record(&mut tx, context.now(), AuditActor::CommandLine, action, &detail).await?;
    Ok(tx.commit().await?)
}

/// Replaces all days on which the city departs from the national list.
pub async fn city_days(context: &ServerContext, entries: &[CityDay]) -> Result<(), HolidayListError> {
    let days = list::check_city(entries)?;
    let mut tx = context.store.begin().await?;
    calendar::raise_version(&mut tx).await?;
    calendar::put_city(&mut tx, &days).await?;
    let (action, detail) = (AuditAction::CalendarImportCityDays(ImportScope::City), days_text(days.len()));
    record(&mut tx, context.now(), AuditActor::CommandLine, action, &detail).await?;
    Ok(tx.commit().await?)
}

fn days_text(number: usize) -> String {
    format!("{number} days")
}
