//! A counted car that reverses out of the lane: its count is rolled back, once.

use std::time::Duration;

use domain::access::Audience;
use domain::ids::{DeviceId, EventId};
use domain::time::Timestamp;

use super::{AdmittedCars, LaneMovement, OpenedBarrier};

/// A car that returns later has been elsewhere; a reversal without a named event does not refer to it.
const SOON: Duration = Duration::from_secs(60);

/// The last counted car of a lane.
#[derive(Debug, Clone)]
pub(super) struct CountedCar {
    /// The event that counted it.
    event: EventId,
    car: Option<OpenedBarrier>,
    delta: i64,
    at: Timestamp,
}

impl CountedCar {
    fn is(&self, of: Option<&EventId>, at: Timestamp) -> bool {
        let named = |of: &EventId| *of == self.event || self.car.as_ref().is_some_and(|car| car.event == *of);
        let apart = if at >= self.at { at.since(self.at) } else { self.at.since(at) };
        of.map_or(apart <= SOON, named)
    }
}

impl AdmittedCars {
    pub(super) fn count(
        &mut self,
        device: &DeviceId,
        event: &EventId,
        car: Option<&OpenedBarrier>,
        (delta, at): (i64, Timestamp),
    ) {
        let counted = CountedCar { event: event.clone(), car: car.cloned(), delta, at };
        self.counted.insert(device.clone(), counted);
    }

    /// For the car of a reversal: the event by which the server knows it, and its effect on the count.
    pub(crate) fn reversed(
        &self,
        device: &DeviceId,
        of: Option<&EventId>,
        at: Timestamp,
    ) -> Option<(EventId, i64)> {
        let counted = self.counted.get(device).filter(|counted| counted.is(of, at))?;
        let event = counted.car.as_ref().map_or(&counted.event, |car| &car.event);
        Some((event.clone(), counted.delta))
    }

    /// Moves the reversed car: a car that had entered is outside again, and a car that had left is inside again.
    pub(super) fn came_back(&mut self, movement: &LaneMovement<'_>) -> Option<Audience> {
        let counted = self.counted.remove(movement.device)?;
        self.passed(counted.car?, movement.delta)
    }
}
