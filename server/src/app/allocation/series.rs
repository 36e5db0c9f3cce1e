//! The same reservation on several days, in one transaction.
//!
//! A series is identified by the keys of its dates. A repeated request returns the dates that were reserved the first
//! time and reserves no date that was refused then.

use chrono::{NaiveDate, NaiveTime};
use domain::allocation::refusal::ReservationRefusal;
use domain::ids::ReservationId;
use domain::minute::{Minute, MinuteSpan};
use domain::time::Timestamp;
use protocol::reservation::SeriesConflictPolicy;

use super::decide::{self, PriorReservations, ask};
use super::key::{digest, id_of_series, key_of_date};
use super::request::{AllocationError, ReserveRequest, SeriesRequest};
use super::working_book::WorkingBook;

pub(super) struct SeriesDecision {
    pub id: String,
    pub dates: Vec<(NaiveDate, SeriesDateDecision)>,
}

pub(super) enum SeriesDateDecision {
    Reserved(ReservationId),
    Possible,
    Refused(ReservationRefusal),
}

pub(super) fn decide(
    work: &mut WorkingBook,
    known: &PriorReservations,
    series: &SeriesRequest,
    now: Timestamp,
) -> Result<SeriesDecision, AllocationError> {
    let id = id_of_series(&work.garage, series);
    let days: Vec<(NaiveDate, ReserveRequest)> =
        series.dates.iter().map(|date| (*date, on(&series.first, *date))).collect();
    let before = made_before(work, known, &days)?;
    let dates = if before.iter().any(Option::is_some) {
        again(work, &days, before, now)
    } else {
        match series.on_conflict {
            SeriesConflictPolicy::Skip => each(work, known, &days, &id, now)?,
            SeriesConflictPolicy::Fail => all_or_none(work, known, &days, &id, now)?,
            SeriesConflictPolicy::Report => tried(work, &days, now),
        }
    };
    Ok(SeriesDecision { id, dates })
}

/// The same local times on that day.
fn on(first: &ReserveRequest, date: NaiveDate) -> ReserveRequest {
    let midnight = Minute::floor(Timestamp::from_local(date.and_time(NaiveTime::MIN)));
    let start = decide::start_on(first, midnight);
    let span = MinuteSpan::new(start, start + first.span.length()).unwrap_or(first.span);
    ReserveRequest { span, ..first.clone() }
}

fn made_before(
    work: &WorkingBook,
    known: &PriorReservations,
    days: &[(NaiveDate, ReserveRequest)],
) -> Result<Vec<Option<ReservationId>>, AllocationError> {
    let before = |(date, asked): &(NaiveDate, ReserveRequest)| {
        decide::repeated(work, known, &key_of_date(&work.garage, asked, *date), asked)
    };
    days.iter().map(before).collect()
}

type SeriesDateDecisions = Vec<(NaiveDate, SeriesDateDecision)>;

fn again(
    work: &WorkingBook,
    days: &[(NaiveDate, ReserveRequest)],
    before: Vec<Option<ReservationId>>,
    now: Timestamp,
) -> SeriesDateDecisions {
    let date = |((date, asked), before): (&(NaiveDate, ReserveRequest), Option<ReservationId>)| {
        let decision = match before {
            Some(id) => SeriesDateDecision::Reserved(id),
            None => match work.cached.book.check_request(&ask(asked, ReservationId::nil()), now) {
                Ok(()) => SeriesDateDecision::Possible,
                Err(refusal) => SeriesDateDecision::Refused(refusal),
            },
        };
        (*date, decision)
    };
    days.iter().zip(before).map(date).collect()
}

fn each(
    work: &mut WorkingBook,
    known: &PriorReservations,
    days: &[(NaiveDate, ReserveRequest)],
    id: &str,
    now: Timestamp,
) -> Result<SeriesDateDecisions, AllocationError> {
    let mut dates = SeriesDateDecisions::new();
    for (date, asked) in days {
        let key = key_of_date(&work.garage, asked, *date);
        let decision = match decide::reserve(work, known, asked, (key, Some(id)), now) {
            Ok(entry) => SeriesDateDecision::Reserved(entry),
            Err(AllocationError::Refused(refusal)) => SeriesDateDecision::Refused(refusal),
            Err(error) => return Err(error),
        };
        dates.push((*date, decision));
    }
    Ok(dates)
}

/// Reserves all dates, or none if any date is refused.
fn all_or_none(
    work: &mut WorkingBook,
    known: &PriorReservations,
    days: &[(NaiveDate, ReserveRequest)],
    id: &str,
    now: Timestamp,
) -> Result<SeriesDateDecisions, AllocationError> {
    let before = (work.cached.clone(), work.new.clone(), work.keys.clone(), work.acts.len());
    let mut dates = each(work, known, days, id, now)?;
    if dates.iter().any(|(_, decision)| matches!(decision, SeriesDateDecision::Refused(_))) {
        let acts;
        (work.cached, work.new, work.keys, acts) = before;
        work.acts.truncate(acts);
        for (_, decision) in &mut dates {
            if matches!(decision, SeriesDateDecision::Reserved(_)) {
                *decision = SeriesDateDecision::Possible;
            }
        }
    }
    Ok(dates)
}

/// Tries the dates on a copy of the book.
fn tried(work: &WorkingBook, days: &[(NaiveDate, ReserveRequest)], now: Timestamp) -> SeriesDateDecisions {
    let mut book = work.cached.book.clone();
    let date = |(date, asked): &(NaiveDate, ReserveRequest)| {
        let decision = match book.reserve(&ask(asked, digest(asked).new_id().into()), now) {
            Ok(_) => SeriesDateDecision::Possible,
            Err(refusal) => SeriesDateDecision::Refused(refusal),
        };
        (*date, decision)
    };
    days.iter().map(date).collect()
}
