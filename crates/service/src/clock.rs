//! The system's clock. All other code takes `now` as a value or a [`Clock`] as a parameter.

use std::time::{SystemTime, UNIX_EPOCH};

use domain::time::{Clock, Timestamp};

#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        // A clock before 1970 means a box without a battery: zero makes that visible and does not stop the gate.
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_micros(i64::try_from(since_epoch.as_micros()).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_is_in_this_century_and_does_not_stand() {
        let first = SystemClock.now();
        assert!(first.micros() > 1_700_000_000_000_000);
        assert!(SystemClock.now() >= first);
    }
}
