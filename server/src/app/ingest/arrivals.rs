//! Arrivals of a guardian's car: their creation, the passage through the gate, and the exit.
//!
//! A car admitted as pickup creates an arrival for each child of the plate's guardians at the schools of this garage,
//! except where a custody block applies. The child's arrivals of the day decide what the reading changes ([`GuardianReading::effect`]).
//! An arrival is at the gate until its car has passed. A priority record creates the arrival before its turn in the
//! sequence; when the record arrives in sequence it changes nothing.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use domain::access::{AccessDecision, Audience};
use domain::ids::{ArrivalId, ClassId, PupilId, SchoolId};
use domain::occupancy::LaneDirection;
use domain::pickup::{
    ArrivalNote, ArrivalOfDay, CarSeen, GuardianReading, PickupState, ReadingDoubt, ReadingEffect,
    ReadingOrder, ReadingPassage,
};
use domain::time::Timestamp;
use protocol::mqtt::EventKind;
use protocol::people::FeedCursor;
use uuid::Uuid;

use super::movement::{MovedCar, NewGateEvent};
use super::record::CheckedEvent;
use super::reread::RereadCar;
use super::waves::{ArrivalWave, waves};
use store::arrival::{self, NewArrival, SealedArrival};
use store::arrival_entry::{self, ArrivingCar};
use store::feed::{self, NewFeedChange};
use store::school::{self, CarAtGate, ExpectedPupil};
use store::seal::SealedValue;
use store::{StoreError, Tx};

/// Changes of a transaction to arrivals.
#[derive(Debug, Default)]
pub(super) struct ArrivalChangeSummary {
    /// The newest cursor, if anything has changed.
    pub cursor: Option<FeedCursor>,
    pub new_arrivals: u64,
}

/// A reading of an admitted guardian's car, for one of its children.
pub(super) struct PickupReading<'a> {
    /// Index of the event in this transaction; `None` for a priority record.
    pub index: Option<usize>,
    /// `gate_event.no`; `None` for a priority record.
    no: Option<i64>,
    event: &'a CheckedEvent<'a>,
    plate: &'a SealedValue,
    pub child: ExpectedPupil,
}

impl PickupReading<'_> {
    /// Time of the reading, at most `now`: a gateway's clock may be fast.
    fn at(&self, now: Timestamp) -> Timestamp {
        self.event.at.min(now)
    }

    fn facts(&self, now: Timestamp) -> GuardianReading<'_> {
        let event = self.event;
        GuardianReading {
            plate: &self.plate.hash,
            at: self.at(now),
            passage: if event.delta() > 0 { ReadingPassage::Enters } else { ReadingPassage::StandsAtGate },
            order: if event.event.rereads.is_some() { ReadingOrder::Second } else { ReadingOrder::First },
            doubt: self.doubt(),
        }
    }

    fn entered_at(&self, now: Timestamp) -> Option<Timestamp> {
        self.facts(now).entered_at()
    }

    /// A second reading in a priority record cannot be judged yet and stays in doubt until it arrives in sequence.
    fn doubt(&self) -> Option<ReadingDoubt> {
        if self.no.is_none() && self.event.event.rereads.is_some() {
            return Some(ReadingDoubt::TwoReadings);
        }
        self.child.several_vehicles.then_some(ReadingDoubt::SeveralVehicles)
    }
}

/// Writes arrivals and assigns their cursors, under the lock of all arrivals.
pub(super) struct ArrivalWriter {
    today: NaiveDate,
    now: Timestamp,
    start: FeedCursor,
    taken: i64,
    feed_changes: Vec<ArrivalFeedChange>,
    new_arrivals: u64,
}

/// Events and cars of a transaction that affect arrivals.
pub(super) struct ArrivalInputs<'a> {
    pub new: &'a [NewGateEvent<'a>],
    /// Events of priority records.
    pub priority_events: &'a [CheckedEvent<'a>],
    pub moved: &'a [MovedCar<'a>],
    pub rereads: &'a [RereadCar<'a>],
}

pub(super) async fn apply(
    tx: &mut Tx,
    news: ArrivalInputs<'_>,
    now: Timestamp,
) -> Result<ArrivalChangeSummary, StoreError> {
    let in_order = news.new.iter().map(|event| (Some((event.index, event.no)), event.checked));
    let events: Vec<_> = in_order.chain(news.priority_events.iter().map(|event| (None, event))).collect();
    let readings = readings(tx, &events, now).await?;
    let moved: Vec<&[u8]> = news.moved.iter().map(|car| car.plate.hash.as_slice()).collect();
    let reread = news.rereads.iter().map(|car| car.first.hash.as_slice());
    let cars: Vec<&[u8]> = moved.into_iter().chain(reread).collect();
    if readings.is_empty() && !arrival_entry::any_car_inside(tx, &cars).await? {
        return Ok(ArrivalChangeSummary::default());
    }
    // Takes the lock and no cursors: their number is known only after the writes.
    let start = feed::take_cursors(tx, 0).await?;
    let mut board = ArrivalWriter {
        today: now.local_date(),
        now,
        start,
        taken: 0,
        feed_changes: Vec::new(),
        new_arrivals: 0,
    };
    for wave in waves(&readings, news.moved, news.rereads) {
        match wave {
            ArrivalWave::Read(readings) => board.arrive(tx, &readings).await?,
            ArrivalWave::Entered(cars) => board.enter(tx, &cars).await?,
            ArrivalWave::Left(cars) => board.leave(tx, &cars).await?,
            ArrivalWave::Reread(car) => board.reread(tx, car).await?,
        }
    }
    feed::append_all(tx, &board.changes()).await?;
    if board.taken == 0 {
        return Ok(ArrivalChangeSummary::default());
    }
    let cursor = feed::take_cursors(tx, board.taken).await?;
    Ok(ArrivalChangeSummary { cursor: Some(cursor), new_arrivals: board.new_arrivals })
}

type NumberedEvent<'a> = (Option<(usize, i64)>, &'a CheckedEvent<'a>);

async fn readings<'a>(
    tx: &mut Tx,
    events: &[NumberedEvent<'a>],
    now: Timestamp,
) -> Result<Vec<PickupReading<'a>>, StoreError> {
    let car = |(number, event): &NumberedEvent<'a>| Some((*number, *event, pickup_plate(event, now)?));
    let cars: Vec<_> = events.iter().filter_map(car).collect();
    let at: BTreeSet<CarAtGate<'_>> = cars
        .iter()
        .map(|(_, event, plate)| (event.place.garage, plate.hash.as_slice(), event.color()))
        .collect();
    let pupils = school::pupils_of_cars(tx, &at.into_iter().collect::<Vec<_>>()).await?;
    let mut readings = Vec::new();
    for (number, event, plate) in cars {
        let children = pupils.get(&(event.place.garage.clone(), plate.hash.clone(), event.color()));
        for child in children.into_iter().flatten() {
            let (index, no) = number.unzip();
            readings.push(PickupReading { index, no, event, plate, child: child.clone() });
        }
    }
    Ok(readings)
}

/// The plate of a car admitted as pickup today. Events of other days are history.
fn pickup_plate<'a>(event: &'a CheckedEvent<'a>, now: Timestamp) -> Option<&'a SealedValue> {
    let wire = event.event;
    let pickup = matches!(wire.decision, Some(AccessDecision::Open { audience: Some(Audience::Pickup), .. }));
    let entry = wire.kind == EventKind::Plate && wire.direction == LaneDirection::In;
    let today = event.at.min(now).local_date() == now.local_date();
    event.plate.as_ref().filter(|_| pickup && entry && today)
}

/// The facts on which the effect of a reading depends.
fn of_day(arrival: &SealedArrival) -> ArrivalOfDay<'_, &SealedArrival> {
    ArrivalOfDay {
        arrival,
        plate: arrival.plate_hash.as_deref(),
        pickup: arrival.pickup,
        arrived_at: arrival.arrived_at,
        entered_at: arrival.entered_at,
        car_left_at: arrival.car_left_at,
        doubt: arrival.doubt,
    }
}

/// A change of an arrival, for the feed.
struct ArrivalFeedChange {
    cursor: FeedCursor,
    arrival: ArrivalId,
    school: SchoolId,
    class: ClassId,
}

impl ArrivalWriter {
    pub(super) const fn today(&self) -> NaiveDate {
        self.today
    }

    pub(super) const fn now(&self) -> Timestamp {
        self.now
    }

    /// Records a change and returns its cursor.
    pub(super) fn append_change(
        &mut self,
        arrival: ArrivalId,
        school: &SchoolId,
        class: &ClassId,
    ) -> FeedCursor {
        self.taken += 1;
        let cursor = self.start + self.taken;
        self.feed_changes.push(ArrivalFeedChange {
            cursor,
            arrival,
            school: school.clone(),
            class: class.clone(),
        });
        cursor
    }

    fn changes(&self) -> Vec<NewFeedChange<'_>> {
        let at = self.now;
        self.feed_changes
            .iter()
            .map(|told| NewFeedChange {
                cursor: told.cursor,
                at,
                school: &told.school,
                class: &told.class,
                arrival: told.arrival,
            })
            .collect()
    }

    async fn arrive(&mut self, tx: &mut Tx, wave: &[&PickupReading<'_>]) -> Result<(), StoreError> {
        let pupils: Vec<PupilId> = wave.iter().map(|reading| reading.child.pupil).collect();
        let days = arrival::of_pupils(tx, &pupils, self.today).await?;
        let mut new = Vec::new();
        for reading in wave {
            let day = days.get(&reading.child.pupil).map_or(&[][..], Vec::as_slice);
            let day: Vec<_> = day.iter().map(of_day).collect();
            match reading.facts(self.now).effect(&day, self.now) {
                ReadingEffect::Nothing => {}
                ReadingEffect::Again(arrival, seen) => self.see_again(tx, arrival, seen).await?,
                ReadingEffect::Attach(arrival, pickup) => self.attach(tx, reading, arrival, pickup).await?,
                ReadingEffect::Arrive(note) => new.push((*reading, note)),
            }
        }
        self.insert(tx, &new).await
    }

    async fn see_again(
        &mut self,
        tx: &mut Tx,
        arrival: &SealedArrival,
        seen: CarSeen,
    ) -> Result<(), StoreError> {
        let cursor = self.append_change(arrival.id, &arrival.school, &arrival.class);
        arrival_entry::set_car_seen(tx, arrival.id, seen, self.now, cursor).await?;
        Ok(())
    }

    async fn attach(
        &mut self,
        tx: &mut Tx,
        reading: &PickupReading<'_>,
        arrival: &SealedArrival,
        pickup: PickupState,
    ) -> Result<(), StoreError> {
        let cursor = self.append_change(arrival.id, &arrival.school, &arrival.class);
        let relation = &reading.child.relation;
        let car = ArrivingCar {
            plate: reading.plate,
            relation,
            entry_event: reading.no,
            entered_at: reading.entered_at(self.now),
            doubt: reading.doubt(),
        };
        arrival_entry::attach_car(tx, arrival.id, &car, pickup, self.now, cursor).await?;
        Ok(())
    }

    async fn insert(
        &mut self,
        tx: &mut Tx,
        new: &[(&PickupReading<'_>, Option<ArrivalNote>)],
    ) -> Result<(), StoreError> {
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

    fn row<'a>(&mut self, reading: &'a PickupReading<'_>, note: Option<ArrivalNote>) -> NewArrival<'a> {
        let (id, at) = (ArrivalId::from(Uuid::now_v7()), reading.at(self.now));
        NewArrival {
            id,
            school: &reading.child.school,
            class: &reading.child.class,
            pupil: reading.child.pupil,
            garage: reading.event.place.garage,
            day: self.today,
            pickup: PickupState::arrived(at),
            arrived_at: at,
            changed_at: self.now,
            cursor: self.append_change(id, &reading.child.school, &reading.child.class),
            car: Some(reading.plate),
            guardian: Some(&reading.child.relation),
            note,
            entry_event: reading.no,
            entered_at: reading.entered_at(self.now),
            doubt: reading.doubt(),
        }
    }
}
