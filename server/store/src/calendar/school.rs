//! Schools' calendars: weekdays, terms, breaks, dated overrides. A school without a row has lessons from Monday to
//! Friday.

use std::collections::HashMap;

use domain::calendar::{DayLessons, SchoolCalendar, SchoolDayOverride, SchoolPeriod};
use domain::ids::{GarageId, SchoolId};
use domain::window::Weekdays;
use protocol::calendar::SchoolSummary;
use uuid::Uuid;

use super::{weekday, weekday_number};
use crate::{StoreError, Tx, codec};

/// The schools that use this garage for pickup, by id.
pub async fn of_garage(tx: &mut Tx, garage: &GarageId) -> Result<Vec<SchoolSummary>, StoreError> {
    let sql = "select id, name, garage_id from school where garage_id = $1 order by id";
    let rows: Vec<SchoolCalendarRow> = fetch_all!(tx, sql, garage.as_str())?;
    rows.into_iter().map(SchoolCalendarRow::school).collect()
}

/// The schools of the garages that an operator runs, by id.
pub async fn of_operator(tx: &mut Tx, operator: &str) -> Result<Vec<SchoolSummary>, StoreError> {
    let rows: Vec<SchoolCalendarRow> = fetch_all!(
        tx,
        "select s.id, s.name, s.garage_id from school s join operates o on o.garage_id = s.garage_id \
         where o.operator_id = $1 order by s.id",
        operator,
    )?;
    rows.into_iter().map(SchoolCalendarRow::school).collect()
}

/// The garage that a school's parents use.
pub async fn garage_of(tx: &mut Tx, school: &SchoolId) -> Result<Option<GarageId>, StoreError> {
    let row: Option<(String,)> =
        fetch_optional!(tx, "select garage_id from school where id = $1", school.as_str())?;
    row.map(|(garage,)| codec::parse("school.garage_id", &garage)).transpose()
}

pub async fn calendar(tx: &mut Tx, school: &SchoolId) -> Result<SchoolCalendar, StoreError> {
    let id = school.as_str();
    let weekdays: Option<(i64,)> =
        fetch_optional!(tx, "select weekdays from school_calendar where school_id = $1", id)?;
    let spans: Vec<SchoolSpanRow> = fetch_all!(
        tx,
        "select school_id, kind, name, first_day, last_day from school_span where school_id = $1 \
         order by first_day, id",
        id,
    )?;
    let days: Vec<SchoolDayRow> = fetch_all!(
        tx,
        "select school_id, date, lessons, acts_as, earlier_minutes, name from school_day \
         where school_id = $1 order by date",
        id,
    )?;
    made(weekdays.map(|(weekdays,)| weekdays), spans, days)
}

/// The calendars of a garage's schools, by the school's id.
pub async fn calendars_of(
    tx: &mut Tx,
    garage: &GarageId,
) -> Result<Vec<(SchoolId, SchoolCalendar)>, StoreError> {
    let garage = garage.as_str();
    let schools: Vec<(String, Option<i64>)> = fetch_all!(
        tx,
        "select s.id, c.weekdays from school s left join school_calendar c on c.school_id = s.id \
         where s.garage_id = $1 order by s.id",
        garage,
    )?;
    let spans: Vec<SchoolSpanRow> = fetch_all!(
        tx,
        "select p.school_id, p.kind, p.name, p.first_day, p.last_day from school_span p \
         join school s on s.id = p.school_id where s.garage_id = $1 order by p.first_day, p.id",
        garage,
    )?;
    let days: Vec<SchoolDayRow> = fetch_all!(
        tx,
        "select d.school_id, d.date, d.lessons, d.acts_as, d.earlier_minutes, d.name from school_day d \
         join school s on s.id = d.school_id where s.garage_id = $1 order by d.date",
        garage,
    )?;
    let mut spans = grouped(spans, |row| row.school_id.clone());
    let mut days = grouped(days, |row| row.school_id.clone());
    let mut calendars = Vec::with_capacity(schools.len());
    for (id, weekdays) in schools {
        let (spans, days) = (spans.remove(&id).unwrap_or_default(), days.remove(&id).unwrap_or_default());
        calendars.push((codec::parse("school.id", &id)?, made(weekdays, spans, days)?));
    }
    Ok(calendars)
}

/// Replaces a school's whole calendar.
pub async fn put(tx: &mut Tx, school: &SchoolId, calendar: &SchoolCalendar) -> Result<(), StoreError> {
    let id = school.as_str();
    execute!(
        tx,
        "insert into school_calendar (school_id, weekdays) values ($1, $2) \
         on conflict (school_id) do update set weekdays = excluded.weekdays",
        id,
        i64::from(u8::from(calendar.weekdays())),
    )?;
    execute!(tx, "delete from school_span where school_id = $1", id)?;
    execute!(tx, "delete from school_day where school_id = $1", id)?;
    for span in calendar.spans() {
        insert_span(tx, id, span).await?;
    }
    for day in calendar.days() {
        insert_day(tx, id, day).await?;
    }
    Ok(())
}

async fn insert_span(tx: &mut Tx, school: &str, span: &SchoolPeriod) -> Result<(), StoreError> {
    execute!(
        tx,
        "insert into school_span (id, school_id, kind, name, first_day, last_day) \
         values ($1, $2, $3, $4, $5, $6)",
        Uuid::now_v7().to_string(),
        school,
        codec::encode(span.kind()),
        span.name(),
        span.first_day().to_string(),
        span.last_day().to_string(),
    )?;
    Ok(())
}

async fn insert_day(tx: &mut Tx, school: &str, day: &SchoolDayOverride) -> Result<(), StoreError> {
    let (lessons, earlier) = match day.lessons {
        DayLessons::None => (0_i64, None),
        DayLessons::Full => (1, None),
        DayLessons::Earlier { minutes } => (1, Some(i64::from(minutes))),
    };
    execute!(
        tx,
        "insert into school_day (school_id, date, lessons, acts_as, earlier_minutes, name) \
         values ($1, $2, $3, $4, $5, $6)",
        school,
        day.date.to_string(),
        lessons,
        day.acts_as.map(weekday_number),
        earlier,
        day.name.as_str(),
    )?;
    Ok(())
}

fn made(
    weekdays: Option<i64>,
    spans: Vec<SchoolSpanRow>,
    days: Vec<SchoolDayRow>,
) -> Result<SchoolCalendar, StoreError> {
    let spans = spans.into_iter().map(SchoolSpanRow::span).collect::<Result<_, _>>()?;
    let days = days.into_iter().map(SchoolDayRow::day).collect::<Result<_, _>>()?;
    let weekdays = weekdays.map_or(Ok(Weekdays::SCHOOL_WEEK), week)?;
    Ok(SchoolCalendar::new(weekdays, spans, days))
}

fn week(bits: i64) -> Result<Weekdays, StoreError> {
    let days = u8::try_from(bits).ok().and_then(|bits| Weekdays::try_from(bits).ok());
    days.ok_or(StoreError::Corrupt { column: "school_calendar.weekdays" })
}

fn grouped<R>(rows: Vec<R>, school: impl Fn(&R) -> String) -> HashMap<String, Vec<R>> {
    let mut groups: HashMap<String, Vec<R>> = HashMap::new();
    for row in rows {
        groups.entry(school(&row)).or_default().push(row);
    }
    groups
}

#[derive(sqlx::FromRow)]
struct SchoolCalendarRow {
    id: String,
    name: String,
    garage_id: String,
}

impl SchoolCalendarRow {
    fn school(self) -> Result<SchoolSummary, StoreError> {
        Ok(SchoolSummary {
            id: codec::parse("school.id", &self.id)?,
            name: self.name,
            garage: codec::parse("school.garage_id", &self.garage_id)?,
        })
    }
}

#[derive(sqlx::FromRow)]
struct SchoolSpanRow {
    school_id: String,
    kind: String,
    name: String,
    first_day: String,
    last_day: String,
}

impl SchoolSpanRow {
    fn span(self) -> Result<SchoolPeriod, StoreError> {
        let first_day = codec::day("school_span.first_day", &self.first_day)?;
        let last_day = codec::day("school_span.last_day", &self.last_day)?;
        SchoolPeriod::new(codec::parse("school_span.kind", &self.kind)?, self.name, first_day, last_day)
            .map_err(|_| StoreError::Corrupt { column: "school_span.last_day" })
    }
}

#[derive(sqlx::FromRow)]
struct SchoolDayRow {
    school_id: String,
    date: String,
    lessons: i64,
    acts_as: Option<i64>,
    earlier_minutes: Option<i64>,
    name: String,
}

impl SchoolDayRow {
    fn day(self) -> Result<SchoolDayOverride, StoreError> {
        let minutes = self.earlier_minutes.map(u32::try_from).transpose();
        let minutes = minutes.map_err(|_| StoreError::Corrupt { column: "school_day.earlier_minutes" })?;
        let lessons = match (self.lessons, minutes) {
            (0, _) => DayLessons::None,
            (_, None) => DayLessons::Full,
            (_, Some(minutes)) => DayLessons::Earlier { minutes },
        };
        let acts_as = self.acts_as.map(|number| weekday("school_day.acts_as", number)).transpose()?;
        Ok(SchoolDayOverride {
            date: codec::day("school_day.date", &self.date)?,
            lessons,
            acts_as,
            name: self.name,
        })
    }
}
