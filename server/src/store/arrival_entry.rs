//! What a car's reading changes in an arrival that is there already.

use domain::pickup::Pickup;
use domain::time::Timestamp;
use protocol::people::Cursor;
use uuid::Uuid;

use super::seal::Sealed;
use super::{StoreError, Tx, word};

/// Whether any of these plates has an arrival whose car has not left.
pub async fn any_car_inside(tx: &mut Tx, plate_hashes: &[&[u8]]) -> Result<bool, StoreError> {
    if plate_hashes.is_empty() {
        return Ok(false);
    }
    let rows: Vec<(String,)> = fetch_rows!(
        tx,
        "select id from arrival where car_left_at is null and plate_hash in (",
        plate_hashes,
        |row, hash| {
            row.push_bind(*hash);
        },
        ") limit 1"
    )?;
    Ok(!rows.is_empty())
}

/// What a reading adds to an arrival that had no car yet.
#[derive(Debug, Clone)]
pub struct Car<'a> {
    pub plate: &'a Sealed,
    pub relation: &'a str,
    /// `gate_event.no`.
    pub entry_event: i64,
}

/// The car of an arrival by hand has been read.
pub async fn attach_car(
    tx: &mut Tx,
    id: Uuid,
    car: &Car<'_>,
    pickup: Pickup,
    at: Timestamp,
    cursor: Cursor,
) -> Result<bool, StoreError> {
    let changed = execute!(
        tx,
        "update arrival set plate_hash = $2, plate_enc = $3, guardian_relation = $4, entry_event = $5, \
         phase = $6, phase_since = $7, claimed = $8, changed_at = $9, cursor = $10 where id = $1",
        id.to_string(),
        car.plate.hash.as_slice(),
        car.plate.enc.as_slice(),
        car.relation,
        car.entry_event,
        word::word(pickup.phase),
        pickup.since.micros(),
        i64::from(pickup.claimed),
        at.micros(),
        cursor,
    )?;
    Ok(changed == 1)
}

/// The car had left and is in again, while the child is still waiting for it.
pub async fn set_car_back(tx: &mut Tx, id: Uuid, at: Timestamp, cursor: Cursor) -> Result<bool, StoreError> {
    let changed = execute!(
        tx,
        "update arrival set car_left_at = null, changed_at = $2, cursor = $3 where id = $1",
        id.to_string(),
        at.micros(),
        cursor,
    )?;
    Ok(changed == 1)
}
