//! Strikes of plates at a garage, and the blocks that a rule derives from them. Operators see and end both in
//! `block_list`.

use domain::allocation::BookStrikeKind;
use domain::allocation::layout::PlateKey;
use domain::ids::{GarageId, ReservationId};
use domain::time::Timestamp;
use uuid::Uuid;

use super::seal::SealedValue;
use super::{StoreError, Tx, codec};

/// Rows in one statement.
const ROWS: usize = 512;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewStrike {
    pub id: Uuid,
    pub garage: GarageId,
    pub plate: PlateKey,
    pub reservation: ReservationId,
    pub kind: BookStrikeKind,
    pub at: Timestamp,
}

pub async fn insert(tx: &mut Tx, strikes: &[NewStrike]) -> Result<(), StoreError> {
    for chunk in strikes.chunks(ROWS) {
        execute_rows!(
            tx,
            "insert into strike (id, garage_id, plate_hash, reservation_id, kind, at) ",
            chunk,
            |row, strike| {
                row.push_bind(strike.id.to_string())
                    .push_bind(strike.garage.as_str())
                    .push_bind(strike.plate.0.as_slice())
                    .push_bind(strike.reservation.to_string())
                    .push_bind(codec::encode(strike.kind))
                    .push_bind(strike.at.micros());
            },
            ""
        )?;
    }
    Ok(())
}

/// Number of a plate's strikes since `since` that are not lifted.
pub async fn count(
    tx: &mut Tx,
    garage: &GarageId,
    plate: &PlateKey,
    since: Timestamp,
) -> Result<u32, StoreError> {
    let (count,): (i64,) = fetch_one!(
        tx,
        "select count(*) from strike where garage_id = $1 and plate_hash = $2 and at > $3 and lifted_at is null",
        garage.as_str(),
        plate.0.as_slice(),
        since.micros(),
    )?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Lifts the overstay strikes of stays whose exit was missed.
pub async fn void(tx: &mut Tx, reservations: &[ReservationId], at: Timestamp) -> Result<(), StoreError> {
    if reservations.is_empty() {
        return Ok(());
    }
    execute_rows!(
        tx,
        "update strike set lifted_at = v.column2, lift_reason = 'exit_missed' from (",
        reservations,
        |row, id| {
            row.push_bind(id.to_string()).push_bind(at.micros());
        },
        ") as v where strike.reservation_id = v.column1 and strike.kind = 'overstay' and strike.lifted_at is null"
    )?;
    Ok(())
}

/// A block that follows from strikes.
#[derive(Debug, Clone)]
pub struct StrikeBlock {
    pub garage: GarageId,
    pub plate: SealedValue,
    pub reason: String,
    pub from: Timestamp,
    pub until: Timestamp,
}

/// The caller holds the garage's book and raises its version.
pub async fn block(tx: &mut Tx, block: &StrikeBlock) -> Result<(), StoreError> {
    execute!(
        tx,
        "insert into block (id, garage_id, plate_hash, plate_enc, reason, by_rule, from_at, until_at) \
         values ($1, $2, $3, $4, $5, 1, $6, $7)",
        Uuid::now_v7().to_string(),
        block.garage.as_str(),
        block.plate.hash.as_slice(),
        block.plate.enc.as_slice(),
        block.reason.as_str(),
        block.from.micros(),
        block.until.micros(),
    )?;
    Ok(())
}
