//! Rate limit per device. A device that floods, broken or compromised, fills neither disk nor database and delays no
//! other device. An event beyond the limit is not acknowledged, so that a sound device sends it again.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use domain::ids::DeviceId;

/// A burst may have this many seconds' worth of events: a controller resends its stored events after an outage.
const BURST_SECONDS: u32 = 10;

/// For each device, how far it is ahead of its rate.
#[derive(Debug)]
pub(crate) struct DevicePaceLimiter {
    /// Long-term interval between two events.
    apart: Duration,
    /// When the last event was due at that rate.
    due: HashMap<DeviceId, Instant>,
}

impl DevicePaceLimiter {
    /// `per_second` is 1 or more.
    pub fn new(per_second: u32) -> Self {
        Self { apart: Duration::from_secs(1) / per_second.max(1), due: HashMap::new() }
    }

    /// Whether one more event of this device is accepted at `now`.
    pub fn admits(&mut self, device: &DeviceId, now: Instant) -> bool {
        let ahead = Duration::from_secs(BURST_SECONDS.into());
        let next = self.due.get(device).map_or(now, |due| now.max(*due + self.apart));
        let is_admitted = next.duration_since(now) < ahead;
        if is_admitted {
            self.due.insert(device.clone(), next);
        }
        is_admitted
    }
}

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn a_device_has_a_burst_and_then_its_pace_and_no_other_device_pays() {
        let [flood, sound] = ["flood", "sound"].map(|name| DeviceId::parse(name).unwrap());
        let mut pace = DevicePaceLimiter::new(100);
        let begin = Instant::now();
        let taken = (0..5_000).filter(|_| pace.admits(&flood, begin)).count();
        assert_eq!(taken, 1_000);
        assert!(pace.admits(&sound, begin));
        let later = begin + Duration::from_secs(2);
        assert_eq!((0..5_000).filter(|_| pace.admits(&flood, later)).count(), 200);
        // A device that was silent has a full burst again, and no more than one.
        let much_later = begin + Duration::from_secs(3_600);
        assert_eq!((0..5_000).filter(|_| pace.admits(&flood, much_later)).count(), 1_000);
    }
}
