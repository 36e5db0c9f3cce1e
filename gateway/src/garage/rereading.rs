//! Detects two readings of one car: a camera reads a plate and shortly afterwards a similar one, without a pass in
//! between.
//!
//! The second reading counts no second car. The server knows both readings and decides which one stands.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use domain::ids::{DeviceId, EventId};
use domain::plate::Plate;
use domain::plate_likeness::difference;

/// Maximum difference: one other character, or two that cameras confuse.
const RESEMBLES: u32 = 2;

/// The last admitted car of each lane that has not passed.
#[derive(Debug, Default)]
pub(super) struct LastReadings(HashMap<DeviceId, LastReading>);

#[derive(Debug, Clone)]
struct LastReading {
    event: EventId,
    plate: Plate,
    at: Instant,
}

impl LastReadings {
    /// The earlier reading of the same car.
    pub(super) fn earlier(
        &self,
        device: &DeviceId,
        plate: &Plate,
        at: Instant,
        window: Duration,
    ) -> Option<EventId> {
        let last = self.0.get(device)?;
        let is_near = at.saturating_duration_since(last.at) < window;
        let resembles = difference(plate, &last.plate).is_some_and(|apart| (1..=RESEMBLES).contains(&apart));
        (is_near && resembles).then(|| last.event.clone())
    }

    /// Registers an admitted car. Its later readings are compared with the first.
    pub(super) fn let_in(&mut self, device: &DeviceId, event: EventId, plate: Plate, at: Instant) {
        self.0.insert(device.clone(), LastReading { event, plate, at });
    }

    /// The lane's car has passed, has turned back, or was not admitted.
    pub(super) fn gone(&mut self, device: &DeviceId) {
        self.0.remove(device);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plate_that_resembles_the_last_one_is_of_the_same_car_for_a_moment() {
        let plate = |text| Plate::parse(text).unwrap();
        let (device, start) = (DeviceId::parse("d").unwrap(), Instant::now());
        let window = Duration::from_secs(10);
        let mut last = LastReadings::default();
        last.let_in(&device, EventId::parse("a").unwrap(), plate("鲁B12845"), start);
        let earlier = |last: &LastReadings, text, after| {
            last.earlier(&device, &plate(text), start + Duration::from_secs(after), window)
                .map(|id| id.to_string())
        };
        assert_eq!(earlier(&last, "鲁B12345", 3), Some("a".into()));
        assert_eq!(earlier(&last, "鲁B12845", 3), None, "the same plate is no other reading");
        assert_eq!(earlier(&last, "鲁B67345", 3), None, "another car");
        assert_eq!(earlier(&last, "鲁B12345", 10), None, "too late");
        last.gone(&device);
        assert_eq!(earlier(&last, "鲁B12345", 3), None);
    }
}
