//! Changes of arrivals after the reading of their car: it passes the gate, leaves, or is read again with another plate.

use std::collections::BTreeSet;

use domain::pickup::{PickupPhase, PickupState};
use domain::reread::RereadVerdict;
use protocol::people::ReadingDoubt;

use super::arrivals::ArrivalWriter;
use super::movement::MovedCar;
use super::reread::RereadCar;
use store::arrival::{self, SealedArrival};
use store::arrival_entry;
use store::{StoreError, Tx};

/// Arrivals whose car is at the gate or inside, with the car's passage. Matches either reading of the car.
async fn of_cars<'a>(
    tx: &mut Tx,
    wave: &[&'a MovedCar<'a>],
) -> Result<Vec<(SealedArrival, &'a MovedCar<'a>)>, StoreError> {
    let cars: BTreeSet<_> = wave.iter().map(|car| (car.garage, car.plate.hash.as_slice())).collect();
    let inside = arrival::with_cars_inside(tx, &cars.into_iter().collect::<Vec<_>>()).await?;
    let mut found: Vec<(SealedArrival, &MovedCar<'_>)> = Vec::new();
    for arrival in inside {
        let of_it = |car: &&&'a MovedCar<'a>| {
            let plates = [&arrival.plate_hash, &arrival.other_plate_hash];
            *car.garage == arrival.garage && plates.contains(&&Some(car.plate.hash.clone()))
        };
        // A late passage from an outbox does not concern a car that has entered again since.
        let Some(car) = wave.iter().filter(of_it).find(|car| car.at >= arrival.arrived_at) else { continue };
        // An arrival with two plates is found twice.
        if found.iter().all(|(other, _)| other.id != arrival.id) {
            found.push((arrival, car));
        }
    }
    Ok(found)
}

impl ArrivalWriter {
    /// Marks the arrivals of these cars as entered.
    pub(super) async fn enter(&mut self, tx: &mut Tx, wave: &[&MovedCar<'_>]) -> Result<(), StoreError> {
        let mut entered = Vec::new();
        for (arrival, car) in of_cars(tx, wave).await? {
            if arrival.entered_at.is_some() || arrival.day != self.today() {
                continue;
            }
            let cursor = self.append_change(arrival.id, &arrival.school, &arrival.class);
            entered.push((arrival.id, car.at.min(self.now()), cursor));
        }
        arrival_entry::set_cars_entered(tx, &entered).await
    }

    /// Marks the arrivals of these cars as left. Rejects a waiting arrival of a misread plate; all others stay for the
    /// teacher.
    pub(super) async fn leave(&mut self, tx: &mut Tx, wave: &[&MovedCar<'_>]) -> Result<(), StoreError> {
        let (mut left, mut gone) = (Vec::new(), Vec::new());
        for (arrival, car) in of_cars(tx, wave).await? {
            let at = car.at.min(self.now());
            let cursor = self.append_change(arrival.id, &arrival.school, &arrival.class);
            left.push((arrival.id, at, cursor));
            if arrival.doubt == Some(ReadingDoubt::ReadAgain) && arrival.pickup.phase == PickupPhase::Waiting
            {
                let pickup =
                    PickupState { phase: PickupPhase::Rejected, since: at, claimed: arrival.pickup.claimed };
                gone.push((arrival.id, pickup, cursor));
            }
        }
        arrival_entry::set_cars_left(tx, &left).await?;
        for (id, pickup, cursor) in gone {
            arrival::set_pickup(tx, id, pickup, None, cursor).await?;
        }
        Ok(())
    }

    /// Marks the arrivals of both readings, so that each teacher sees the other one.
    pub(super) async fn reread(&mut self, tx: &mut Tx, car: &RereadCar<'_>) -> Result<(), StoreError> {
        let first = self.open_arrivals(tx, car, &car.first.hash).await?;
        let second = match &car.second {
            Some(plate) => self.open_arrivals(tx, car, &plate.hash).await?,
            None => Vec::new(),
        };
        let two = (!first.is_empty() && !second.is_empty()).then_some(ReadingDoubt::TwoReadings);
        let (of_first, of_second) = match car.verdict {
            RereadVerdict::FirstStands => (two, Some(ReadingDoubt::ReadAgain)),
            RereadVerdict::SecondStands => (Some(ReadingDoubt::ReadAgain), two),
            RereadVerdict::BothStand => (Some(ReadingDoubt::TwoReadings), Some(ReadingDoubt::TwoReadings)),
        };
        let second_plate = car.second.as_ref().map(|plate| plate.hash.as_slice());
        self.mark(tx, first, of_first, second_plate).await?;
        self.mark(tx, second, of_second, Some(&car.first.hash)).await
    }

    async fn open_arrivals(
        &self,
        tx: &mut Tx,
        car: &RereadCar<'_>,
        plate: &[u8],
    ) -> Result<Vec<SealedArrival>, StoreError> {
        let found = arrival::with_cars_inside(tx, &[(car.garage, plate)]).await?;
        let of_plate = |arrival: &SealedArrival| {
            arrival.plate_hash.as_deref() == Some(plate)
                && arrival.day == self.today()
                && arrival.pickup.phase.is_open()
        };
        Ok(found.into_iter().filter(of_plate).collect())
    }

    async fn mark(
        &mut self,
        tx: &mut Tx,
        arrivals: Vec<SealedArrival>,
        doubt: Option<ReadingDoubt>,
        other_plate: Option<&[u8]>,
    ) -> Result<(), StoreError> {
        for arrival in arrivals {
            let read_again = doubt == Some(ReadingDoubt::ReadAgain);
            let is_report = arrival.by_hand && arrival.pickup.phase == PickupPhase::Waiting;
            let cursor = self.append_change(arrival.id, &arrival.school, &arrival.class);
            if read_again && is_report {
                // The gate's confirmation was wrong: the guardian's claim waits for the teacher again.
                let now = self.now();
                arrival_entry::detach_car(tx, arrival.id, PickupState::claimed(now), now, cursor).await?;
            } else {
                let other = doubt.and(other_plate);
                arrival_entry::set_doubt(tx, arrival.id, doubt, other, cursor).await?;
            }
        }
        Ok(())
    }
}
