//! The imported holiday lists, the city's own days, and in [`school`] the schools' calendars.
//!
//! Everything that depends on days is rebuilt when the district's version rises. A writer first calls
//! [`raise_version`] in the same transaction. It locks the version's row until the commit, so that two writers take
//! turns.

pub mod school;

use std::collections::BTreeMap;

use chrono::{Datelike, Weekday};
use domain::calendar::{DayRuling, ListedDay};
use domain::time::Timestamp;

use super::{StoreError, Tx, codec};

const NATIONAL: &str = "national";
const CITY: &str = "city";

/// Version of the calendars; rises with every change.
pub async fn version(tx: &mut Tx) -> Result<i64, StoreError> {
    let (version,): (i64,) = fetch_one!(tx, "select version from district_version where id = 1")?;
    Ok(version)
}

pub async fn raise_version(tx: &mut Tx) -> Result<(), StoreError> {
    execute!(tx, "update district_version set version = version + 1 where id = 1")?;
    Ok(())
}

/// Imported national lists by year, without the lists that the program ships.
pub async fn lists(tx: &mut Tx) -> Result<BTreeMap<i32, Vec<ListedDay>>, StoreError> {
    let years: Vec<(i64,)> = fetch_all!(tx, "select year from calendar_list order by year")?;
    let mut lists = BTreeMap::new();
    for (year,) in years {
        lists.insert(parsed_year(year)?, Vec::new());
    }
    for row in days(tx, NATIONAL).await? {
        lists.entry(parsed_year(row.year)?).or_default().push(row.listed()?);
    }
    Ok(lists)
}

/// The city's own days, by date.
pub async fn city(tx: &mut Tx) -> Result<Vec<ListedDay>, StoreError> {
    days(tx, CITY).await?.into_iter().map(|row| row.listed()).collect()
}

async fn days(tx: &mut Tx, layer: &str) -> Result<Vec<CalendarDayRow>, StoreError> {
    fetch_all!(
        tx,
        "select year, date, name, off, acts_as from calendar_day where layer = $1 order by year, date",
        layer
    )
}

/// Stores the list of one year's document and replaces the previous one.
pub async fn put_list(tx: &mut Tx, year: i32, days: &[ListedDay], now: Timestamp) -> Result<(), StoreError> {
    let year = i64::from(year);
    execute!(
        tx,
        "insert into calendar_list (year, imported_at) values ($1, $2) \
         on conflict (year) do update set imported_at = excluded.imported_at",
        year,
        now.micros(),
    )?;
    execute!(tx, "delete from calendar_day where layer = $1 and year = $2", NATIONAL, year)?;
    for day in days {
        insert(tx, NATIONAL, year, day).await?;
    }
    Ok(())
}

/// Replaces all of the city's own days.
pub async fn put_city(tx: &mut Tx, days: &[ListedDay]) -> Result<(), StoreError> {
    execute!(tx, "delete from calendar_day where layer = $1", CITY)?;
    for day in days {
        insert(tx, CITY, i64::from(day.date.year()), day).await?;
    }
    Ok(())
}

async fn insert(tx: &mut Tx, layer: &str, year: i64, day: &ListedDay) -> Result<(), StoreError> {
    let (off, acts_as) = match day.ruling {
        DayRuling::Off => (1_i64, None),
        DayRuling::Work { acts_as } => (0, acts_as),
    };
    execute!(
        tx,
        "insert into calendar_day (layer, year, date, name, off, acts_as) values ($1, $2, $3, $4, $5, $6)",
        layer,
        year,
        day.date.to_string(),
        day.name.as_str(),
        off,
        acts_as.map(weekday_number),
    )?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct CalendarDayRow {
    year: i64,
    date: String,
    name: String,
    off: i64,
    acts_as: Option<i64>,
}

impl CalendarDayRow {
    fn listed(self) -> Result<ListedDay, StoreError> {
        let acts_as = self.acts_as.map(|number| weekday("calendar_day.acts_as", number)).transpose()?;
        let ruling = if self.off == 0 { DayRuling::Work { acts_as } } else { DayRuling::Off };
        Ok(ListedDay { date: codec::day("calendar_day.date", &self.date)?, name: self.name, ruling })
    }
}

fn parsed_year(year: i64) -> Result<i32, StoreError> {
    i32::try_from(year).map_err(|_| StoreError::Corrupt { column: "calendar_list.year" })
}

/// 0 Monday to 6 Sunday.
fn weekday_number(weekday: Weekday) -> i64 {
    i64::from(weekday.num_days_from_monday())
}

fn weekday(column: &'static str, number: i64) -> Result<Weekday, StoreError> {
    let weekday = u8::try_from(number).ok().and_then(|number| Weekday::try_from(number).ok());
    weekday.ok_or(StoreError::Corrupt { column })
}
