//! Keys and digests of reservation requests ([`crate::app::idempotency`]).

use chrono::NaiveDate;
use domain::allocation::ReservationIntent;
use domain::allocation::layout::PlateKey;
use domain::ids::GarageId;

use super::request::{RequestActor, ReserveRequest, SeriesRequest};
use crate::app::idempotency::{self, RequestDigest};
use store::codec;
use store::reservation::ClientReservationKey;
use store::seal::SealedValue;

/// Digest of all fields of the body. Its bytes are stored in ids: the order and the texts stay as they are.
pub(super) fn digest(asked: &ReserveRequest) -> RequestDigest {
    let (from, until) = (asked.span.from().get().to_le_bytes(), asked.span.until().get().to_le_bytes());
    let wish: &[u8] = match asked.wish {
        ReservationIntent::Confirm => b"confirm",
        ReservationIntent::Hold => b"hold",
        ReservationIntent::ConfirmOrWait => b"wait",
    };
    RequestDigest::of_fields([
        asked.plate.hash.as_slice(),
        codec::encode(asked.audience).as_bytes(),
        asked.pool.as_ref().map_or("", |pool| pool.as_str()).as_bytes(),
        &from,
        &until,
        wish,
    ])
}

/// The plate in the form in which the book compares it.
pub(super) fn plate_key(plate: &SealedValue) -> PlateKey {
    PlateKey(plate.hash.clone())
}

/// Prefixes keep the keys of single reservations and of series apart.
pub(super) fn key_of(garage: &GarageId, asked: &ReserveRequest) -> ClientReservationKey {
    ClientReservationKey {
        garage: garage.clone(),
        made_by: asked.by.made_by(),
        key: format!("r:{}", asked.key.as_str()),
    }
}

pub(super) fn key_of_date(
    garage: &GarageId,
    first: &ReserveRequest,
    date: NaiveDate,
) -> ClientReservationKey {
    ClientReservationKey {
        garage: garage.clone(),
        made_by: first.by.made_by(),
        key: format!("s:{date}:{}", first.key.as_str()),
    }
}

/// Id of a series; the same actor and key give the same id.
pub(super) fn id_of_series(garage: &GarageId, series: &SeriesRequest) -> String {
    // Never by `Debug`: the id stays the same when a type is renamed.
    let author = match &series.first.by {
        RequestActor::Person(person) => format!("person {person}"),
        RequestActor::Operator(operator) => format!("operator {operator}"),
    };
    idempotency::series_id(garage, &author, &series.first.key).to_string()
}
