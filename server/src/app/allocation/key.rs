//! Idempotency of requests: clients' keys, and ids that contain a digest of the request.
//!
//! The last four bytes of a reservation's id are a digest of its request. A key that is reused with another body is
//! detected even after the reservation has changed.

use chrono::NaiveDate;
use domain::allocation::ReservationIntent;
use domain::allocation::layout::PlateKey;
use domain::ids::{GarageId, ReservationId};
use ring::digest::{Context, SHA256};
use uuid::Uuid;

use super::request::{RequestActor, ReserveRequest, SeriesRequest};
use crate::store::codec;
use crate::store::reservation::ClientReservationKey;
use crate::store::seal::SealedValue;

pub(super) type RequestDigest = [u8; 4];

/// Digest of all fields of the body.
pub(super) fn digest(asked: &ReserveRequest) -> RequestDigest {
    let mut context = Context::new(&SHA256);
    let mut field = |bytes: &[u8]| {
        context.update(&bytes.len().to_le_bytes());
        context.update(bytes);
    };
    field(&asked.plate.hash);
    field(codec::encode(asked.audience).as_bytes());
    field(asked.pool.as_ref().map_or("", |pool| pool.as_str()).as_bytes());
    field(&asked.span.from().get().to_le_bytes());
    field(&asked.span.until().get().to_le_bytes());
    field(match asked.wish {
        ReservationIntent::Confirm => b"confirm",
        ReservationIntent::Hold => b"hold",
        ReservationIntent::ConfirmOrWait => b"wait",
    });
    first_bytes(context.finish().as_ref())
}

fn first_bytes<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.first_chunk().copied().unwrap_or([0; N])
}

pub(super) fn new_id(digest: RequestDigest) -> ReservationId {
    let mut bytes = Uuid::now_v7().into_bytes();
    if let Some(last) = bytes.last_chunk_mut() {
        *last = digest;
    }
    Uuid::from_bytes(bytes).into()
}

/// Whether the entry's request has this digest.
pub(super) fn was_asked(id: ReservationId, digest: RequestDigest) -> bool {
    id.as_uuid().as_bytes().last_chunk() == Some(&digest)
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
        key: format!("r:{}", asked.key),
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
        key: format!("s:{date}:{}", first.key),
    }
}

/// Id of a series; the same actor and key give the same id.
pub(super) fn series_id(garage: &GarageId, series: &SeriesRequest) -> String {
    let mut context = Context::new(&SHA256);
    context.update(garage.as_str().as_bytes());
    // Never by `Debug`: the id stays the same when a type is renamed.
    let by = match &series.first.by {
        RequestActor::Person(person) => format!("person {person}"),
        RequestActor::Operator(operator) => format!("operator {operator}"),
    };
    context.update(by.as_bytes());
    context.update(series.first.key.as_bytes());
    Uuid::from_bytes(first_bytes(context.finish().as_ref())).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_holds_the_digest_of_its_request() {
        let (id, other) = (new_id([1, 2, 3, 4]), new_id([1, 2, 3, 4]));
        assert_ne!(id, other);
        assert!(was_asked(id, [1, 2, 3, 4]));
        assert!(!was_asked(id, [1, 2, 3, 5]));
        assert_eq!(id.as_uuid().get_version_num(), 7);
    }
}
