//! Pages of reservations for people and operators, newest start first.

use domain::ids::{GarageId, PersonId, ReservationId};
use domain::time::Timestamp;

use super::StoredReservation;
use super::row::{ReservationRow, select};
use crate::{StoreError, Tx};

/// Longest stay that a query by start finds: a stay that began earlier before the queried time is not searched.
const LONGEST: i64 = 31 * 24 * 3600 * 1_000_000;

/// The last entry of the previous page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReservationPageCursor {
    pub starts_at: Timestamp,
    pub id: ReservationId,
}

impl ReservationPageCursor {
    /// Values of the page's condition; without a previous page they match every row.
    fn columns(before: Option<Self>) -> (i64, String) {
        before.map_or((i64::MAX, String::new()), |b| (b.starts_at.micros(), b.id.to_string()))
    }
}

/// A person's reservations in all garages.
pub async fn of_person(
    tx: &mut Tx,
    person: PersonId,
    before: Option<ReservationPageCursor>,
    limit: u32,
) -> Result<Vec<StoredReservation>, StoreError> {
    let (starts_at, id) = ReservationPageCursor::columns(before);
    let rows: Vec<ReservationRow> = fetch_all!(
        tx,
        select!(
            "where r.person_id = $1 and r.starts_at <= $2 and (r.starts_at < $2 or r.id < $3) \
             order by r.starts_at desc, r.id desc limit $4"
        ),
        person.to_string(),
        starts_at,
        id,
        i64::from(limit),
    )?;
    rows.into_iter().map(ReservationRow::stored).collect()
}

/// A garage's reservations that overlap `from` to `until` by their agreed time or by their taken time.
pub async fn of_garage(
    tx: &mut Tx,
    garage: &GarageId,
    (from, until): (Timestamp, Timestamp),
    before: Option<ReservationPageCursor>,
    limit: u32,
) -> Result<Vec<StoredReservation>, StoreError> {
    let (starts_at, id) = ReservationPageCursor::columns(before);
    let rows: Vec<ReservationRow> = fetch_all!(
        tx,
        select!(
            "where r.garage_id = $1 and r.starts_at >= $2 and r.starts_at < $3 \
             and (r.ends_at > $4 or r.taken_until > $4) \
             and r.starts_at <= $5 and (r.starts_at < $5 or r.id < $6) \
             order by r.starts_at desc, r.id desc limit $7"
        ),
        garage.as_str(),
        from.micros().saturating_sub(LONGEST),
        until.micros(),
        from.micros(),
        starts_at,
        id,
        i64::from(limit),
    )?;
    rows.into_iter().map(ReservationRow::stored).collect()
}
