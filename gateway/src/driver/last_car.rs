//! The last car of each lane whose camera may report it more than once.

use std::collections::HashMap;
use std::time::Instant;

use domain::ids::{EventId, LaneId};
use domain::plate::PlateAsRead;
use domain::time::Timestamp;
use protocol::mqtt::{ControllerEvent, EventKind};

use crate::config::LaneConfig;

/// Last cars by lane.
#[derive(Debug, Default)]
pub(crate) struct LastCars(HashMap<LaneId, LastCar>);

#[derive(Debug, Clone)]
struct LastCar {
    event: EventId,
    plate: Option<PlateAsRead>,
    occurred_at: Timestamp,
    at: Instant,
    is_let_in: bool,
}

impl LastCars {
    /// The barrier opens for the last car.
    pub(crate) fn let_in(&mut self, lane: &LaneConfig) {
        if let Some(car) = self.0.get_mut(&lane.id) {
            car.is_let_in = true;
        }
    }

    /// The barrier did not open for the car: its next result is another try.
    pub(crate) fn did_not_open(&mut self, lane: &LaneConfig) {
        if let Some(car) = self.0.get_mut(&lane.id) {
            car.is_let_in = false;
        }
    }

    /// Cameras report several results for one car, each with its own number. A live result with the plate of a car that
    /// was admitted a moment ago is that car under its first id. A car that was not admitted is decided again, because
    /// a fire may have begun. A pass belongs to the last car.
    pub(crate) fn merge(
        &mut self,
        lane: &LaneConfig,
        event: ControllerEvent,
        is_live: bool,
        at: Instant,
    ) -> ControllerEvent {
        match event.kind {
            EventKind::Plate if is_live => self.merge_reading(lane, event, at),
            EventKind::Pass => {
                let last = self.0.get(&lane.id).map(|car| car.event.clone());
                ControllerEvent { related_event_id: event.related_event_id.or(last), ..event }
            }
            _ => event,
        }
    }

    fn merge_reading(&mut self, lane: &LaneConfig, event: ControllerEvent, at: Instant) -> ControllerEvent {
        let same = |car: &&LastCar| {
            car.is_let_in
                && car.plate.is_some()
                && car.plate == event.plate
                && at.saturating_duration_since(car.at) < lane.reading.same_car
        };
        if let Some(car) = self.0.get(&lane.id).filter(same) {
            return ControllerEvent { event_id: car.event.clone(), occurred_at: car.occurred_at, ..event };
        }
        let (id, plate, occurred_at) = (event.event_id.clone(), event.plate.clone(), event.occurred_at);
        let car = LastCar { event: id, plate, occurred_at, at, is_let_in: false };
        self.0.insert(lane.id.clone(), car);
        event
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use domain::ids::DeviceId;
    use domain::occupancy::{LaneDirection, PassDetection};
    use protocol::mqtt::VERSION;

    use super::*;
    use crate::config::{LaneMake, ReadingRules};

    fn lane() -> LaneConfig {
        LaneConfig {
            id: LaneId::parse("in").unwrap(),
            name: String::new(),
            direction: LaneDirection::In,
            device: DeviceId::parse("in").unwrap(),
            pass_by: PassDetection::Plate,
            make: LaneMake::Native,
            reading: ReadingRules::default(),
        }
    }

    fn event(id: &str, plate: Option<&str>) -> ControllerEvent {
        ControllerEvent {
            v: VERSION,
            event_id: EventId::parse(id).unwrap(),
            kind: EventKind::Plate,
            plate: plate.map(PlateAsRead::from),
            confidence: 99,
            occurred_at: Timestamp::from_micros(1),
            age_ms: 0,
            related_event_id: None,
            vehicle: domain::vehicle::VehicleDetails::default(),
        }
    }

    #[test]
    fn several_results_of_one_car_have_one_id_until_the_barrier_did_not_open() {
        let (lane, start) = (lane(), Instant::now());
        let mut last = LastCars::default();
        let merged = |last: &mut LastCars, id: &str, plate, is_live, after: u64| {
            let at = start + Duration::from_secs(after);
            last.merge(&lane, event(id, plate), is_live, at).event_id.to_string()
        };
        assert_eq!(merged(&mut last, "refused", Some("x"), true, 0), "refused");
        assert_eq!(merged(&mut last, "a", Some("x"), true, 0), "a", "decided anew");
        last.let_in(&lane);
        assert_eq!(merged(&mut last, "b", Some("x"), true, 9), "a");
        last.did_not_open(&lane);
        assert_eq!(merged(&mut last, "c", Some("x"), true, 9), "c", "another try");
        last.let_in(&lane);
        assert_eq!(merged(&mut last, "d", Some("x"), true, 19), "d", "it stands there for long");
        assert_eq!(merged(&mut last, "e", None, true, 20), "e");
        last.let_in(&lane);
        assert_eq!(merged(&mut last, "f", None, true, 20), "f", "unread cars are not known again");
        assert_eq!(merged(&mut last, "g", Some("y"), false, 20), "g");
        let pass = ControllerEvent { kind: EventKind::Pass, ..event("p", None) };
        assert_eq!(last.merge(&lane, pass, true, start).related_event_id, EventId::parse("f").ok());
    }
}
