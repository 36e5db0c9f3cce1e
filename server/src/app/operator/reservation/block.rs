//! Plates that a garage blocks, and the strikes of plates. A block never stops a car from leaving.

use std::time::Duration;

use domain::ids::GarageId;
use domain::plate::Plate;
use protocol::reservation::operator::{PlateBlockEntry, PlateBlockList, PlateBlockRequest, PlateStrikeEntry};
use uuid::Uuid;

use super::super::reason as rule;
use super::super::{OperatorCaller, require};
use crate::app::App;
use crate::app::audit::{AuditAction, record};
use crate::app::reservation::ReservationError;
use crate::context::ServerContext;
use store::seal::SealPurpose;
use store::{Tx, block_list, book};

/// Most rows of each kind in one response.
const MOST: i64 = 500;

/// Age of the oldest strikes shown.
const SHOWN: Duration = Duration::from_secs(365 * 24 * 3600);

/// Lists blocks and strikes; the reading is audited.
pub async fn list(
    context: &ServerContext,
    caller: &OperatorCaller,
    garage: &GarageId,
) -> Result<PlateBlockList, ReservationError> {
    let now = context.now();
    let mut tx = context.store.begin().await?;
    require(&mut tx, caller, garage).await?;
    let blocks = block_list::of_garage(&mut tx, garage, now, MOST).await?;
    let strikes = block_list::strikes(&mut tx, garage, now - SHOWN, MOST).await?;
    record(&mut tx, now, caller.actor(), AuditAction::BlockRead(garage), "").await?;
    tx.commit().await?;
    let block = |block: block_list::ActivePlateBlock| shown(context, block);
    let strike = |strike: block_list::StoredPlateStrike| shown_strike(context, strike);
    Ok(PlateBlockList {
        blocks: blocks.into_iter().map(block).collect::<Result<_, _>>()?,
        strikes: strikes.into_iter().map(strike).collect::<Result<_, _>>()?,
    })
}

fn shown(
    context: &ServerContext,
    block: block_list::ActivePlateBlock,
) -> Result<PlateBlockEntry, ReservationError> {
    Ok(PlateBlockEntry {
        id: block.id,
        plate: context.keys.open(SealPurpose::Plate, &block.plate_enc)?,
        reason: block.reason,
        by_rule: block.by_rule,
        from: block.from,
        until: block.until,
    })
}

fn shown_strike(
    context: &ServerContext,
    strike: block_list::StoredPlateStrike,
) -> Result<PlateStrikeEntry, ReservationError> {
    let plate = strike.plate_enc.map(|enc| context.keys.open(SealPurpose::Plate, &enc)).transpose()?;
    Ok(PlateStrikeEntry {
        id: strike.id,
        reservation: strike.reservation,
        plate,
        kind: strike.kind,
        at: strike.at,
        lifted_at: strike.lifted_at,
        lift_reason: strike.lift_reason,
    })
}

/// Blocks a plate. Its existing reservations stay: only new requests are refused.
pub async fn add(
    app: &App,
    caller: &OperatorCaller,
    garage: &GarageId,
    new: &PlateBlockRequest,
) -> Result<PlateBlockEntry, ReservationError> {
    let (reason, now) = (reason(&new.reason)?, app.now());
    let plate = Plate::parse(&new.plate).map_err(ReservationError::Plate)?;
    if new.until.is_some_and(|until| until <= now) {
        return Err(ReservationError::Field { field: "until", why: "must be in the future".to_owned() });
    }
    let sealed = app.keys.sealed(SealPurpose::Plate, plate.as_str())?;
    let id = Uuid::now_v7();
    let mut tx = begin(app, caller, garage).await?;
    let row = block_list::NewPlateBlock {
        id,
        garage,
        plate: &sealed,
        reason: &reason,
        operator: &caller.operator,
        from: now,
        until: new.until,
    };
    block_list::insert(&mut tx, &row).await?;
    record(&mut tx, now, caller.actor(), AuditAction::BlockAdd(id), garage.as_str()).await?;
    tx.commit().await?;
    let plate = plate.as_str().to_owned();
    Ok(PlateBlockEntry { id, plate, reason, by_rule: false, from: now, until: new.until })
}

pub async fn end(
    app: &App,
    caller: &OperatorCaller,
    (garage, id): (&GarageId, Uuid),
    why: &str,
) -> Result<(), ReservationError> {
    let (reason, now) = (reason(why)?, app.now());
    let mut tx = begin(app, caller, garage).await?;
    if !block_list::end(&mut tx, garage, id, &caller.operator, now).await? {
        return Err(ReservationError::NotFound);
    }
    record(&mut tx, now, caller.actor(), AuditAction::BlockEnd(id), &reason).await?;
    Ok(tx.commit().await?)
}

/// Lifts a strike, which no longer counts. A block that it has caused stays until it is ended.
pub async fn lift(
    app: &App,
    caller: &OperatorCaller,
    (garage, id): (&GarageId, Uuid),
    why: &str,
) -> Result<(), ReservationError> {
    let (reason, now) = (reason(why)?, app.now());
    let mut tx = begin(app, caller, garage).await?;
    if !block_list::lift(&mut tx, garage, id, (&caller.operator, &reason), now).await? {
        return Err(ReservationError::NotFound);
    }
    record(&mut tx, now, caller.actor(), AuditAction::StrikeLift(id), "").await?;
    Ok(tx.commit().await?)
}

/// Locks the garage's book and raises its version, because cached books contain the blocked plates.
async fn begin(
    context: &ServerContext,
    caller: &OperatorCaller,
    garage: &GarageId,
) -> Result<Tx, ReservationError> {
    let mut tx = context.store.begin().await?;
    require(&mut tx, caller, garage).await?;
    let garages = std::slice::from_ref(garage);
    book::lock(&mut tx, garages).await?;
    book::advance(&mut tx, garages).await?;
    Ok(tx)
}

fn reason(text: &str) -> Result<String, ReservationError> {
    let why = || "the reason must have 2 to 500 characters".to_owned();
    rule::reason(text, rule::LONGEST).ok_or_else(|| ReservationError::Field { field: "reason", why: why() })
}
