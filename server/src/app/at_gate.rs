//! Cars that stand before a closed barrier, as far as the gate's events show ([decision 15]).
//!
//! [decision 15]: ../../../docs/decisions/0015-a-plate-named-by-a-person.md

use std::collections::HashSet;
use std::time::Duration;

use domain::access::{AccessDecision, DenialReason};
use domain::ids::{GarageId, LaneId};
use domain::occupancy::LaneDirection;
use domain::plate::Plate;
use domain::time::Timestamp;
use protocol::mqtt::EventKind;

use super::App;
use crate::store::gate_event::{self, StoredGateEvent, readings};
use crate::store::seal::SealPurpose;
use crate::store::{StoreError, Tx, codec, open_order};

/// A car that waits longer without another reading has gone, or a person has come.
const LONGEST_WAIT: Duration = Duration::from_secs(180);

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

/// At most one car per lane. At an exit a car waits only if its device was requested to open and did not.
pub(super) async fn waiting(
    app: &App,
    tx: &mut Tx,
    garage: &GarageId,
) -> Result<Vec<CarAtBarrier>, StoreError> {
    let mut cars = Vec::new();
    for event in last_events(app, tx, garage).await? {
        let Some(reason) = reason(&event) else { continue };
        cars.push(stands(app, tx, garage, event, reason).await?);
    }
    cars.sort_by(|a, b| a.lane.as_str().cmp(b.lane.as_str()));
    Ok(cars)
}

/// How many cars wait at the garage's gates.
pub(super) async fn count(app: &App, tx: &mut Tx, garage: &GarageId) -> Result<u32, StoreError> {
    let events = last_events(app, tx, garage).await?;
    let cars = events.iter().filter(|event| reason(event).is_some()).count();
    Ok(u32::try_from(cars).unwrap_or(u32::MAX))
}

/// The last event of each lane that shows what stands in it. Omits a lane that a person has opened since.
async fn last_events(app: &App, tx: &mut Tx, garage: &GarageId) -> Result<Vec<StoredGateEvent>, StoreError> {
    let begin = app.now() - LONGEST_WAIT;
    let opened = open_order::lanes_opened(tx, garage, begin).await?;
    let mut lanes = HashSet::new();
    let mut last = Vec::new();
    for event in gate_event::page(tx, garage, i64::MAX, EVENTS).await? {
        // An event that arrived late, or long after it happened, does not describe the present.
        if event.stored_at < begin || event.received_at < begin || !concerns_lane(&event) {
            continue;
        }
        if !lanes.insert(event.lane.clone()) {
            continue;
        }
        if !opened.iter().any(|(lane, at)| *lane == event.lane && *at >= event.stored_at) {
            last.push(event);
        }
    }
    Ok(last)
}

/// Whether this event changes what stands in the lane.
const fn concerns_lane(event: &StoredGateEvent) -> bool {
    match event.kind {
        EventKind::Plate
        | EventKind::Pass
        | EventKind::Reversal
        | EventKind::Free
        | EventKind::Opened
        | EventKind::NotOpened => true,
        // Only a message that resembles a reading has a decision.
        EventKind::NotUnderstood => event.decision.is_some(),
        EventKind::Tailgate | EventKind::Stuck | EventKind::Fire | EventKind::FireOver => false,
    }
}

/// Why the barrier stays down; `None` if it does not, or if no car is before it.
const fn reason(event: &StoredGateEvent) -> Option<DenialReason> {
    match (event.kind, event.direction, event.decision) {
        (EventKind::NotOpened, _, _) => Some(DenialReason::DidNotOpen),
        (EventKind::Opened, _, _) | (_, LaneDirection::Out, _) => None,
        (
            _,
            LaneDirection::In,
            Some(AccessDecision::Refuse { reason, .. } | AccessDecision::Review { reason }),
        ) => Some(reason),
        (_, LaneDirection::In, Some(AccessDecision::Open { .. }) | None) => None,
    }
}

async fn stands(
    app: &App,
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
    let plate = plate_enc.map(|enc| app.keys.open(SealPurpose::Plate, &enc)).transpose()?;
    Ok(CarAtBarrier {
        lane: codec::parse("gate_event.lane", &event.lane)?,
        direction: event.direction,
        since: event.received_at,
        plate: plate.map(|plate| codec::parse("gate_event.plate_enc", &plate)).transpose()?,
        confidence,
        reason,
    })
}
