//! The back-off of every reconnect loop: exponential, full jitter, capped, counted.
//!
//! Full jitter (uniform between nothing and the current ceiling) spreads a whole district's gateways out when a
//! server comes back; the cap keeps the wait after a long outage short.

use std::time::Duration;

use metrics::counter;

/// Most doublings; any sensible base has reached the cap by then.
const MAX_DOUBLINGS: u32 = 16;

#[derive(Debug)]
pub struct RetryBackoff {
    name: &'static str,
    base: Duration,
    cap: Duration,
    attempts: u32,
}

impl RetryBackoff {
    /// `name` is the label `loop` of the counter `retries_total`.
    pub const fn new(name: &'static str, base: Duration, cap: Duration) -> Self {
        Self { name, base, cap, attempts: 0 }
    }

    /// Returns the wait before the next attempt and counts the retry.
    pub fn next_delay(&mut self) -> Duration {
        let ceiling = self.ceiling();
        self.attempts = self.attempts.saturating_add(1);
        counter!("retries_total", "loop" => self.name).increment(1);
        ceiling.mul_f64(rand::random::<f64>())
    }

    /// The caller calls it after a successful attempt.
    pub const fn reset(&mut self) {
        self.attempts = 0;
    }

    /// Failures since the last success.
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    fn ceiling(&self) -> Duration {
        self.base.saturating_mul(1 << self.attempts.min(MAX_DOUBLINGS)).min(self.cap)
    }
}

/// A pause of `every` plus or minus a quarter. Periodic tasks that started together drift apart and do not reach the server all at once.
pub fn jittered(every: Duration) -> Duration {
    every.mul_f64(0.75 + rand::random::<f64>() / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: Duration = Duration::from_millis(100);
    const CAP: Duration = Duration::from_secs(5);

    #[test]
    fn ceilings_double_up_to_the_cap() {
        let mut backoff = RetryBackoff::new("test", BASE, CAP);
        let mut ceilings = Vec::new();
        for _ in 0..8 {
            ceilings.push(backoff.ceiling().as_millis());
            backoff.next_delay();
        }
        assert_eq!(ceilings, [100, 200, 400, 800, 1600, 3200, 5000, 5000]);
    }

    #[test]
    fn no_delay_exceeds_the_cap_however_many_attempts() {
        let mut backoff = RetryBackoff::new("test", BASE, CAP);
        assert!((0..10_000).all(|_| backoff.next_delay() <= CAP));
    }

    #[test]
    fn delays_are_spread_over_the_whole_range() {
        let mut backoff = RetryBackoff::new("test", CAP, CAP);
        let delays: Vec<_> = (0..1_000).map(|_| backoff.next_delay()).collect();
        assert!(delays.iter().any(|d| *d < CAP / 4));
        assert!(delays.iter().any(|d| *d > CAP * 3 / 4));
    }

    #[test]
    fn a_success_starts_over() {
        let mut backoff = RetryBackoff::new("test", BASE, CAP);
        for _ in 0..5 {
            backoff.next_delay();
        }
        assert_eq!(backoff.attempts(), 5);
        backoff.reset();
        assert!(backoff.next_delay() <= BASE);
    }

    #[test]
    fn a_jittered_pause_is_about_what_was_asked() {
        let pauses: Vec<Duration> = (0..100).map(|_| jittered(BASE)).collect();
        assert!(pauses.iter().all(|pause| (BASE * 3 / 4..=BASE * 5 / 4).contains(pause)));
        assert!(pauses.iter().any(|pause| *pause != BASE));
    }
}
