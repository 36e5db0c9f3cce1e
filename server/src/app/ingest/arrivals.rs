//! Arrivals that a parent's car makes, and the end of its stay.
//!
//! A car let in as pickup is an arrival for each child of the plate's guardians at the schools of this garage, unless
//! a custody block stands against it. What the children's day already holds decides what the reading changes:
//!
//! | open arrival of the child | the reading |
//! |---|---|
//! | with the same plate | changes nothing (a car that had left is back) |
//! | without a plate, by hand | becomes this car's, and the gate's word replaces the teacher's confirmation |
//! | with another plate | a second arrival that says `already_waiting` |
//! | none | an arrival; it says `already_handed_over` if another car took the child within the last hour |

use std::time::Duration;

use chrono::NaiveDate;
use domain::access::{Audience, Decision};
use domain::occupancy::Direction;
use domain::pickup::{Phase, Pickup, SAME_ARRIVAL};
use domain::time::Timestamp;
use protocol::mqtt::EventKind;
use protocol::people::{Cursor, Note};
use uuid::Uuid;

use super::movement::{Left, New};
use crate::store::arrival::{self, NewArrival, Stored};
use crate::store::arrival_entry::{self, Car};
use crate::store::feed::{self, Change};
use crate::store::school::{self, Expected};
use crate::store::seal::Sealed;
use crate::store::{StoreError, Tx};

/// How long a hand-over to another car is worth a word to the teacher.
const RECENTLY: Duration = Duration::from_secs(3600);

/// What a transaction did to arrivals.
#[derive(Debug, Default)]
pub(super) struct News {
    /// The newest cursor, if anything has changed.
    pub cursor: Option<Cursor>,
    pub new_arrivals: u64,
}

/// A parent's car that was let in, and one of the children it comes for.
struct Reading<'a> {
    event: New<'a>,
    plate: &'a Sealed,
    child: Expected,
}

impl Reading<'_> {
    /// When the car came; a gateway's clock that runs ahead is not believed.
    fn at(&self, now: Timestamp) -> Timestamp {
        self.event.checked.event.happened_at.min(now)
    }
}

/// Under the lock of all arrivals: the cursors are given out here.
struct Board {
    today: NaiveDate,
    now: Timestamp,
    start: Cursor,
    taken: i64,
    new_arrivals: u64,
}

pub(super) async fn apply(
    tx: &mut Tx,
    new: &[New<'_>],
    left: &[Left<'_>],
    now: Timestamp,
) -> Result<News, StoreError> {
    let readings = readings(tx, new, now).await?;
    let gone: Vec<&[u8]> = left.iter().map(|car| car.plate.hash.as_slice()).collect();
    if readings.is_empty() && !arrival_entry::any_car_inside(tx, &gone).await? {
        return Ok(News::default());
    }
    // Nothing yet: the lock comes first, how many are needed shows behind it.
    let start = feed::take_cursors(tx, 0).await?;
    let mut board = Board { today: now.local_date(), now, start, taken: 0, new_arrivals: 0 };
    for step in steps(&readings, left) {
        match step {
            Step::In(reading) => board.arrive(tx, reading).await?,
            Step::Out(car) => board.leave(tx, car).await?,
        }
    }
    if board.taken == 0 {
        return Ok(News::default());
    }
    let cursor = feed::take_cursors(tx, board.taken).await?;
    Ok(News { cursor: Some(cursor), new_arrivals: board.new_arrivals })
}

/// Entries and exits in the order in which they came: a car may leave and be back within one transaction.
enum Step<'a> {
    In(&'a Reading<'a>),
    Out(&'a Left<'a>),
}

fn steps<'a>(readings: &'a [Reading<'a>], left: &'a [Left<'a>]) -> Vec<Step<'a>> {
    let entries = readings.iter().map(|reading| (reading.event.no, Step::In(reading)));
    let mut steps: Vec<_> = entries.chain(left.iter().map(|car| (car.no, Step::Out(car)))).collect();
    steps.sort_by_key(|(no, _)| *no);
    steps.into_iter().map(|(_, step)| step).collect()
}

async fn readings<'a>(tx: &mut Tx, new: &[New<'a>], now: Timestamp) -> Result<Vec<Reading<'a>>, StoreError> {
    let mut readings = Vec::new();
    for event in new {
        let Some(plate) = pickup_plate(event, now) else { continue };
        for child in school::pupils_of_car(tx, event.checked.place.garage, &plate.hash).await? {
            readings.push(Reading { event: *event, plate, child });
        }
    }
    Ok(readings)
}

/// The plate of a car that was let in as pickup today. What an outbox brings from another day is history.
fn pickup_plate<'a>(event: &New<'a>, now: Timestamp) -> Option<&'a Sealed> {
    let wire = event.checked.event;
    let pickup = matches!(wire.decision, Some(Decision::Open { audience: Some(Audience::Pickup) }));
    let entry = wire.kind == EventKind::Plate && wire.direction == Direction::In;
    let today = wire.happened_at.min(now).local_date() == now.local_date();
    event.checked.plate.as_ref().filter(|_| pickup && entry && today)
}

/// What a reading does to a child's day.
enum Effect<'a> {
    Nothing,
    /// The car of this arrival is in again.
    Back(&'a Stored),
    /// This arrival by hand has its car now.
    Attach(&'a Stored),
    Arrive(Option<Note>),
}

fn effect<'a>(day: &'a [Stored], plate: &Sealed, at: Timestamp) -> Effect<'a> {
    let same = |arrival: &&Stored| arrival.plate_hash.as_ref() == Some(&plate.hash);
    let open = || day.iter().filter(|arrival| arrival.pickup.phase.is_open());
    let repeated = |arrival: &&Stored| same(arrival) && at.since(arrival.arrived_at) <= SAME_ARRIVAL;
    if let Some(waiting) = open().find(same) {
        return if waiting.car_left_at.is_some_and(|left| left < at) {
            Effect::Back(waiting)
        } else {
            Effect::Nothing
        };
    }
    if day.iter().any(|arrival| repeated(&arrival)) {
        return Effect::Nothing;
    }
    if let Some(by_hand) = open().find(|arrival| arrival.plate_hash.is_none()) {
        return Effect::Attach(by_hand);
    }
    if open().next().is_some() {
        return Effect::Arrive(Some(Note::AlreadyWaiting));
    }
    let elsewhere = day.iter().any(|arrival| {
        arrival.pickup.phase == Phase::HandedOver
            && !same(&arrival)
            && at.since(arrival.pickup.since) <= RECENTLY
    });
    Effect::Arrive(elsewhere.then_some(Note::AlreadyHandedOver))
}

impl Board {
    fn cursor(&mut self) -> Cursor {
        self.taken += 1;
        self.start + self.taken
    }

    async fn arrive(&mut self, tx: &mut Tx, reading: &Reading<'_>) -> Result<(), StoreError> {
        let day = arrival::of_pupil(tx, reading.child.pupil, self.today).await?;
        match effect(&day, reading.plate, reading.at(self.now)) {
            Effect::Nothing => Ok(()),
            Effect::Back(arrival) => {
                let cursor = self.cursor();
                arrival_entry::set_car_back(tx, arrival.id, self.now, cursor).await?;
                self.tell(tx, arrival, cursor).await
            }
            Effect::Attach(arrival) => self.attach(tx, reading, arrival).await,
            Effect::Arrive(note) => self.insert(tx, reading, note).await,
        }
    }

    /// A claim is confirmed by the gate itself and cannot fall back to being a claim.
    async fn attach(
        &mut self,
        tx: &mut Tx,
        reading: &Reading<'_>,
        arrival: &Stored,
    ) -> Result<(), StoreError> {
        let cursor = self.cursor();
        let pickup = match arrival.pickup.phase {
            Phase::Claimed => Pickup::arrived(self.now),
            Phase::Waiting | Phase::Released | Phase::HandedOver | Phase::Rejected => arrival.pickup,
        };
        let car =
            Car { plate: reading.plate, relation: &reading.child.relation, entry_event: reading.event.no };
        arrival_entry::attach_car(tx, arrival.id, &car, pickup, self.now, cursor).await?;
        self.tell(tx, arrival, cursor).await
    }

    async fn insert(
        &mut self,
        tx: &mut Tx,
        reading: &Reading<'_>,
        note: Option<Note>,
    ) -> Result<(), StoreError> {
        let at = reading.at(self.now);
        let new = NewArrival {
            id: Uuid::now_v7(),
            school: &reading.child.school,
            class: &reading.child.class,
            pupil: reading.child.pupil,
            garage: reading.event.checked.place.garage,
            day: self.today,
            pickup: Pickup::arrived(at),
            arrived_at: at,
            changed_at: self.now,
            cursor: self.cursor(),
            car: Some(reading.plate),
            guardian: Some(&reading.child.relation),
            note,
            entry_event: Some(reading.event.no),
        };
        arrival::insert(tx, &new).await?;
        self.new_arrivals += 1;
        let (school, class) = (new.school, new.class);
        feed::append(tx, &Change { cursor: new.cursor, at: self.now, school, class, arrival: new.id }).await
    }

    async fn leave(&mut self, tx: &mut Tx, car: &Left<'_>) -> Result<(), StoreError> {
        for arrival in arrival::with_car_inside(tx, car.garage, &car.plate.hash).await? {
            // An exit that an outbox brings late says nothing about a car that came in again since.
            if car.at < arrival.arrived_at {
                continue;
            }
            let cursor = self.cursor();
            arrival::set_car_left(tx, arrival.id, car.at.min(self.now), cursor).await?;
            self.tell(tx, &arrival, cursor).await?;
        }
        Ok(())
    }

    async fn tell(&self, tx: &mut Tx, arrival: &Stored, cursor: Cursor) -> Result<(), StoreError> {
        let (school, class) = (&arrival.school, &arrival.class);
        feed::append(tx, &Change { cursor, at: self.now, school, class, arrival: arrival.id }).await
    }
}
