//! Two readings of one car ([decision 18]): which one stands, for the visit and for the arrivals. The gateway has
//! decided that both are of one car; the rule is [`domain::reread`].
//!
//! [decision 18]: ../../../../docs/decisions/0018-one-car-two-readings.md

use std::collections::{BTreeMap, HashMap};

use domain::ids::GarageId;
use domain::occupancy::LaneDirection;
use domain::reread::{CarReading, PlateStanding, RereadVerdict, VisitPlate, judge_reread, visit_plate};
use protocol::mqtt::EventKind;

use super::movement::{NewGateEvent, granted};
use store::gate_event::readings::{self, StoredReading};
use store::seal::SealedValue;
use store::visit::{self, reread::MisreadEvent};
use store::{StoreError, Tx, garage};

/// From the number of a superseded reading's event to the number of the event that stands.
pub(super) type StandingReadings = HashMap<i64, i64>;

/// More readings of one car than any camera sends.
const READINGS: usize = 8;

/// A car with two readings.
#[derive(Debug)]
pub(super) struct RereadCar<'a> {
    /// Index of the second reading in this transaction.
    pub index: usize,
    pub garage: &'a GarageId,
    pub first: SealedValue,
    pub second: Option<SealedValue>,
    pub verdict: RereadVerdict,
}

#[derive(Debug, Default)]
pub(super) struct RereadOutcome<'a> {
    pub standing: StandingReadings,
    pub cars: Vec<RereadCar<'a>>,
    /// By garage: by how many the count was too high.
    pub wrong: BTreeMap<GarageId, i64>,
    pub exits: SecondExits,
}

/// Second readings at exits that count by the reading, by event number, with their first readings. If both cars are
/// inside, two cars have left.
pub(super) type SecondExits = HashMap<i64, FirstExit>;

/// A first reading at an exit that counted a car.
#[derive(Debug)]
pub(super) struct FirstExit {
    /// `gate_event.no`.
    pub no: i64,
    pub plate: Option<SealedValue>,
}

/// Judges the second readings among the new events, in order, and updates the plates of open visits.
pub(super) async fn judge<'a>(
    tx: &mut Tx,
    new: &[NewGateEvent<'a>],
) -> Result<RereadOutcome<'a>, StoreError> {
    let mut rereads = RereadOutcome::default();
    for event in new.iter().filter(|event| event.checked.event.kind == EventKind::Plate) {
        let Some(first) = first_reading(tx, event, &rereads.standing).await? else { continue };
        apply(tx, event, &first, &mut rereads).await?;
    }
    Ok(rereads)
}

/// The reading that stands so far, if it admitted the car.
async fn first_reading(
    tx: &mut Tx,
    event: &NewGateEvent<'_>,
    standing: &StandingReadings,
) -> Result<Option<StoredReading>, StoreError> {
    let Some(id) = event.checked.event.rereads.clone() else { return Ok(None) };
    let place = event.checked.place;
    let key = (place.garage.clone(), place.device.clone(), id);
    let mut found = readings::newest_by_id(tx, std::slice::from_ref(&key)).await?.remove(&key);
    for _ in 0..READINGS {
        let Some(reading) = &found else { return Ok(None) };
        let next = standing.get(&reading.no).copied().or(reading.standing_no).filter(|no| *no != event.no);
        let Some(no) = next else { break };
        found = readings::by_no(tx, no).await?;
    }
    let opened = |reading: &StoredReading| {
        reading.no != event.no && reading.decision.is_some_and(domain::access::AccessDecision::opens)
    };
    Ok(found.filter(opened))
}

async fn apply<'a>(
    tx: &mut Tx,
    event: &NewGateEvent<'a>,
    first: &StoredReading,
    rereads: &mut RereadOutcome<'a>,
) -> Result<(), StoreError> {
    let second = event.checked.plate.as_ref();
    if first.plate.as_ref().map(|plate| &plate.hash) == second.map(|plate| &plate.hash) {
        return Ok(());
    }
    if event.checked.event.direction == LaneDirection::Out && first.delta < 0 {
        rereads.exits.insert(event.no, FirstExit { no: first.no, plate: first.plate.clone() });
        return Ok(());
    }
    let garage = event.checked.place.garage;
    let one = CarReading {
        confidence: first.confidence,
        standing: standing_of(tx, garage, first.plate.as_ref()).await?,
        is_suspect: first.is_suspect,
    };
    let other = CarReading {
        confidence: event.checked.event.confidence,
        standing: standing_of(tx, garage, second).await?,
        is_suspect: event.checked.event.vehicle.is_suspect,
    };
    let (standing, stands) = match visit_plate(one, other) {
        VisitPlate::First => (event.no, first.no),
        VisitPlate::Second => (first.no, event.no),
    };
    rereads.standing.insert(standing, stands);
    readings::set_standing(tx, standing, Some(stands)).await?;
    if stands == event.no && event.checked.event.direction == LaneDirection::In {
        for (garage, cars) in change_visit(tx, event, first).await? {
            *rereads.wrong.entry(garage).or_default() += cars;
        }
    }
    if let Some(first) = first.plate.clone().filter(|_| event.checked.event.direction == LaneDirection::In) {
        let (second, verdict) = (second.cloned(), judge_reread(one, other));
        rereads.cars.push(RereadCar { index: event.index, garage, first, second, verdict });
    }
    Ok(())
}

async fn change_visit(
    tx: &mut Tx,
    event: &NewGateEvent<'_>,
    first: &StoredReading,
) -> Result<Vec<(GarageId, i64)>, StoreError> {
    let place = event.checked.place;
    let (garage, device) = (place.garage, place.device);
    let misread = MisreadEvent { garage, device, event_id: &first.event_id, no: first.no };
    let Some(at) = visit::reread::end(tx, misread).await? else { return Ok(Vec::new()) };
    let wire = event.checked.event;
    let entry = visit::VisitEntry {
        garage,
        plate: event.checked.plate.as_ref(),
        audience: wire.decision.and_then(granted),
        color: wire.vehicle.plate_color,
        class: wire.vehicle.class,
        event: event.no,
        at,
    };
    let wrong = visit::reread::begin(tx, entry).await?;
    Ok(wrong.into_iter().map(|(garage, cars)| (garage, -cars)).collect())
}

async fn standing_of(
    tx: &mut Tx,
    at: &GarageId,
    plate: Option<&SealedValue>,
) -> Result<PlateStanding, StoreError> {
    let Some(plate) = plate else { return Ok(PlateStanding::Unread) };
    let known = garage::known_plate(tx, at, &plate.hash).await?;
    Ok(match (known.expected > 0, known.registered > 0) {
        (true, _) => PlateStanding::Expected,
        (false, true) => PlateStanding::Registered,
        (false, false) => PlateStanding::Unknown,
    })
}
