//! Rate limit per device. A device that floods, broken or compromised, fills neither disk nor database and delays no
//! other device. An event beyond the limit is not acknowledged, so that a sound device sends it again.

use std::time::{Duration, Instant};

use domain::ids::DeviceId;
use service::token_buckets::TokenBuckets;

/// A burst may have this many seconds' worth of events: a controller resends its stored events after an outage.
const BURST_SECONDS: u32 = 10;

/// Only devices of the configuration have an entry.
#[derive(Debug)]
pub(crate) struct DevicePaceLimiter(TokenBuckets<DeviceId>);

impl DevicePaceLimiter {
    /// `per_second` is 1 or more.
    pub(crate) fn new(per_second: u32) -> Self {
        let burst = per_second.saturating_mul(BURST_SECONDS);
        Self(TokenBuckets::new(burst, Duration::from_secs(1) / per_second.max(1)))
    }

    /// Whether one more event of this device is accepted at `now`.
    pub(crate) fn admits(&mut self, device: &DeviceId, now: Instant) -> bool {
        self.0.take(device.clone(), now).is_ok()
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
