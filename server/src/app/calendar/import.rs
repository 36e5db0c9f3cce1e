//! Import of lists: a national one for a year, or the city's own days. Each is one audited transaction.

use protocol::calendar::{CityDay, HolidayList};

use super::list;
use crate::app::App;
use crate::app::import::InvalidField;
use crate::store::{StoreError, Tx, audit, calendar};

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
pub async fn holidays(app: &App, file: &HolidayList) -> Result<(), HolidayListError> {
    let list = list::check(file)?;
    let mut tx = app.store.begin().await?;
    calendar::raise_version(&mut tx).await?;
    calendar::put_list(&mut tx, list.year, &list.days, app.now()).await?;
    record(app, &mut tx, "calendar.import_holidays", &list.year.to_string(), list.days.len()).await?;
    Ok(tx.commit().await?)
}

/// Replaces all days on which the city departs from the national list.
pub async fn city_days(app: &App, entries: &[CityDay]) -> Result<(), HolidayListError> {
    let days = list::check_city(entries)?;
    let mut tx = app.store.begin().await?;
    calendar::raise_version(&mut tx).await?;
    calendar::put_city(&mut tx, &days).await?;
    record(app, &mut tx, "calendar.import_city_days", "city", days.len()).await?;
    Ok(tx.commit().await?)
}

async fn record(app: &App, tx: &mut Tx, action: &str, subject: &str, days: usize) -> Result<(), StoreError> {
    let entry = audit::AuditEntry {
        at: app.now(),
        actor_kind: "cli",
        actor_id: "server",
        action,
        subject,
        detail: &format!("{days} days"),
    };
    audit::append(tx, &entry).await
}
