//! New reservations, single or for several days.

use std::collections::HashMap;

use chrono::{Duration, NaiveDate};
use domain::allocation::refusal::ReservationRefusal;
use domain::ids::GarageId;
use domain::minute::{Minute, MinuteSpan};
use protocol::reservation::{NewReservation, NewReservationSeries, Reservation, SeriesConflictPolicy};
use uuid::Uuid;

use super::alternatives::{AlternativesQuery, help};
use super::wanted::ReservationDraft;
use super::{ReservationError, entitled, shown};
use crate::app::allocation::{
    self, AllocationReply, AllocationRequest, RequestActor, SeriesDateOutcome, SeriesReply, SeriesRequest,
};
use crate::app::idempotency::IdempotencyKey;
use crate::app::session::PersonCaller;
use crate::app::{App, standing};
use store::StoreError;

/// Days of one series: a term of school days.
pub const MOST_DATES: usize = 100;

/// Reserves for an own plate; a repeated key returns the same reservation.
pub async fn reserve(
    app: &App,
    caller: &PersonCaller,
    garage: &GarageId,
    key: &IdempotencyKey,
    new: &NewReservation,
) -> Result<Reservation, ReservationError> {
    let wanted = ReservationDraft::parse(app, new)?;
    let standing = standing::of(app, caller).await?;
    entitled::check(&standing, garage, wanted.audience, &wanted.plate_key())?;
    let asked = (wanted.audience, wanted.pool.as_ref());
    entitled::check_times(app, &standing, garage, asked, wanted.span).await?;
    submit(app, garage, RequestActor::Person(caller.person), key, &wanted).await
}

/// Reserves; the caller has checked the actor's right.
pub(in crate::app) async fn submit(
    app: &App,
    garage: &GarageId,
    by: RequestActor,
    key: &IdempotencyKey,
    wanted: &ReservationDraft,
) -> Result<Reservation, ReservationError> {
    let request = AllocationRequest::Reserve(wanted.request(by, key));
    let answer = allocation::submit(app, garage, request).await;
    let stored = match answer {
        Ok(answer) => shown::stored(answer)?,
        Err(error) => return Err(with_help(app, garage, wanted, error.into()).await),
    };
    shown::one(app, &stored).await
}

/// Adds alternatives to a refusal for lack of space.
pub(super) async fn with_help(
    app: &App,
    garage: &GarageId,
    wanted: &ReservationDraft,
    error: ReservationError,
) -> ReservationError {
    let ReservationError::Refused { refusal: ReservationRefusal::Full { at, next }, .. } = error else {
        return error;
    };
    let question = AlternativesQuery {
        garage: garage.clone(),
        audience: wanted.audience,
        pool: wanted.pool.clone(),
        span: wanted.span,
    };
    let help = Some(Box::new(help(app, question, next).await));
    ReservationError::Refused { refusal: ReservationRefusal::Full { at, next }, help }
}

/// Outcome of one day of a series.
#[derive(Debug)]
pub struct ReservedSeriesDay {
    pub date: NaiveDate,
    pub outcome: Result<Option<Reservation>, ReservationRefusal>,
}

#[derive(Debug)]
pub struct ReservedSeries {
    pub id: String,
    pub days: Vec<ReservedSeriesDay>,
}

/// Reserves the same local times on several days, in one transaction.
pub async fn series(
    app: &App,
    caller: &PersonCaller,
    garage: &GarageId,
    key: &IdempotencyKey,
    new: &NewReservationSeries,
) -> Result<ReservedSeries, ReservationError> {
    let wanted = ReservationDraft::parse(app, &new.first)?;
    let spans = spans(wanted.span, &new.dates)?;
    let standing = standing::of(app, caller).await?;
    entitled::check(&standing, garage, wanted.audience, &wanted.plate_key())?;
    let asked = (wanted.audience, wanted.pool.as_ref());
    let refused = entitled::times_refused(app, &standing, garage, asked, &spans).await?;
    let possible =
        |(date, refusal): (&NaiveDate, &Option<ReservationRefusal>)| refusal.is_none().then_some(*date);
    let dates: Vec<NaiveDate> = new.dates.iter().zip(&refused).filter_map(possible).collect();
    // With "all or none", a day outside the class's time fails the other days, too.
    let spoiled = new.on_conflict == SeriesConflictPolicy::Fail && dates.len() < new.dates.len();
    let on_conflict = if spoiled { SeriesConflictPolicy::Report } else { new.on_conflict };
    let first = wanted.request(RequestActor::Person(caller.person), key);
    let answer = submit_series(app, garage, SeriesRequest { first, dates, on_conflict }).await?;
    let mut decided: HashMap<NaiveDate, SeriesDateOutcome> =
        answer.dates.into_iter().map(|day| (day.date, day.outcome)).collect();
    let mut days = Vec::with_capacity(new.dates.len());
    for (date, refusal) in new.dates.iter().copied().zip(refused) {
        let outcome = match refusal {
            Some(refusal) => Err(refusal),
            None => outcome(app, decided.remove(&date)).await?,
        };
        days.push(ReservedSeriesDay { date, outcome });
    }
    Ok(ReservedSeries { id: answer.id, days })
}

async fn submit_series(
    app: &App,
    garage: &GarageId,
    series: SeriesRequest,
) -> Result<SeriesReply, ReservationError> {
    if series.dates.is_empty() {
        return Ok(SeriesReply { id: Uuid::now_v7().to_string(), dates: Vec::new() });
    }
    match allocation::submit(app, garage, AllocationRequest::Series(series)).await? {
        AllocationReply::Series(answer) => Ok(answer),
        AllocationReply::Reservation(_) | AllocationReply::Done => {
            Err(StoreError::Corrupt { column: "series" }.into())
        }
    }
}

async fn outcome(
    app: &App,
    decided: Option<SeriesDateOutcome>,
) -> Result<Result<Option<Reservation>, ReservationRefusal>, ReservationError> {
    Ok(match decided {
        Some(SeriesDateOutcome::Reserved(stored)) => Ok(Some(shown::one(app, &stored).await?)),
        Some(SeriesDateOutcome::Refused(refusal)) => Err(refusal),
        Some(SeriesDateOutcome::Possible) | None => Ok(None),
    })
}

/// The first one's local times on each day.
fn spans(first: MinuteSpan, dates: &[NaiveDate]) -> Result<Vec<MinuteSpan>, ReservationError> {
    let wrong = |why: &str| ReservationError::Field { field: "dates", why: why.to_owned() };
    if !(1..=MOST_DATES).contains(&dates.len()) {
        return Err(wrong("1 to 100 days"));
    }
    let mut once: Vec<NaiveDate> = dates.to_vec();
    once.sort_unstable();
    once.dedup();
    if once.len() != dates.len() {
        return Err(wrong("each day once"));
    }
    let start = first.from().timestamp().local_date();
    let moved = |date: &NaiveDate| {
        let minutes = Duration::days(date.signed_duration_since(start).num_days()).num_minutes();
        let at = |minute: Minute| Minute::new(minute.get().saturating_add(minutes));
        MinuteSpan::new(at(first.from()), at(first.until())).map_err(|_| wrong("is not a supported date"))
    };
    dates.iter().map(moved).collect()
}
