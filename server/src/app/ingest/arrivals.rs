//! Arrivals that a parent's car makes, and the end of its stay.
//!
//! A car let in as pickup is an arrival for each child of the plate's guardians at the schools of this garage, unless
//! a custody block stands against it. What the child's day already holds decides what the reading changes
//! ([`effect`]). A reading that is told ahead of its order makes the arrival; when it comes again it changes nothing.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use domain::access::{Audience, Decision};
use domain::ids::{ClassId, SchoolId};
use domain::occupancy::Direction;
use domain::pickup::{Phase, Pickup};
use domain::time::Timestamp;
use protocol::mqtt::EventKind;
use protocol::people::{Cursor, Note};
use uuid::Uuid;

use super::effect::{Effect, effect};
use super::movement::{Left, New};
use super::record::Checked;
use crate::store::arrival::{self, NewArrival, Stored};
use crate::store::arrival_entry::{self, Car};
use crate::store::feed::{self, Change};
use crate::store::school::{self, CarAt, Expected};
use crate::store::seal::Sealed;
use crate::store::{StoreError, Tx};

/// Children in one statement: 18 columns each stay far below the databases' limits of values.
const WAVE: usize = 500;

/// What a transaction did to arrivals.
#[derive(Debug, Default)]
pub(super) struct News {
    /// The newest cursor, if anything has changed.
    pub cursor: Option<Cursor>,
    pub new_arrivals: u64,
}

/// A parent's car that was let in, and one of the children it comes for.
struct Reading<'a> {
    /// `gate_event.no`; absent ahead of its order.
    no: Option<i64>,
    event: &'a Checked<'a>,
    plate: &'a Sealed,
    child: Expected,
}

impl Reading<'_> {
    /// When the car came; a gateway's clock that runs ahead is not believed.
    fn at(&self, now: Timestamp) -> Timestamp {
        self.event.event.happened_at.min(now)
    }
}

/// Under the lock of all arrivals: the cursors are given out here.
struct Board {
    today: NaiveDate,
    now: Timestamp,
    start: Cursor,
    taken: i64,
    told: Vec<Told>,
    new_arrivals: u64,
}

pub(super) async fn apply(
    tx: &mut Tx,
    (new, ahead): (&[New<'_>], &[Checked<'_>]),
    left: &[Left<'_>],
    now: Timestamp,
) -> Result<News, StoreError> {
    let in_order = new.iter().map(|event| (Some(event.no), event.checked));
    let events: Vec<_> = in_order.chain(ahead.iter().map(|event| (None, event))).collect();
    let readings = readings(tx, &events, now).await?;
    let gone: Vec<&[u8]> = left.iter().map(|car| car.plate.hash.as_slice()).collect();
    if readings.is_empty() && !arrival_entry::any_car_inside(tx, &gone).await? {
        return Ok(News::default());
    }
    // Nothing yet: the lock comes first, how many are needed shows behind it.
    let start = feed::take_cursors(tx, 0).await?;
    let mut board =
        Board { today: now.local_date(), now, start, taken: 0, told: Vec::new(), new_arrivals: 0 };
    for wave in waves(&readings, left) {
        match wave {
            Wave::In(readings) => board.arrive(tx, &readings).await?,
            Wave::Out(cars) => board.leave(tx, &cars).await?,
        }
    }
    feed::append_all(tx, &board.changes()).await?;
    if board.taken == 0 {
        return Ok(News::default());
    }
    let cursor = feed::take_cursors(tx, board.taken).await?;
    Ok(News { cursor: Some(cursor), new_arrivals: board.new_arrivals })
}

/// Entries or exits that do not depend on each other; the waves are in the order in which the cars came.
enum Wave<'a> {
    /// Each child once.
    In(Vec<&'a Reading<'a>>),
    Out(Vec<&'a Left<'a>>),
}

/// A car may leave and be back, and two cars may come for one child, within one transaction.
fn waves<'a>(readings: &'a [Reading<'a>], left: &'a [Left<'a>]) -> Vec<Wave<'a>> {
    let mut waves: Vec<Wave<'a>> = Vec::new();
    let mut left = left.iter().peekable();
    for reading in readings {
        while let Some(car) = left.next_if(|car| reading.no.is_none_or(|no| car.no < no)) {
            push_out(&mut waves, car);
        }
        match waves.last_mut() {
            Some(Wave::In(wave))
                if wave.len() < WAVE && wave.iter().all(|other| other.child.pupil != reading.child.pupil) =>
            {
                wave.push(reading);
            }
            _ => waves.push(Wave::In(vec![reading])),
        }
    }
    left.for_each(|car| push_out(&mut waves, car));
    waves
}

fn push_out<'a>(waves: &mut Vec<Wave<'a>>, car: &'a Left<'a>) {
    match waves.last_mut() {
        Some(Wave::Out(wave)) => wave.push(car),
        _ => waves.push(Wave::Out(vec![car])),
    }
}

async fn readings<'a>(
    tx: &mut Tx,
    events: &[(Option<i64>, &'a Checked<'a>)],
    now: Timestamp,
) -> Result<Vec<Reading<'a>>, StoreError> {
    let car = |(no, event): &(Option<i64>, &'a Checked<'a>)| Some((*no, *event, pickup_plate(event, now)?));
    let cars: Vec<_> = events.iter().filter_map(car).collect();
    let at: BTreeSet<CarAt<'_>> =
        cars.iter().map(|(_, event, plate)| (event.place.garage, plate.hash.as_slice())).collect();
    let pupils = school::pupils_of_cars(tx, &at.into_iter().collect::<Vec<_>>()).await?;
    let mut readings = Vec::new();
    for (no, event, plate) in cars {
        let children = pupils.get(&(event.place.garage.clone(), plate.hash.clone()));
        for child in children.into_iter().flatten() {
            readings.push(Reading { no, event, plate, child: child.clone() });
        }
    }
    Ok(readings)
}

/// The plate of a car that was let in as pickup today. What an outbox brings from another day is history.
fn pickup_plate<'a>(event: &'a Checked<'a>, now: Timestamp) -> Option<&'a Sealed> {
    let wire = event.event;
    let pickup = matches!(wire.decision, Some(Decision::Open { audience: Some(Audience::Pickup), .. }));
    let entry = wire.kind == EventKind::Plate && wire.direction == Direction::In;
    let today = wire.happened_at.min(now).local_date() == now.local_date();
    event.plate.as_ref().filter(|_| pickup && entry && today)
}

/// A change of an arrival, for the feed.
struct Told {
    cursor: Cursor,
    arrival: Uuid,
    school: SchoolId,
    class: ClassId,
}

impl Board {
    /// The next cursor, for this change.
    fn tell(&mut self, arrival: Uuid, school: &SchoolId, class: &ClassId) -> Cursor {
        self.taken += 1;
        let cursor = self.start + self.taken;
        self.told.push(Told { cursor, arrival, school: school.clone(), class: class.clone() });
        cursor
    }

    fn changes(&self) -> Vec<Change<'_>> {
        let at = self.now;
        self.told
            .iter()
            .map(|told| Change {
                cursor: told.cursor,
                at,
                school: &told.school,
                class: &told.class,
                arrival: told.arrival,
            })
            .collect()
    }

    async fn arrive(&mut self, tx: &mut Tx, wave: &[&Reading<'_>]) -> Result<(), StoreError> {
        let pupils: Vec<Uuid> = wave.iter().map(|reading| reading.child.pupil).collect();
        let days = arrival::of_pupils(tx, &pupils, self.today).await?;
        let mut new = Vec::new();
        for reading in wave {
            let day = days.get(&reading.child.pupil).map_or(&[][..], Vec::as_slice);
            match effect(day, reading.plate, reading.at(self.now)) {
                Effect::Nothing => {}
                Effect::Back(arrival) => {
                    let cursor = self.tell(arrival.id, &arrival.school, &arrival.class);
                    arrival_entry::set_car_back(tx, arrival.id, self.now, cursor).await?;
                }
                Effect::Attach(arrival) => self.attach(tx, reading, arrival).await?,
                Effect::Arrive(note) => new.push((*reading, note)),
            }
        }
        self.insert(tx, &new).await
    }

    /// A claim is confirmed by the gate itself and cannot fall back to being a claim.
    async fn attach(
        &mut self,
        tx: &mut Tx,
        reading: &Reading<'_>,
        arrival: &Stored,
    ) -> Result<(), StoreError> {
        let cursor = self.tell(arrival.id, &arrival.school, &arrival.class);
        let pickup = match arrival.pickup.phase {
            Phase::Claimed => Pickup::arrived(self.now),
            Phase::Waiting | Phase::Released | Phase::HandedOver | Phase::Rejected => arrival.pickup,
        };
        let relation = &reading.child.relation;
        let car = Car { plate: reading.plate, relation, entry_event: reading.no };
        arrival_entry::attach_car(tx, arrival.id, &car, pickup, self.now, cursor).await?;
        Ok(())
    }

    async fn insert(&mut self, tx: &mut Tx, new: &[(&Reading<'_>, Option<Note>)]) -> Result<(), StoreError> {
        if new.is_empty() {
            return Ok(());
        }
        let classes: BTreeSet<&ClassId> = new.iter().map(|(reading, _)| &reading.child.class).collect();
        let classes: Vec<&ClassId> = classes.into_iter().collect();
        let mut orders = arrival_entry::next_orders(tx, &classes, self.today).await?;
        let mut rows = Vec::with_capacity(new.len());
        for (reading, note) in new {
            let order = orders.entry(reading.child.class.clone()).or_insert(1);
            rows.push((*order, self.row(reading, *note)));
            *order += 1;
        }
        self.new_arrivals += rows.len() as u64;
        arrival_entry::insert(tx, &rows).await
    }

    fn row<'a>(&mut self, reading: &'a Reading<'_>, note: Option<Note>) -> NewArrival<'a> {
        let (id, at) = (Uuid::now_v7(), reading.at(self.now));
        NewArrival {
            id,
            school: &reading.child.school,
            class: &reading.child.class,
            pupil: reading.child.pupil,
            garage: reading.event.place.garage,
            day: self.today,
            pickup: Pickup::arrived(at),
            arrived_at: at,
            changed_at: self.now,
            cursor: self.tell(id, &reading.child.school, &reading.child.class),
            car: Some(reading.plate),
            guardian: Some(&reading.child.relation),
            note,
            entry_event: reading.no,
        }
    }

    async fn leave(&mut self, tx: &mut Tx, wave: &[&Left<'_>]) -> Result<(), StoreError> {
        let cars: BTreeSet<CarAt<'_>> =
            wave.iter().map(|car| (car.garage, car.plate.hash.as_slice())).collect();
        let inside = arrival::with_cars_inside(tx, &cars.into_iter().collect::<Vec<_>>()).await?;
        let mut left = Vec::new();
        for arrival in inside {
            let of_it = |car: &&&Left<'_>| {
                *car.garage == arrival.garage && arrival.plate_hash.as_ref() == Some(&car.plate.hash)
            };
            // An exit that an outbox brings late says nothing about a car that came in again since.
            let Some(car) = wave.iter().filter(of_it).find(|car| car.at >= arrival.arrived_at) else {
                continue;
            };
            let cursor = self.tell(arrival.id, &arrival.school, &arrival.class);
            left.push((arrival.id, car.at.min(self.now), cursor));
        }
        arrival_entry::set_cars_left(tx, &left).await
    }
}
