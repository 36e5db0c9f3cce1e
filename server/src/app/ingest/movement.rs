//! Effects of new events on counts and visits. Opened is not passed: only an event with a delta changes them.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use domain::access::{AccessDecision, Audience};
use domain::ids::GarageId;
use domain::occupancy::LaneDirection;
use domain::time::Timestamp;
use protocol::mqtt::EventKind;

use domain::vehicle::{PlateColor, VehicleClass};

use super::record::CheckedEvent;
use super::reread::{FirstExit, RereadOutcome, SecondExits, StandingReadings};
use crate::app::audit::{AuditAction, AuditActor, record};
use store::garage::{self, GarageCountChange};
use store::gate_event::StoredEventKey;
use store::gate_event::readings::{self, StoredReading};
use store::gateway::LockedGateway;
use store::seal::SealedValue;
use store::visit::{self, VisitEntry, VisitExit};
use store::{StoreError, Tx};

/// Detail of the audit entry of an unknown count that a gateway's first batch starts.
const COUNT_STARTS: &str = "the count starts at 0 with the gateway's first word";

/// An event that was unknown before this transaction.
#[derive(Debug, Clone, Copy)]
pub(super) struct NewGateEvent<'a> {
    /// `gate_event.no`.
    pub no: i64,
    /// Its index among the events of this transaction.
    pub index: usize,
    pub checked: &'a CheckedEvent<'a>,
}

/// Adds the deltas and returns every garage's count. A gateway's first batch starts an unknown count.
pub(super) async fn count(
    tx: &mut Tx,
    gateways: &HashMap<GarageId, LockedGateway>,
    new: &[NewGateEvent<'_>],
    now: Timestamp,
) -> Result<HashMap<GarageId, i64>, StoreError> {
    let mut deltas: BTreeMap<&GarageId, (bool, i64)> = BTreeMap::new();
    for gateway in gateways.values().filter(|gateway| gateway.occupied.is_none()) {
        deltas.insert(&gateway.garage, (true, 0));
    }
    for NewGateEvent { checked, .. } in new.iter().filter(|event| event.checked.delta() != 0) {
        let (_, delta) = deltas.entry(checked.place.garage).or_default();
        *delta = delta.saturating_add(checked.delta());
    }
    let mut counts: HashMap<GarageId, i64> =
        gateways.values().filter_map(|g| Some((g.garage.clone(), g.occupied?))).collect();
    if deltas.is_empty() {
        return Ok(counts);
    }
    for (garage, _) in deltas.iter().filter(|(_, (starts, _))| *starts) {
        let action = AuditAction::CountStart(garage);
        record(tx, now, AuditActor::Gateway(garage), action, COUNT_STARTS).await?;
    }
    let changes: Vec<GarageCountChange> = deltas
        .into_iter()
        .map(|(garage, (_, delta))| GarageCountChange { garage: garage.clone(), delta })
        .collect();
    counts.extend(garage::add_to_counts(tx, &changes, now).await?);
    Ok(counts)
}

/// A car that has passed the gate.
#[derive(Debug)]
pub(super) struct MovedCar<'a> {
    /// Index of the event in this transaction.
    pub index: usize,
    pub direction: LaneDirection,
    /// The plate event itself counted the car: its arrival is inside already.
    pub by_reading: bool,
    pub garage: &'a GarageId,
    pub plate: SealedValue,
    pub at: Timestamp,
}

/// Opens and ends visits in order, corrects counts that the passages prove wrong, and returns the cars with known
/// plates.
pub(super) async fn visits<'a>(
    tx: &mut Tx,
    new: &[NewGateEvent<'a>],
    rereads: &RereadOutcome<'_>,
    counts: &mut HashMap<GarageId, i64>,
    now: Timestamp,
) -> Result<Vec<MovedCar<'a>>, StoreError> {
    let may_move =
        |event: &&NewGateEvent<'a>| event.checked.delta() != 0 || rereads.exits.contains_key(&event.no);
    let moved: Vec<NewGateEvent<'a>> = new.iter().filter(may_move).copied().collect();
    let cars = cars(tx, &moved, &rereads.standing).await?;
    let mut rest = moved.iter().zip(&cars).collect::<VecDeque<_>>();
    let mut wrong: BTreeMap<GarageId, i64> = BTreeMap::new();
    let mut read_again = HashSet::new();
    while let Some(&(event, car)) = rest.front() {
        let healed = match rereads.exits.get(&event.no) {
            None => round(tx, &mut rest, &rereads.exits).await?,
            Some(first) => {
                rest.pop_front();
                let healed = second_exit(tx, event, car, first).await?;
                if healed.is_none() {
                    read_again.insert(event.no);
                }
                healed.into_iter().collect()
            }
        };
        for (garage, delta) in healed {
            *wrong.entry(garage).or_default() += delta;
        }
    }
    counts.extend(heal(tx, wrong, now).await?);
    let car = |(event, car): (&NewGateEvent<'a>, VisitCar)| {
        if read_again.contains(&event.no) {
            return None;
        }
        Some(MovedCar {
            index: event.index,
            direction: if event.checked.delta() > 0 { LaneDirection::In } else { LaneDirection::Out },
            by_reading: event.checked.event.kind == EventKind::Plate,
            garage: event.checked.place.garage,
            plate: car.plate?,
            at: event.checked.at,
        })
    };
    Ok(moved.iter().zip(cars).filter_map(car).collect())
}

/// Processes events from the front until a car occurs for the second time: the events before do not depend on each
/// other. Returns the corrections of the garages' counts.
async fn round(
    tx: &mut Tx,
    rest: &mut VecDeque<(&NewGateEvent<'_>, &VisitCar)>,
    second_exits: &SecondExits,
) -> Result<Vec<(GarageId, i64)>, StoreError> {
    let (mut entries, mut exits, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
    while let Some((event, car)) = rest.front().filter(|(event, _)| !second_exits.contains_key(&event.no)) {
        let garage = event.checked.place.garage;
        if let Some(plate) = &car.plate
            && !seen.insert((garage, &plate.hash))
        {
            break;
        }
        let (plate, at) = (car.plate.as_ref(), event.checked.at);
        if event.checked.delta() > 0 {
            let (audience, color, class) = (car.audience, car.color, car.class);
            entries.push(VisitEntry { garage, plate, audience, color, class, event: event.no, at });
        } else {
            exits.push(VisitExit { garage, plate, color: car.color, event: event.no, at });
        }
        rest.pop_front();
    }
    let twice = visit::enter(tx, &entries).await?.into_iter().map(|(garage, cars)| (garage, -cars));
    let late = visit::leave(tx, &exits).await?;
    Ok(twice.chain(late).collect())
}

/// Processes a second reading at an exit that counts by the reading: ends the visit of a car inside with its plate. If
/// the first reading has ended the visit of another car, two cars have left, since a misread plate is hardly ever the
/// plate of a second car inside. Returns the correction of the garage's count; `None` if no such car is inside.
async fn second_exit(
    tx: &mut Tx,
    event: &NewGateEvent<'_>,
    car: &VisitCar,
    first: &FirstExit,
) -> Result<Option<(GarageId, i64)>, StoreError> {
    let (garage, at) = (event.checked.place.garage, event.checked.at);
    let Some(plate) = &car.plate else { return Ok(None) };
    if !visit::reread::is_inside(tx, garage, plate, at).await? {
        return Ok(None);
    }
    visit::leave(tx, &[VisitExit { garage, plate: Some(plate), color: car.color, event: event.no, at }])
        .await?;
    let are_two_cars = match &first.plate {
        Some(other) => visit::reread::has_left(tx, garage, other, first.no).await?,
        None => false,
    };
    Ok(Some((garage.clone(), if are_two_cars { -1 } else { 0 })))
}

/// Corrects counts that passages have proved wrong and writes the corrections to the audit log.
pub(crate) async fn heal(
    tx: &mut Tx,
    wrong: BTreeMap<GarageId, i64>,
    now: Timestamp,
) -> Result<Vec<(GarageId, i64)>, StoreError> {
    let changes: Vec<GarageCountChange> = wrong
        .into_iter()
        .filter(|(_, delta)| *delta != 0)
        .map(|(garage, delta)| GarageCountChange { garage, delta })
        .collect();
    if changes.is_empty() {
        return Ok(Vec::new());
    }
    for GarageCountChange { garage, delta } in &changes {
        let action = AuditAction::CountHeal(garage);
        record(tx, now, AuditActor::Evidence, action, &delta.to_string()).await?;
    }
    garage::add_to_counts(tx, &changes, now).await
}

#[derive(Debug, Default)]
struct VisitCar {
    plate: Option<SealedValue>,
    audience: Option<Audience>,
    color: Option<PlateColor>,
    class: Option<VehicleClass>,
}

/// More readings of one car than any camera sends.
const READINGS: usize = 8;

/// The car of each event. A `pass` takes the plate and the decision of its related plate event, since the loop reads
/// nothing. Of two readings of a car, the one that stands is used.
async fn cars(
    tx: &mut Tx,
    moved: &[NewGateEvent<'_>],
    standing: &StandingReadings,
) -> Result<Vec<VisitCar>, StoreError> {
    let keys: Vec<StoredEventKey> = moved.iter().filter_map(named).collect();
    let named_readings = readings::newest_by_id(tx, &keys).await?;
    let mut cars = Vec::with_capacity(moved.len());
    for event in moved {
        let reading = named(event).and_then(|key| named_readings.get(&key));
        let stands = match reading {
            Some(reading) => standing.get(&reading.no).copied().or(reading.standing_no),
            None => standing.get(&event.no).copied(),
        };
        cars.push(match stands {
            Some(no) => standing_car(tx, no).await?,
            None => own_car(event, reading),
        });
    }
    Ok(cars)
}

fn own_car(event: &NewGateEvent<'_>, named: Option<&StoredReading>) -> VisitCar {
    let CheckedEvent { event: wire, plate, .. } = event.checked;
    VisitCar {
        plate: plate.clone().or_else(|| named?.plate.clone()),
        audience: wire.decision.or_else(|| named?.decision).and_then(granted),
        color: wire.vehicle.plate_color.or_else(|| named?.plate_color),
        class: wire.vehicle.class.or_else(|| named?.vehicle_class),
    }
}

async fn standing_car(tx: &mut Tx, first: i64) -> Result<VisitCar, StoreError> {
    let mut next = Some(first);
    for _ in 0..READINGS {
        let Some(no) = next else { break };
        let Some(reading) = readings::by_no(tx, no).await? else { break };
        if reading.standing_no.is_none() {
            return Ok(VisitCar {
                audience: reading.decision.and_then(granted),
                plate: reading.plate,
                color: reading.plate_color,
                class: reading.vehicle_class,
            });
        }
        next = reading.standing_no;
    }
    Ok(VisitCar::default())
}

/// Key of the related plate event; both events are of one controller.
fn named(event: &NewGateEvent<'_>) -> Option<StoredEventKey> {
    let CheckedEvent { place, event: wire, .. } = event.checked;
    Some((place.garage.clone(), place.device.clone(), wire.related_event_id.clone()?))
}

pub(super) fn granted(decision: AccessDecision) -> Option<Audience> {
    match decision {
        AccessDecision::Open { audience, .. } => audience,
        AccessDecision::Refuse { .. } | AccessDecision::Review { .. } => None,
    }
}
