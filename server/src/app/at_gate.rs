//! Cars that stand before a closed barrier, as far as the gate's events show ([decision 15]).
//!
//! [decision 15]: ../../../docs/decisions/0015-a-plate-named-by-a-person.md

use std::collections::HashMap;

use domain::access::DenialReason;
use domain::ids::{GarageId, LaneId};
use domain::lane_event::{LONGEST_WAIT, LaneEvent, waiting_cars};
use domain::occupancy::LaneDirection;
use domain::plate::Plate;
use domain::time::Timestamp;

use crate::context::ServerContext;
use store::gate_event::{self, StoredGateEvent, readings};
use store::seal::SealPurpose;
use store::{StoreError, Tx, codec, open_order};

/// Most events of all lanes within [`LONGEST_WAIT`], at the busiest gate.
const EVENTS: i64 = 200;

/// A car before a closed barrier; its lane has had no event since that shows otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CarAtBarrier {
    pub lane: LaneId,
    pub direction: LaneDirection,
    pub since: Timestamp,
    pub plate: Option<Plate>,
    pub confidence: u8,
    pub reason: DenialReason,
}

/// At most one car per lane.
pub(super) async fn waiting(
    context: &ServerContext,
    tx: &mut Tx,
    garage: &GarageId,
) -> Result<Vec<CarAtBarrier>, StoreError> {
    let mut cars = Vec::new();
    for (event, reason) in waiting_events(context, tx, garage).await? {
        cars.push(stands(context, tx, garage, event, reason).await?);
    }
    cars.sort_by(|a, b| a.lane.as_str().cmp(b.lane.as_str()));
    Ok(cars)
}

/// How many cars wait at the garage's gates.
pub(super) async fn count(
    context: &ServerContext,
    tx: &mut Tx,
    garage: &GarageId,
) -> Result<u32, StoreError> {
    Ok(u32::try_from(waiting_events(context, tx, garage).await?.len()).unwrap_or(u32::MAX))
}

/// The events of the waiting cars.
async fn waiting_events(
    context: &ServerContext,
    tx: &mut Tx,
    garage: &GarageId,
) -> Result<Vec<(StoredGateEvent, DenialReason)>, StoreError> {
    let now = context.now();
    let opened = open_order::lanes_opened(tx, garage, now - LONGEST_WAIT).await?;
    let opened: Vec<(&str, Timestamp)> = opened.iter().map(|(lane, at)| (lane.as_str(), *at)).collect();
    let stored = gate_event::page(tx, garage, i64::MAX, EVENTS).await?;
    let events: Vec<_> = stored.iter().map(lane_event).collect();
    let waiting: HashMap<usize, DenialReason> = waiting_cars(&events, &opened, now).into_iter().collect();
    let reason = |(index, event): (usize, StoredGateEvent)| Some((event, *waiting.get(&index)?));
    Ok(stored.into_iter().enumerate().filter_map(reason).collect())
}

fn lane_event(event: &StoredGateEvent) -> LaneEvent<&str> {
    LaneEvent {
        lane: event.lane.as_str(),
        kind: event.kind,
        direction: event.direction,
        decision: event.decision,
        received_at: event.received_at,
        stored_at: event.stored_at,
    }
}

async fn stands(
    context: &ServerContext,
    tx: &mut Tx,
    garage: &GarageId,
    event: StoredGateEvent,
    reason: DenialReason,
) -> Result<CarAtBarrier, StoreError> {
    let (mut plate_enc, mut confidence) = (event.plate_enc, u8::try_from(event.confidence).unwrap_or(0));
    if plate_enc.is_none()
        && let Some(of) = event.of
    {
        let key = (garage.clone(), event.device, of);
        if let Some(reading) = readings::newest_by_id(tx, std::slice::from_ref(&key)).await?.remove(&key) {
            (plate_enc, confidence) = (reading.plate.map(|plate| plate.enc), reading.confidence);
        }
    }
    let plate = plate_enc.map(|enc| context.keys.open(SealPurpose::Plate, &enc)).transpose()?;
    Ok(CarAtBarrier {
        lane: codec::parse("gate_event.lane", &event.lane)?,
        direction: event.direction,
        since: event.received_at,
        plate: plate.map(|plate| codec::parse("gate_event.plate_enc", &plate)).transpose()?,
        confidence,
        reason,
    })
}
