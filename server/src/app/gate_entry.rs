//! A driver before a closed barrier selects the own plate of the car ([decision 15]). It needs no operator, and it is
//! possible only where the gate has reported a car that it could not read.
//!
//! [decision 15]: ../../../docs/decisions/0015-a-plate-named-by-a-person.md

use std::time::Duration;

use domain::access::{AccessDecision, DenialReason};
use domain::ids::VehicleId;
use domain::occupancy::LaneDirection;
use domain::plate::Plate;
use domain::plate_likeness::difference;
use domain::time::Timestamp;
use protocol::at_gate::{GateEntry, NewGateEntry};
use uuid::Uuid;

use super::at_gate::{CarAtBarrier, waiting};
use super::audit::{AuditAction, record};
use super::idempotency::{self, IdempotencyKey, IdempotencyKeyReused};
use super::operator::open_order::{LIFE, seen};
use super::session::PersonCaller;
use super::{App, access_plan, open_order as orders};
use crate::context::ServerContext;
use store::open_order::{self, NewRemoteOrder, RemoteOrderActor, RemoteOrderTarget, StoredRemoteOrder};
use store::seal::SealPurpose;
use store::{StoreError, Tx, codec, garage, gateway, person, visit};

/// Shortest time between two attempts of a person: longer than the lifetime of a remote opening.
const PAUSE: Duration = Duration::from_secs(60);

/// Reason shown in the list of remote openings.
const REASON: &str = "车主扫码入场";

#[derive(Debug, thiserror::Error)]
pub enum GateEntryError {
    #[error("the plate is not registered to this person")]
    NotYourPlate,
    #[error("there is no such lane")]
    NoSuchLane,
    #[error("no car that was not let in stands in this lane")]
    NobodyThere,
    #[error("the camera has read another plate")]
    AnotherCar,
    #[error("a car with this plate is inside already")]
    Inside,
    #[error("this plate may not come in now")]
    Refused(DenialReason),
    #[error("this person tried less than a minute ago")]
    TooSoon,
    #[error("an order for this lane is still waiting")]
    Waiting,
    #[error(transparent)]
    KeyReused(#[from] IdempotencyKeyReused),
    #[error("it could not be read or written")]
    Store(#[from] StoreError),
}

/// Requests a remote opening. A repeated key opens nothing and returns the current state of the first request.
pub async fn enter(
    app: &App,
    caller: &PersonCaller,
    key: &IdempotencyKey,
    asked: &NewGateEntry,
) -> Result<GateEntry, GateEntryError> {
    let now = app.now();
    let mut tx = app.store.begin().await?;
    person::lock(&mut tx, caller.person).await?;
    let plate = own_plate(app, &mut tx, caller, asked.plate_id).await?;
    if let Some(before) = open_order::by_person_key(&mut tx, caller.person, key.as_str()).await? {
        require_same_entry(app, &before, asked, &plate)?;
        return Ok(entry(before, now));
    }
    garage::lock(&mut tx, &asked.garage).await?.ok_or(GateEntryError::NoSuchLane)?;
    let last = open_order::last_of_person(&mut tx, caller.person).await?;
    if last.is_some_and(|last| now.since(last) < PAUSE) {
        return Err(GateEntryError::TooSoon);
    }
    check(app, &mut tx, asked, &plate).await?;
    let id = Uuid::now_v7();
    let plate_enc = app.keys.seal(SealPurpose::Plate, plate.as_str()).map_err(StoreError::from)?;
    let new = NewRemoteOrder {
        id,
        garage: &asked.garage,
        target: RemoteOrderTarget::Lane(&asked.lane),
        by: RemoteOrderActor::Person(caller.person),
        idempotency_key: key.as_str(),
        reason: REASON,
        plate_enc: Some(&plate_enc),
        made_at: now,
        expires_at: now + LIFE,
    };
    open_order::insert(&mut tx, &new).await?;
    let action = AuditAction::GateEnter(&asked.garage);
    record(&mut tx, now, caller.actor(), action, &id.to_string()).await?;
    let made = open_order::by_person_key(&mut tx, caller.person, key.as_str()).await?;
    let made = made.ok_or(StoreError::Corrupt { column: "open_order.idempotency_key" })?;
    tx.commit().await?;
    orders::announce(app, &asked.garage).await;
    Ok(entry(made, now))
}

fn require_same_entry(
    context: &ServerContext,
    before: &StoredRemoteOrder,
    asked: &NewGateEntry,
    plate: &Plate,
) -> Result<(), GateEntryError> {
    let named = before.plate_enc.as_deref().map(|sealed| context.keys.open(SealPurpose::Plate, sealed));
    let named = named.transpose().map_err(StoreError::from)?;
    let first = (&before.garage, before.order.lane.as_ref(), named.as_deref());
    Ok(idempotency::require_same(first, (&asked.garage, Some(&asked.lane), Some(plate.as_str())))?)
}

/// Whether the gate's reports and the rules permit the entry.
async fn check(app: &App, tx: &mut Tx, asked: &NewGateEntry, plate: &Plate) -> Result<(), GateEntryError> {
    if !gateway::has_lane(tx, &asked.garage, &asked.lane).await? {
        return Err(GateEntryError::NoSuchLane);
    }
    if open_order::is_waiting(tx, &asked.garage, &asked.lane, app.now()).await? {
        return Err(GateEntryError::Waiting);
    }
    let cars = waiting(app, tx, &asked.garage).await?;
    let is_at = |car: &CarAtBarrier| car.lane == asked.lane && car.direction == LaneDirection::In;
    let car = cars.into_iter().find(is_at).ok_or(GateEntryError::NobodyThere)?;
    if car.plate.is_some_and(|reading| difference(&reading, plate).is_none()) {
        return Err(GateEntryError::AnotherCar);
    }
    let hash = app.keys.hash(SealPurpose::Plate, plate.as_str());
    let visits = visit::of_plate(tx, &asked.garage, &hash).await?;
    if visits.iter().any(|visit| visit.ended_by.is_none()) {
        return Err(GateEntryError::Inside);
    }
    let garage = garage::find(tx, &asked.garage).await?.ok_or(GateEntryError::NoSuchLane)?;
    match access_plan::decide_now(app, tx, &garage, plate).await? {
        // A camera or a person identifies an emergency vehicle; any account can register such a plate.
        AccessDecision::Open { because: Some(_), .. } => {
            Err(GateEntryError::Refused(DenialReason::UnknownPlate))
        }
        AccessDecision::Open { because: None, .. } => Ok(()),
        AccessDecision::Refuse { reason, .. } | AccessDecision::Review { reason } => {
            Err(GateEntryError::Refused(reason))
        }
    }
}

async fn own_plate(
    context: &ServerContext,
    tx: &mut Tx,
    caller: &PersonCaller,
    id: VehicleId,
) -> Result<Plate, GateEntryError> {
    let vehicles = person::vehicles(tx, caller.person).await?;
    let own = vehicles.into_iter().find(|vehicle| vehicle.id == id).ok_or(GateEntryError::NotYourPlate)?;
    let plate = context.keys.open(SealPurpose::Plate, &own.plate_enc).map_err(StoreError::from)?;
    Ok(codec::parse("vehicle.plate_enc", &plate)?)
}

fn entry(stored: StoredRemoteOrder, now: Timestamp) -> GateEntry {
    let order = seen(stored.order, now);
    GateEntry { id: order.id, state: order.state, expires_at: order.expires_at }
}
