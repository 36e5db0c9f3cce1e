//! The same reservation on several days, in one transaction.
//!
//! A series is identified by the keys of its dates. A repeated request returns the dates that were reserved the first
//! time and reserves no date that was refused then.

use chrono::{NaiveDate, NaiveTime};
use domain::allocation::refusal::Refusal;
use domain::minute::{Minute, Span};
use domain::time::Timestamp;
use protocol::reservation::OnConflict;
use uuid::Uuid;

use super::decide::{self, Known, ask};
use super::key::{digest, key_of_date, new_id, series_id};
use super::request::{AllocationError, Reserve, ReserveSeries};
use super::work::Working;

pub(super) struct SeriesDecision {
    pub id: String,
    pub dates: Vec<(NaiveDate, DateDecision)>,
}

pub(super) enum DateDecision {
    Reserved(Uuid),
    Possible,
    Refused(Refusal),
}

pub(super) fn decide(
    work: &mut Working,
    known: &Known,
    series: &ReserveSeries,
    now: Timestamp,
) -> Result<SeriesDecision, AllocationError> {
    let id = series_id(&work.garage, series);
    let days: Vec<(NaiveDate, Reserve)> =
        series.dates.iter().map(|date| (*date, on(&series.first, *date))).collect();
    let before = made_before(work, known, &days)?;
    let dates = if before.iter().any(Option::is_some) {
        again(work, &days, before, now)
    } else {
        match series.on_conflict {
            OnConflict::Skip => each(work, known, &days, &id, now)?,
            OnConflict::Fail => all_or_none(work, known, &days, &id, now)?,
            OnConflict::Report => tried(work, &days, now),
        }
    };
    Ok(SeriesDecision { id, dates })
}

/// The same local times on that day.
fn on(first: &Reserve, date: NaiveDate) -> Reserve {
    let midnight = Minute::floor(Timestamp::from_local(date.and_time(NaiveTime::MIN)));
    let start = decide::start_on(first, midnight);
    let span = Span::new(start, start + first.span.length()).unwrap_or(first.span);
    Reserve { span, ..first.clone() }
}

fn made_before(
    work: &Working,
    known: &Known,
    days: &[(NaiveDate, Reserve)],
) -> Result<Vec<Option<Uuid>>, AllocationError> {
    let before = |(date, asked): &(NaiveDate, Reserve)| {
        decide::repeated(work, known, &key_of_date(&work.garage, asked, *date), asked)
    };
    days.iter().map(before).collect()
}

type Dates = Vec<(NaiveDate, DateDecision)>;

fn again(work: &Working, days: &[(NaiveDate, Reserve)], before: Vec<Option<Uuid>>, now: Timestamp) -> Dates {
    let date = |((date, asked), before): (&(NaiveDate, Reserve), Option<Uuid>)| {
        let decision = match before {
            Some(id) => DateDecision::Reserved(id),
            None => match work.kept.book.would(&ask(asked, Uuid::nil()), now) {
                Ok(()) => DateDecision::Possible,
                Err(refusal) => DateDecision::Refused(refusal),
            },
        };
        (*date, decision)
    };
    days.iter().zip(before).map(date).collect()
}

fn each(
    work: &mut Working,
    known: &Known,
    days: &[(NaiveDate, Reserve)],
    id: &str,
    now: Timestamp,
) -> Result<Dates, AllocationError> {
    let mut dates = Dates::new();
    for (date, asked) in days {
        let key = key_of_date(&work.garage, asked, *date);
        let decision = match decide::reserve(work, known, asked, (key, Some(id)), now) {
            Ok(entry) => DateDecision::Reserved(entry),
            Err(AllocationError::Refused(refusal)) => DateDecision::Refused(refusal),
            Err(error) => return Err(error),
        };
        dates.push((*date, decision));
    }
    Ok(dates)
}

/// Reserves all dates, or none if any date is refused.
fn all_or_none(
    work: &mut Working,
    known: &Known,
    days: &[(NaiveDate, Reserve)],
    id: &str,
    now: Timestamp,
) -> Result<Dates, AllocationError> {
    let (kept, new, keys) = (work.kept.clone(), work.new.clone(), work.keys.clone());
    let mut dates = each(work, known, days, id, now)?;
    if dates.iter().any(|(_, decision)| matches!(decision, DateDecision::Refused(_))) {
        (work.kept, work.new, work.keys) = (kept, new, keys);
        for (_, decision) in &mut dates {
            if matches!(decision, DateDecision::Reserved(_)) {
                *decision = DateDecision::Possible;
            }
        }
    }
    Ok(dates)
}

/// Tries the dates on a copy of the book.
fn tried(work: &Working, days: &[(NaiveDate, Reserve)], now: Timestamp) -> Dates {
    let mut book = work.kept.book.clone();
    let date = |(date, asked): &(NaiveDate, Reserve)| {
        let decision = match book.reserve(&ask(asked, new_id(digest(asked))), now) {
            Ok(_) => DateDecision::Possible,
            Err(refusal) => DateDecision::Refused(refusal),
        };
        (*date, decision)
    };
    days.iter().map(date).collect()
}
