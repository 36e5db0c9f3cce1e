//! A stored reservation in its wire form.

use domain::allocation::AllocationBook;
use domain::allocation::entry::{BookEntry, EntryPhase, EntryState};
use domain::allocation::reserved_entry::{GarageHours, ReservedEntry};
use domain::time::Timestamp;
use protocol::reservation::Reservation;

use super::{ReservationError, openings};
use crate::app::directory::{self, GarageDirectory};
use crate::app::{App, allocation};
use crate::context::ServerContext;
use store::StoreError;
use store::garage::StoredGarage;
use store::reservation::StoredReservation;
use store::seal::SealPurpose;

/// Fields of a reservation whose car may still come.
#[derive(Debug, Clone, Copy, Default)]
struct UpcomingEntry {
    enter_from: Option<Timestamp>,
    enter_until: Option<Timestamp>,
    kept_until: Option<Timestamp>,
    waiting_before: Option<u32>,
}

pub async fn one(app: &App, stored: &StoredReservation) -> Result<Reservation, ReservationError> {
    let directory = directory::read(app).await?;
    let known = match stored.entry.phase() {
        EntryPhase::Waiting => {
            let before = allocation::read(app, &stored.garage, |book| waiting_before(book, &stored.entry));
            UpcomingEntry { waiting_before: Some(before.await?), ..UpcomingEntry::default() }
        }
        EntryPhase::Held | EntryPhase::Confirmed => {
            let hours = openings::of(app, &stored.garage).await?;
            entry_times(&hours, &stored.entry)
        }
        EntryPhase::CheckedIn
        | EntryPhase::Overstayed
        | EntryPhase::Completed
        | EntryPhase::Cancelled
        | EntryPhase::NoShow => UpcomingEntry::default(),
    };
    reservation(app, &directory, stored, known)
}

/// In the order of `stored`.
pub async fn all(app: &App, stored: &[StoredReservation]) -> Result<Vec<Reservation>, ReservationError> {
    let mut shown = Vec::with_capacity(stored.len());
    for one_of_them in stored {
        shown.push(one(app, one_of_them).await?);
    }
    Ok(shown)
}

/// When the gate admits the car.
fn entry_times(hours: &GarageHours, entry: &BookEntry) -> UpcomingEntry {
    let admits = ReservedEntry::of(hours, entry);
    let shown = admits.for_driver();
    UpcomingEntry {
        enter_from: shown.map(|span| span.from().timestamp()),
        enter_until: shown.map(|span| span.until().timestamp()),
        kept_until: Some(admits.kept_until.timestamp()),
        waiting_before: None,
    }
}

fn waiting_before(book: &AllocationBook, entry: &BookEntry) -> u32 {
    let before = book.entries().filter(|other| {
        other.phase() == EntryPhase::Waiting
            && (&other.pool, other.audience) == (&entry.pool, entry.audience)
            && (other.created_at, other.id) < (entry.created_at, entry.id)
            && other.span.overlaps(entry.span)
    });
    u32::try_from(before.count()).unwrap_or(u32::MAX)
}

fn reservation(
    context: &ServerContext,
    directory: &GarageDirectory,
    stored: &StoredReservation,
    known: UpcomingEntry,
) -> Result<Reservation, ReservationError> {
    let (entry, details) = (&stored.entry, &stored.details);
    let garage: Option<&StoredGarage> = directory.get(&stored.garage);
    let plate =
        details.plate_enc.as_deref().map(|enc| context.keys.open(SealPurpose::Plate, enc)).transpose()?;
    let (cause, lateness) = match entry.state {
        EntryState::Cancelled { cause, lateness, .. } => (Some(cause), Some(lateness)),
        _ => (None, None),
    };
    Ok(Reservation {
        id: entry.id,
        garage: stored.garage.clone(),
        garage_name: garage.map(|garage| garage.name.clone()).unwrap_or_default(),
        garage_name_en: garage.map(|garage| garage.name_en.clone()).unwrap_or_default(),
        pool: entry.pool.clone(),
        audience: entry.audience,
        origin: entry.origin,
        plate,
        starts_at: entry.span.from().timestamp(),
        ends_at: entry.span.until().timestamp(),
        state: entry.phase(),
        state_since: details.state_since,
        expires_at: match entry.state {
            EntryState::Held { until, .. } => Some(until),
            _ => None,
        },
        cause,
        lateness,
        space: entry.space.clone(),
        waiting_before: known.waiting_before,
        enter_from: known.enter_from,
        enter_until: known.enter_until,
        kept_until: known.kept_until,
        series: details.series.clone(),
        created_at: entry.created_at,
        changed_at: details.changed_at,
    })
}

/// The reservation of a reply.
pub(super) fn stored(answer: allocation::AllocationReply) -> Result<StoredReservation, ReservationError> {
    match answer {
        allocation::AllocationReply::Reservation(stored) => Ok(*stored),
        allocation::AllocationReply::Series(_) | allocation::AllocationReply::Done => {
            Err(StoreError::Corrupt { column: "reservation" }.into())
        }
    }
}
