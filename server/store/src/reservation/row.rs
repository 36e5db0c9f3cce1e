//! A row of the table and its reservation.

use domain::allocation::entry::{BookEntry, CancelCause, CancelLateness, EntryPhase, EntryState, HoldOrigin};
use domain::allocation::layout::PlateKey;
use domain::minute::{Minute, MinuteSpan};
use domain::time::Timestamp;
use serde::de::DeserializeOwned;

use super::{ReservationCreator, ReservationDetails, StoredReservation};
use crate::{StoreError, codec};

/// The cause of an offer.
const FROM_WAITLIST: &str = "from_waitlist";

/// The select list of every read.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select r.id, r.garage_id, r.pool_id, r.audience, r.window_id, r.origin, r.made_by, r.client_key, \
             r.series_id, r.person_id, r.plate_hash, r.plate_enc, r.starts_at, r.ends_at, r.state, \
             r.state_since, r.expires_at, r.cause, r.late, r.taken_from, r.taken_until, r.live, r.space, r.visit_id, \
             r.reminded, r.created_at, r.changed_at from reservation r ",
            $rest
        )
    };
}
pub(super) use select;

/// The columns in the order of [`select`].
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct ReservationRow {
    pub id: String,
    pub garage_id: String,
    pub pool_id: String,
    pub audience: String,
    pub window_id: Option<String>,
    pub origin: String,
    pub made_by: String,
    pub client_key: Option<String>,
    pub series_id: Option<String>,
    pub person_id: Option<String>,
    pub plate_hash: Option<Vec<u8>>,
    pub plate_enc: Option<Vec<u8>>,
    pub starts_at: i64,
    pub ends_at: i64,
    pub state: String,
    pub state_since: i64,
    pub expires_at: Option<i64>,
    pub cause: Option<String>,
    pub late: i64,
    pub taken_from: i64,
    pub taken_until: i64,
    pub live: i64,
    pub space: Option<String>,
    pub visit_id: Option<String>,
    pub reminded: i64,
    pub created_at: i64,
    pub changed_at: i64,
}

impl ReservationRow {
    pub(super) fn stored(self) -> Result<StoredReservation, StoreError> {
        let state = self.state()?;
        let entry = BookEntry {
            id: codec::id("reservation.id", &self.id)?,
            pool: codec::parse("reservation.pool_id", &self.pool_id)?,
            audience: codec::parse("reservation.audience", &self.audience)?,
            origin: codec::parse("reservation.origin", &self.origin)?,
            window: optional("reservation.window_id", self.window_id.as_deref())?,
            person: optional("reservation.person_id", self.person_id.as_deref())?,
            plate: self.plate_hash.map(PlateKey),
            span: span(self.starts_at, self.ends_at)
                .ok_or(StoreError::Corrupt { column: "reservation.ends_at" })?,
            state,
            taken: span(self.taken_from, self.taken_until),
            space: self.space,
            visit: optional("reservation.visit_id", self.visit_id.as_deref())?,
            reminded: self.reminded != 0,
            created_at: Timestamp::from_micros(self.created_at),
        };
        let details = ReservationDetails {
            made_by: ReservationCreator::parse(&self.made_by)?,
            client_key: self.client_key,
            series: self.series_id,
            plate_enc: self.plate_enc,
            state_since: Timestamp::from_micros(self.state_since),
            changed_at: Timestamp::from_micros(self.changed_at),
        };
        Ok(StoredReservation {
            garage: codec::parse("reservation.garage_id", &self.garage_id)?,
            entry,
            details,
        })
    }

    fn state(&self) -> Result<EntryState, StoreError> {
        let at = Timestamp::from_micros(self.state_since);
        Ok(match codec::parse("reservation.state", &self.state)? {
            EntryPhase::Waiting => EntryState::Waiting,
            EntryPhase::Held => EntryState::Held { until: self.expiry()?, offered: self.offered() },
            EntryPhase::Confirmed => EntryState::Confirmed { since: at },
            EntryPhase::CheckedIn => EntryState::CheckedIn { at },
            EntryPhase::Overstayed => EntryState::Overstayed { since: at },
            EntryPhase::Completed => EntryState::Completed { at },
            EntryPhase::Cancelled => {
                let lateness = if self.late == 0 { CancelLateness::InTime } else { CancelLateness::Late };
                EntryState::Cancelled { at, cause: self.cause()?, lateness }
            }
            EntryPhase::NoShow => EntryState::NoShow { at },
        })
    }

    fn expiry(&self) -> Result<Timestamp, StoreError> {
        let micros = self.expires_at.ok_or(StoreError::Corrupt { column: "reservation.expires_at" })?;
        Ok(Timestamp::from_micros(micros))
    }

    fn offered(&self) -> HoldOrigin {
        if self.cause.as_deref() == Some(FROM_WAITLIST) {
            HoldOrigin::FromWaitlist
        } else {
            HoldOrigin::Asked
        }
    }

    fn cause(&self) -> Result<CancelCause, StoreError> {
        codec::parse("reservation.cause", self.cause.as_deref().unwrap_or_default())
    }
}

fn optional<T: DeserializeOwned>(column: &'static str, text: Option<&str>) -> Result<Option<T>, StoreError> {
    text.map(|text| codec::parse(column, text)).transpose()
}

fn span(from: i64, until: i64) -> Option<MinuteSpan> {
    let minute = |micros| Minute::floor(Timestamp::from_micros(micros));
    MinuteSpan::new(minute(from), minute(until)).ok()
}

impl From<&StoredReservation> for ReservationRow {
    fn from(stored: &StoredReservation) -> Self {
        let (entry, details) = (&stored.entry, &stored.details);
        let (expires_at, cause) = expiry_and_cause(&entry.state);
        let late = matches!(entry.state, EntryState::Cancelled { lateness: CancelLateness::Late, .. });
        let start = entry.span.from().timestamp().micros();
        let taken =
            |taken: MinuteSpan| (taken.from().timestamp().micros(), taken.until().timestamp().micros());
        let (taken_from, taken_until) = entry.taken.map_or((start, start), taken);
        Self {
            id: entry.id.to_string(),
            garage_id: stored.garage.to_string(),
            pool_id: entry.pool.to_string(),
            audience: codec::encode(entry.audience),
            window_id: entry.window.as_ref().map(ToString::to_string),
            origin: codec::encode(entry.origin),
            made_by: details.made_by.text(),
            client_key: details.client_key.clone(),
            series_id: details.series.clone(),
            person_id: entry.person.map(|person| person.to_string()),
            plate_hash: entry.plate.as_ref().map(|plate| plate.0.clone()),
            plate_enc: details.plate_enc.clone(),
            starts_at: start,
            ends_at: entry.span.until().timestamp().micros(),
            state: codec::encode(entry.phase()),
            state_since: details.state_since.micros(),
            expires_at,
            cause,
            late: i64::from(late),
            taken_from,
            taken_until,
            live: i64::from(entry.is_live()),
            space: entry.space.clone(),
            visit_id: entry.visit.map(|visit| visit.to_string()),
            reminded: i64::from(entry.reminded),
            created_at: entry.created_at.micros(),
            changed_at: details.changed_at.micros(),
        }
    }
}

fn expiry_and_cause(state: &EntryState) -> (Option<i64>, Option<String>) {
    match state {
        EntryState::Held { until, offered: HoldOrigin::FromWaitlist } => {
            (Some(until.micros()), Some(FROM_WAITLIST.to_owned()))
        }
        EntryState::Held { until, offered: HoldOrigin::Asked } => (Some(until.micros()), None),
        EntryState::Cancelled { cause, .. } => (None, Some(codec::encode(cause))),
        EntryState::Waiting
        | EntryState::Confirmed { .. }
        | EntryState::CheckedIn { .. }
        | EntryState::Overstayed { .. }
        | EntryState::Completed { .. }
        | EntryState::NoShow { .. } => (None, None),
    }
}
