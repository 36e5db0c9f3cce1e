//! The calendar on the operators' screens: each day's kind, and the calendars of the schools whose garages they run.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use domain::calendar::{CalendarWarning, HolidayCalendar, SchoolCalendar};
use domain::ids::{GarageId, SchoolId};
use protocol::calendar as wire;

use super::{OperatorCaller, OperatorError, require};
use crate::app::audit::{AuditAction, record};
use crate::app::calendar::{load, load_schools, school};
use crate::app::etag;
use crate::app::invalid_field::InvalidField;
use crate::context::ServerContext;
use store::{StoreError, Tx, calendar};

/// Most days in one response: a year and a month.
const MAX_DAYS: i64 = 400;

#[derive(Debug, thiserror::Error)]
pub enum CalendarError {
    #[error("this operator runs the garage of no such school")]
    NoSuchSchool,
    #[error("`to` must be 0 to {} days after `from`", MAX_DAYS - 1)]
    Range,
    #[error("the calendar has changed since it was read")]
    Changed,
    #[error(transparent)]
    Invalid(#[from] InvalidField),
    #[error(transparent)]
    Operator(#[from] OperatorError),
}

impl From<StoreError> for CalendarError {
    fn from(error: StoreError) -> Self {
        Self::Operator(error.into())
    }
}

pub async fn schools(
    context: &ServerContext,
    caller: &OperatorCaller,
) -> Result<wire::SchoolList, StoreError> {
    let mut tx = context.store.begin_read().await?;
    Ok(wire::SchoolList { schools: calendar::school::of_operator(&mut tx, &caller.operator).await? })
}

/// Each day from `from` to `to` at this garage, both included, with warnings about the calendar.
pub async fn days(
    context: &ServerContext,
    caller: &OperatorCaller,
    garage: &GarageId,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<wire::CalendarDays, CalendarError> {
    if !(0..MAX_DAYS).contains(&to.signed_duration_since(from).num_days()) {
        return Err(CalendarError::Range);
    }
    let mut tx = context.store.begin_read().await?;
    require(&mut tx, caller, garage).await?;
    let (calendar, schools) = (load(&mut tx).await?, load_schools(&mut tx, garage).await?);
    drop(tx);
    let days = from.iter_days().take_while(|date| *date <= to).map(|date| day(&calendar, &schools, date));
    let today = context.now().local_date();
    Ok(wire::CalendarDays { days: days.collect(), warnings: warnings(&calendar, &schools, from, to, today) })
}

pub(super) fn day(
    calendar: &HolidayCalendar,
    schools: &[(SchoolId, SchoolCalendar)],
    date: NaiveDate,
) -> wire::CalendarDay {
    let day = calendar.day(date);
    let schools = schools.iter().map(|(id, own)| wire::SchoolDayStatus {
        school: id.clone(),
        lessons: school::word(own.lessons(&day)),
        earlier_minutes: school::earlier_minutes(own.lessons(&day)),
        acts_as: own.acts_as(&day),
    });
    wire::CalendarDay {
        schools: schools.collect(),
        date,
        kind: day.kind,
        acts_as: day.acts_as,
        acts_as_stated: day.acts_as_stated,
        name: day.name,
        source: day.source,
    }
}

/// Warnings about the requested days, and about lists that should be there today.
pub(super) fn warnings(
    calendar: &HolidayCalendar,
    schools: &[(SchoolId, SchoolCalendar)],
    from: NaiveDate,
    to: NaiveDate,
    today: NaiveDate,
) -> Vec<wire::CalendarWarningDetail> {
    let overdue = calendar.overdue(today).into_iter().map(CalendarWarning::MissingYear);
    let general: BTreeSet<CalendarWarning> = calendar.warnings(from, to).into_iter().chain(overdue).collect();
    let general = general.into_iter().filter(|warning| !is_settled(schools, *warning));
    let mut all: Vec<wire::CalendarWarningDetail> =
        general.map(|warning| warning_of(warning, None)).collect();
    for (id, own) in schools {
        all.extend(own.warnings(from, to).into_iter().map(|warning| warning_of(warning, Some(id))));
    }
    all
}

/// Whether all schools of the garage have entered the day themselves.
fn is_settled(schools: &[(SchoolId, SchoolCalendar)], warning: CalendarWarning) -> bool {
    match warning {
        CalendarWarning::ActsAsNotStated(date) => {
            !schools.is_empty() && schools.iter().all(|(_, own)| own.states(date))
        }
        CalendarWarning::MissingYear(_) | CalendarWarning::NoTerms(_) => false,
    }
}

fn warning_of(warning: CalendarWarning, school: Option<&SchoolId>) -> wire::CalendarWarningDetail {
    let (code, year, date) = match warning {
        CalendarWarning::MissingYear(year) => (wire::CalendarWarningCode::MissingYear, Some(year), None),
        CalendarWarning::ActsAsNotStated(date) => {
            (wire::CalendarWarningCode::ActsAsNotStated, None, Some(date))
        }
        CalendarWarning::NoTerms(date) => (wire::CalendarWarningCode::NoTerms, None, Some(date)),
    };
    wire::CalendarWarningDetail { code, detail: warning.to_string(), year, date, school: school.cloned() }
}

/// A school's calendar and its entity tag.
#[derive(Debug, Clone)]
pub struct TaggedSchoolCalendar {
    pub calendar: wire::SchoolCalendarSpec,
    pub etag: String,
}

impl TaggedSchoolCalendar {
    fn of(calendar: &SchoolCalendar) -> Self {
        let calendar = school::as_entered(calendar);
        Self { etag: etag::strong(&calendar), calendar }
    }
}

pub async fn school(
    context: &ServerContext,
    caller: &OperatorCaller,
    school: &SchoolId,
) -> Result<TaggedSchoolCalendar, CalendarError> {
    let mut tx = context.store.begin_read().await?;
    require_school(&mut tx, caller, school).await?;
    Ok(TaggedSchoolCalendar::of(&calendar::school::calendar(&mut tx, school).await?))
}

/// Replaces the school's calendar with `entered` if `if_match` is its current tag.
pub async fn put_school(
    context: &ServerContext,
    caller: &OperatorCaller,
    school: &SchoolId,
    if_match: &etag::EntityTags,
    entered: &wire::SchoolCalendarSpec,
) -> Result<TaggedSchoolCalendar, CalendarError> {
    let mut tx = context.store.begin().await?;
    require_school(&mut tx, caller, school).await?;
    let new = school::check(entered)?;
    // Locks the version's row, so that the calendar cannot change until the commit.
    calendar::raise_version(&mut tx).await?;
    let before = TaggedSchoolCalendar::of(&calendar::school::calendar(&mut tx, school).await?);
    if !if_match.contain(&before.etag) {
        return Err(CalendarError::Changed);
    }
    calendar::school::put(&mut tx, school, &new).await?;
    let detail = format!("{} spans, {} days", new.spans().len(), new.days().count());
    record(&mut tx, context.now(), caller.actor(), AuditAction::SchoolCalendarPut(school), &detail).await?;
    tx.commit().await?;
    Ok(TaggedSchoolCalendar::of(&new))
}

async fn require_school(
    tx: &mut Tx,
    caller: &OperatorCaller,
    school: &SchoolId,
) -> Result<(), CalendarError> {
    let garage = calendar::school::garage_of(tx, school).await?.ok_or(CalendarError::NoSuchSchool)?;
    match require(tx, caller, &garage).await {
        Err(OperatorError::NoSuchGarage) => Err(CalendarError::NoSuchSchool),
        other => Ok(other?),
    }
}
