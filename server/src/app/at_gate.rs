//! Which cars stand before a barrier that has stayed down, as far as the gate's events tell ([decision 15]).
//!
//! [decision 15]: ../../../docs/decisions/0015-a-plate-named-by-a-person.md

use std::collections::HashSet;
use std::time::Duration;

use domain::access::{Decision, Reason};
use domain::ids::{GarageId, LaneId};
use domain::occupancy::Direction;
use domain::plate::Plate;
use domain::time::Timestamp;
use protocol::mqtt::EventKind;

use super::App;
use crate::store::gate_event::{self, Stored};
use crate::store::seal::Purpose;
use crate::store::{StoreError, Tx, open_order, word};

/// Nobody waits for longer without another reading or somebody's coming.
const WAITS: Duration = Duration::from_secs(180);

/// Events of all lanes within that time, at the busiest gate.
const EVENTS: i64 = 200;

/// A car that was not let in, and nothing has happened in its lane since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Waiting {
    pub lane: LaneId,
    pub since: Timestamp,
    pub plate: Option<Plate>,
    pub confidence: u8,
    pub reason: Reason,
}

/// One per lane at most.
pub(super) async fn waiting(app: &App, tx: &mut Tx, garage: &GarageId) -> Result<Vec<Waiting>, StoreError> {
    let begin = app.now() - WAITS;
    let opened = open_order::lanes_opened(tx, garage, begin).await?;
    let events = gate_event::page(tx, garage, i64::MAX, EVENTS).await?;
    let mut lanes = HashSet::new();
    let mut cars = Vec::new();
    for event in events {
        // What came late, or long after it had happened, says nothing about now.
        if event.stored_at < begin || event.received_at < begin || !tells(event.kind) {
            continue;
        }
        if !lanes.insert(event.lane.clone()) {
            continue;
        }
        let let_in = opened.iter().any(|(lane, at)| *lane == event.lane && *at >= event.stored_at);
        if !let_in && let Some(car) = stands(app, event)? {
            cars.push(car);
        }
    }
    cars.sort_by(|a, b| a.lane.as_str().cmp(b.lane.as_str()));
    Ok(cars)
}

/// Whether after this something else stands in the lane, or nothing.
const fn tells(kind: EventKind) -> bool {
    match kind {
        EventKind::Plate | EventKind::Pass | EventKind::Reversal | EventKind::Free => true,
        EventKind::Tailgate
        | EventKind::Stuck
        | EventKind::Fire
        | EventKind::FireOver
        | EventKind::NotUnderstood
        | EventKind::Opened
        | EventKind::NotOpened => false,
    }
}

fn stands(app: &App, event: Stored) -> Result<Option<Waiting>, StoreError> {
    let reason = match event.decision {
        Some(Decision::Refuse { reason, .. } | Decision::Review { reason }) => reason,
        Some(Decision::Open { .. }) | None => return Ok(None),
    };
    if event.direction != Direction::In {
        return Ok(None);
    }
    let plate = event.plate_enc.map(|enc| app.keys.open(Purpose::Plate, &enc)).transpose()?;
    Ok(Some(Waiting {
        lane: word::parse("gate_event.lane", &event.lane)?,
        since: event.received_at,
        plate: plate.map(|plate| word::parse("gate_event.plate_enc", &plate)).transpose()?,
        confidence: u8::try_from(event.confidence).unwrap_or(0),
        reason,
    }))
}
