//! The last car of a lane, whose camera may tell it more than once.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use domain::ids::EventId;
use protocol::mqtt::ControllerEvent;

/// Cameras give several results for one car, each with a number of its own. The same plate within this time of one for which the barrier
/// went up is the same car: nobody drives in, out and up again so fast. One that was not let in is decided anew: a fire may have begun.
const SAME_CAR: Duration = Duration::from_secs(10);

#[derive(Debug, Default)]
pub(super) struct LastCar(Mutex<Option<Car>>);

#[derive(Debug, Clone)]
struct Car {
    event: EventId,
    plate: Option<String>,
    at: Instant,
    let_in: bool,
}

impl LastCar {
    /// Whatever passes the loop is that car.
    pub fn event(&self) -> Option<EventId> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|car| car.event.clone())
    }

    /// The barrier goes up for the last car.
    pub fn let_in(&self) {
        if let Some(car) = self.0.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            car.let_in = true;
        }
    }

    /// A live car under the name of its first result; one that was kept under its own.
    pub fn named(&self, event: ControllerEvent, live: bool, at: Instant) -> ControllerEvent {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |car: &&Car| {
            live && car.let_in
                && car.plate.is_some()
                && car.plate == event.plate
                && at.saturating_duration_since(car.at) < SAME_CAR
        };
        if let Some(car) = last.as_ref().filter(same) {
            return ControllerEvent { event_id: car.event.clone(), ..event };
        }
        *last = Some(Car { event: event.event_id.clone(), plate: event.plate.clone(), at, let_in: false });
        event
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use domain::time::Timestamp;
    use protocol::mqtt::{EventKind, VERSION};

    use super::*;

    fn event(id: &str, plate: Option<&str>) -> ControllerEvent {
        ControllerEvent {
            v: VERSION,
            event_id: EventId::parse(id).unwrap(),
            kind: EventKind::Plate,
            plate: plate.map(str::to_owned),
            confidence: 99,
            occurred_at: Timestamp::from_micros(1),
            age_ms: 0,
            of: None,
            vehicle: domain::vehicle::VehicleDetails::default(),
        }
    }

    #[test]
    fn several_results_of_one_car_have_one_name() {
        let (last, start) = (LastCar::default(), Instant::now());
        let named = |id: &str, plate, live, after: u64| {
            let event = last.named(event(id, plate), live, start + Duration::from_secs(after));
            event.event_id.to_string()
        };
        assert_eq!(named("refused", Some("x"), true, 0), "refused");
        assert_eq!(named("a", Some("x"), true, 0), "a", "decided anew");
        last.let_in();
        assert_eq!(named("b", Some("x"), true, 9), "a");
        assert_eq!(named("c", Some("x"), true, 10), "c", "it stands there for long");
        assert_eq!(named("d", Some("y"), true, 11), "d");
        assert_eq!(named("e", None, true, 12), "e");
        last.let_in();
        assert_eq!(named("f", None, true, 13), "f", "of unread cars nobody knows");
        assert_eq!(named("g", Some("y"), false, 14), "g");
        last.let_in();
        assert_eq!(named("h", Some("y"), false, 15), "h", "kept ones are of any time");
    }
}
