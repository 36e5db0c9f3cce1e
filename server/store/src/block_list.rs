//! Plates that a garage does not admit, and the strikes that led there. Neither keeps a car from leaving.

use domain::allocation::BookStrikeKind;
use domain::ids::{GarageId, ReservationId};
use domain::time::Timestamp;
use uuid::Uuid;

use super::seal::SealedValue;
use super::{StoreError, Tx, codec};

/// A block in effect, with the plate sealed.
#[derive(Debug, Clone)]
pub struct ActivePlateBlock {
    pub id: Uuid,
    pub plate_enc: Vec<u8>,
    pub reason: String,
    pub by_rule: bool,
    pub from: Timestamp,
    pub until: Option<Timestamp>,
}

type PlateBlockRow = (String, Vec<u8>, String, i64, i64, Option<i64>);

/// Blocks that have not ended, newest first.
pub async fn of_garage(
    tx: &mut Tx,
    garage: &GarageId,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<ActivePlateBlock>, StoreError> {
    let rows: Vec<PlateBlockRow> = fetch_all!(
        tx,
        "select id, plate_enc, reason, by_rule, from_at, until_at from block where garage_id = $1 and ended_at is null \
         and (until_at is null or until_at > $2) order by from_at desc, id desc limit $3",
        garage.as_str(),
        now.micros(),
        limit,
    )?;
    let block = |(id, plate_enc, reason, by_rule, from, until): PlateBlockRow| {
        Ok(ActivePlateBlock {
            id: codec::id("block.id", &id)?,
            plate_enc,
            reason,
            by_rule: by_rule == 1,
            from: Timestamp::from_micros(from),
            until: until.map(Timestamp::from_micros),
        })
    };
    rows.into_iter().map(block).collect()
}

/// A block that an operator creates.
#[derive(Debug, Clone)]
pub struct NewPlateBlock<'a> {
    pub id: Uuid,
    pub garage: &'a GarageId,
    pub plate: &'a SealedValue,
    pub reason: &'a str,
    pub operator: &'a str,
    pub from: Timestamp,
    pub until: Option<Timestamp>,
}

pub async fn insert(tx: &mut Tx, new: &NewPlateBlock<'_>) -> Result<(), StoreError> {
    execute!(
        tx,
        "insert into block (id, garage_id, plate_hash, plate_enc, reason, by_rule, made_by, from_at, until_at) \
         values ($1, $2, $3, $4, $5, 0, $6, $7, $8)",
        new.id.to_string(),
        new.garage.as_str(),
        new.plate.hash.as_slice(),
        new.plate.enc.as_slice(),
        new.reason,
        new.operator,
        new.from.micros(),
        new.until.map(Timestamp::micros),
    )?;
    Ok(())
}

/// Ends a block; `false` if the garage has no such block or it has ended.
pub async fn end(
    tx: &mut Tx,
    garage: &GarageId,
    id: Uuid,
    operator: &str,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let changed = execute!(
        tx,
        "update block set ended_at = $4, ended_by = $3 where id = $1 and garage_id = $2 and ended_at is null",
        id.to_string(),
        garage.as_str(),
        operator,
        at.micros(),
    )?;
    Ok(changed == 1)
}

/// A strike, with the sealed plate of its reservation while that is stored.
#[derive(Debug, Clone)]
pub struct StoredPlateStrike {
    pub id: Uuid,
    pub reservation: ReservationId,
    pub plate_enc: Option<Vec<u8>>,
    pub kind: BookStrikeKind,
    pub at: Timestamp,
    pub lifted_at: Option<Timestamp>,
    pub lift_reason: Option<String>,
}

type PlateStrikeRow = (String, String, Option<Vec<u8>>, String, i64, Option<i64>, Option<String>);

/// Strikes since `since`, newest first.
pub async fn strikes(
    tx: &mut Tx,
    garage: &GarageId,
    since: Timestamp,
    limit: i64,
) -> Result<Vec<StoredPlateStrike>, StoreError> {
    let rows: Vec<PlateStrikeRow> = fetch_all!(
        tx,
        "select s.id, s.reservation_id, r.plate_enc, s.kind, s.at, s.lifted_at, s.lift_reason from strike s \
         left join reservation r on r.id = s.reservation_id \
         where s.garage_id = $1 and s.at >= $2 order by s.at desc, s.id desc limit $3",
        garage.as_str(),
        since.micros(),
        limit,
    )?;
    let strike = |(id, reservation, plate_enc, kind, at, lifted_at, lift_reason): PlateStrikeRow| {
        Ok(StoredPlateStrike {
            id: codec::id("strike.id", &id)?,
            reservation: codec::id("strike.reservation_id", &reservation)?,
            plate_enc,
            kind: codec::parse("strike.kind", &kind)?,
            at: Timestamp::from_micros(at),
            lifted_at: lifted_at.map(Timestamp::from_micros),
            lift_reason,
        })
    };
    rows.into_iter().map(strike).collect()
}

/// Lifts a strike; `false` if the garage has no such strike or it was lifted before.
pub async fn lift(
    tx: &mut Tx,
    garage: &GarageId,
    id: Uuid,
    (operator, reason): (&str, &str),
    at: Timestamp,
) -> Result<bool, StoreError> {
    let changed = execute!(
        tx,
        "update strike set lifted_at = $5, lifted_by = $3, lift_reason = $4 \
         where id = $1 and garage_id = $2 and lifted_at is null",
        id.to_string(),
        garage.as_str(),
        operator,
        reason,
        at.micros(),
    )?;
    Ok(changed == 1)
}
