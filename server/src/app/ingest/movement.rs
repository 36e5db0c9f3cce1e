//! What new events do to counts and visits. Opened is not passed: only an event with a delta moves anything.

use std::collections::{BTreeMap, HashMap};

use domain::access::{Audience, Decision};
use domain::ids::GarageId;
use domain::time::Timestamp;

use super::record::Checked;
use crate::store::garage::{self, CountChange};
use crate::store::gate_event;
use crate::store::gateway::Locked;
use crate::store::seal::Sealed;
use crate::store::visit::{self, Entry, Exit};
use crate::store::{StoreError, Tx, audit};

/// An event that was not known before this transaction.
#[derive(Debug, Clone, Copy)]
pub(super) struct New<'a> {
    /// `gate_event.no`.
    pub no: i64,
    pub checked: &'a Checked<'a>,
}

/// Adds the deltas; gives every garage's count. The first word of a gateway starts a count that was unknown.
pub(super) async fn count(
    tx: &mut Tx,
    gateways: &HashMap<GarageId, Locked>,
    new: &[New<'_>],
    now: Timestamp,
) -> Result<HashMap<GarageId, i64>, StoreError> {
    let mut deltas: BTreeMap<&GarageId, (bool, i64)> = BTreeMap::new();
    for gateway in gateways.values().filter(|gateway| gateway.occupied.is_none()) {
        deltas.insert(&gateway.garage, (true, 0));
    }
    for New { checked, .. } in new.iter().filter(|event| event.checked.event.delta != 0) {
        let (_, delta) = deltas.entry(checked.place.garage).or_default();
        *delta = delta.saturating_add(checked.event.delta);
    }
    let mut counts: HashMap<GarageId, i64> =
        gateways.values().filter_map(|g| Some((g.garage.clone(), g.occupied?))).collect();
    if deltas.is_empty() {
        return Ok(counts);
    }
    for (garage, _) in deltas.iter().filter(|(_, (starts, _))| *starts) {
        log_start(tx, garage, now).await?;
    }
    let changes: Vec<CountChange> = deltas
        .into_iter()
        .map(|(garage, (_, delta))| CountChange { garage: garage.clone(), delta })
        .collect();
    counts.extend(garage::add_to_counts(tx, &changes, now).await?);
    Ok(counts)
}

async fn log_start(tx: &mut Tx, garage: &GarageId, now: Timestamp) -> Result<(), StoreError> {
    let entry = audit::Entry {
        at: now,
        actor_kind: "gateway",
        actor_id: garage.as_str(),
        action: "count.start",
        subject: garage.as_str(),
        detail: "the count starts at 0 with the gateway's first word",
    };
    audit::append(tx, &entry).await
}

/// A car that has left, for the arrivals.
#[derive(Debug)]
pub(super) struct Left<'a> {
    /// `gate_event.no`.
    pub no: i64,
    pub garage: &'a GarageId,
    pub plate: Sealed,
    pub at: Timestamp,
}

/// Opens and ends visits, in order; gives the cars that have left.
pub(super) async fn visits<'a>(tx: &mut Tx, new: &[New<'a>]) -> Result<Vec<Left<'a>>, StoreError> {
    let mut left = Vec::new();
    for event in new.iter().filter(|event| event.checked.event.delta != 0) {
        let car = car(tx, event).await?;
        let garage = event.checked.place.garage;
        let at = event.checked.event.happened_at;
        let plate = car.plate.as_ref();
        if event.checked.event.delta > 0 {
            visit::enter(tx, &Entry { garage, plate, audience: car.audience, event: event.no, at }).await?;
        } else {
            visit::leave(tx, &Exit { garage, plate, event: event.no, at }).await?;
            left.extend(car.plate.map(|plate| Left { no: event.no, garage, plate, at }));
        }
    }
    Ok(left)
}

#[derive(Debug)]
struct Car {
    plate: Option<Sealed>,
    audience: Option<Audience>,
}

/// A `pass` has the plate and the decision of the plate event that it names; the loop itself reads nothing.
async fn car(tx: &mut Tx, event: &New<'_>) -> Result<Car, StoreError> {
    let Checked { place, event: wire, plate } = event.checked;
    let own = Car { plate: plate.clone(), audience: wire.decision.and_then(granted) };
    let Some(of) = wire.of.as_ref().filter(|_| own.plate.is_none() || own.audience.is_none()) else {
        return Ok(own);
    };
    let Some(named) = gate_event::car_of(tx, place.garage, place.device, of).await? else { return Ok(own) };
    Ok(Car {
        plate: own.plate.or(named.plate),
        audience: own.audience.or_else(|| named.decision.and_then(granted)),
    })
}

fn granted(decision: Decision) -> Option<Audience> {
    match decision {
        Decision::Open { audience } => audience,
        Decision::Refuse { .. } | Decision::Review { .. } => None,
    }
}
