//! A request's body, parsed: whole minutes, a valid plate.

use domain::access::Audience;
use domain::allocation::layout::PlateKey;
use domain::allocation::{EntryChange, ReservationIntent};
use domain::ids::PoolId;
use domain::minute::{Minute, MinuteSpan};
use domain::plate::Plate;
use domain::time::Timestamp;
use protocol::reservation::{NewReservation, ReservationChange};

use super::ReservationError;
use crate::app::allocation::{RequestActor, ReserveRequest};
use crate::app::idempotency::IdempotencyKey;
use crate::context::ServerContext;
use store::seal::{SealPurpose, SealedValue};

/// A requested reservation.
#[derive(Debug, Clone)]
pub struct ReservationDraft {
    pub audience: Audience,
    pub pool: Option<PoolId>,
    pub plate: SealedValue,
    /// The plate in plain text, for the response.
    pub plate_text: String,
    pub span: MinuteSpan,
    pub wish: ReservationIntent,
}

impl ReservationDraft {
    pub fn parse(context: &ServerContext, new: &NewReservation) -> Result<Self, ReservationError> {
        let (plate, plate_text) = plate(context, &new.plate)?;
        Ok(Self {
            audience: new.audience,
            pool: new.pool.clone(),
            plate,
            plate_text,
            span: span(new.starts_at, new.ends_at)?,
            wish: new.wish,
        })
    }

    pub fn plate_key(&self) -> PlateKey {
        PlateKey(self.plate.hash.clone())
    }

    pub(super) fn request(&self, by: RequestActor, key: &IdempotencyKey) -> ReserveRequest {
        ReserveRequest {
            by,
            key: key.clone(),
            pool: self.pool.clone(),
            audience: self.audience,
            plate: self.plate.clone(),
            span: self.span,
            wish: self.wish,
        }
    }
}

/// A plate, sealed and in its normal form.
pub fn plate(context: &ServerContext, text: &str) -> Result<(SealedValue, String), ReservationError> {
    let plate = Plate::parse(text).map_err(ReservationError::Plate)?;
    Ok((context.keys.sealed(SealPurpose::Plate, plate.as_str())?, plate.as_str().to_owned()))
}

fn minute(field: &'static str, at: Timestamp) -> Result<Minute, ReservationError> {
    Minute::exact(at)
        .ok_or_else(|| ReservationError::Field { field, why: "must be a whole minute".to_owned() })
}

/// From a start to an end, both whole minutes.
pub fn span(starts_at: Timestamp, ends_at: Timestamp) -> Result<MinuteSpan, ReservationError> {
    let (from, until) = (minute("starts_at", starts_at)?, minute("ends_at", ends_at)?);
    let why = || "must be after starts_at".to_owned();
    MinuteSpan::new(from, until).map_err(|_| ReservationError::Field { field: "ends_at", why: why() })
}

/// Parses a change of a stay with the span `now`, and seals the new plate.
pub(super) fn change(
    context: &ServerContext,
    now: MinuteSpan,
    asked: &ReservationChange,
) -> Result<(EntryChange, Option<SealedValue>), ReservationError> {
    let moved = asked.starts_at.is_some() || asked.ends_at.is_some();
    let starts_at = asked.starts_at.unwrap_or_else(|| now.from().timestamp());
    let ends_at = asked.ends_at.unwrap_or_else(|| now.until().timestamp());
    let span = if moved { Some(span(starts_at, ends_at)?) } else { None };
    let plate =
        asked.plate.as_deref().map(|text| plate(context, text)).transpose()?.map(|(sealed, _)| sealed);
    let key = plate.as_ref().map(|sealed| PlateKey(sealed.hash.clone()));
    Ok((EntryChange { span, plate: key, pool: asked.pool.clone() }, plate))
}
