//! Changes of arrivals after the reading of their car: it passes the gate, leaves, or is read again with another plate.

use std::collections::BTreeSet;

use domain::pickup::{ReadingDoubt, RereadDoubts};
use store::arrival::{self, SealedArrival};
use store::arrival_entry;
use store::{StoreError, Tx};

use super::arrivals::ArrivalWriter;
use super::movement::MovedCar;
use super::reread::RereadCar;

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

    /// Marks the arrivals of these cars as left.
    pub(super) async fn leave(&mut self, tx: &mut Tx, wave: &[&MovedCar<'_>]) -> Result<(), StoreError> {
        let (mut left, mut gone) = (Vec::new(), Vec::new());
        for (arrival, car) in of_cars(tx, wave).await? {
            let at = car.at.min(self.now());
            let cursor = self.append_change(arrival.id, &arrival.school, &arrival.class);
            left.push((arrival.id, at, cursor));
            if let Some(pickup) = arrival.pickup.after_departure(arrival.doubt, at) {
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
        let doubts = RereadDoubts::new(car.verdict, !first.is_empty() && !second.is_empty());
        let second_plate = car.second.as_ref().map(|plate| plate.hash.as_slice());
        self.mark(tx, first, doubts.first, second_plate).await?;
        self.mark(tx, second, doubts.second, Some(&car.first.hash)).await
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
            let cursor = self.append_change(arrival.id, &arrival.school, &arrival.class);
            let now = self.now();
            if let Some(claim) = arrival.pickup.after_misreading(arrival.by_hand, doubt, now) {
                arrival_entry::detach_car(tx, arrival.id, claim, now, cursor).await?;
            } else {
                let other = doubt.and(other_plate);
                arrival_entry::set_doubt(tx, arrival.id, doubt, other, cursor).await?;
            }
        }
        Ok(())
    }
}
