//! In-memory rate limiter for wrong passwords and codes. It slows guessing for each name and for each address.
//!
//! Each replica counts for itself, so the limits are per replica. The address is the connection's peer: behind a
//! balancer that is the balancer, and the limit for an address is shared by all who come through it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::time::Timestamp;

/// The count of failures starts anew after this time.
const WINDOW: Duration = Duration::from_secs(15 * 60);

/// Most entries. To fill the table an attacker needs hundreds of addresses; while it is full, new names are rejected.
const ENTRIES: usize = 10_000;

/// Most wrong attempts within a [`WINDOW`].
#[derive(Debug, Clone, Copy)]
pub(super) struct AttemptLimits {
    /// For one name from one address: a person mistypes a few times.
    pub name_from: u32,
    /// For one address, which may be an office.
    pub from: u32,
    /// For one name from all addresses.
    pub name: u32,
}

/// Wrong enrolment codes for one garage from one address, from one address, and for one garage.
pub(super) const ENROLMENT_CODES: AttemptLimits = AttemptLimits { name_from: 5, from: 30, name: 100 };

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum AttemptKey {
    NameFrom(String, Option<IpAddr>),
    Name(String),
    From(Option<IpAddr>),
}

impl AttemptLimits {
    const fn of(&self, key: &AttemptKey) -> u32 {
        match key {
            AttemptKey::NameFrom(..) => self.name_from,
            AttemptKey::From(_) => self.from,
            AttemptKey::Name(_) => self.name,
        }
    }
}

#[derive(Debug)]
pub(super) struct AttemptLimiter {
    limits: AttemptLimits,
    failures: Mutex<HashMap<AttemptKey, (Timestamp, u32)>>,
}

fn keys(name: &str, from: Option<IpAddr>) -> [AttemptKey; 3] {
    [AttemptKey::NameFrom(name.to_owned(), from), AttemptKey::Name(name.to_owned()), AttemptKey::From(from)]
}

impl AttemptLimiter {
    pub(super) fn new(limits: AttemptLimits) -> Self {
        Self { limits, failures: Mutex::default() }
    }

    /// Whether another attempt is allowed now. The attempt counts as a failure until [`Self::succeeded`] removes it, so
    /// that simultaneous attempts cannot pass together.
    pub(super) fn begin(&self, name: &str, from: Option<IpAddr>, now: Timestamp) -> bool {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() + 3 > ENTRIES {
            failures.retain(|_, (since, _)| now.since(*since) < WINDOW);
        }
        let used = |key: &AttemptKey| match failures.get(key) {
            Some((since, n)) if now.since(*since) < WINDOW => *n,
            _ => 0,
        };
        let keys = keys(name, from);
        if failures.len() + 3 > ENTRIES || keys.iter().any(|key| used(key) >= self.limits.of(key)) {
            return false;
        }
        for key in keys {
            let entry = failures.entry(key).or_insert((now, 0));
            if now.since(entry.0) >= WINDOW {
                *entry = (now, 0);
            }
            entry.1 += 1;
        }
        true
    }

    pub(super) fn succeeded(&self, name: &str, from: Option<IpAddr>) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        for key in keys(name, from) {
            if matches!(key, AttemptKey::NameFrom(..)) {
                failures.remove(&key);
            } else if let Some((_, n)) = failures.get_mut(&key) {
                *n = n.saturating_sub(1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: AttemptLimits = AttemptLimits { name_from: 5, from: 30, name: 100 };

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn the_sixth_guess_waits_a_quarter_of_an_hour() {
        let attempts = AttemptLimiter::new(LIMITS);
        assert!((0..5).all(|_| attempts.begin("li", None, at(0))));
        assert!(!attempts.begin("li", None, at(899)));
        assert!(attempts.begin("wang", None, at(1)));
        assert!(attempts.begin("li", None, at(900)));
    }

    #[test]
    fn a_success_clears_the_sheet() {
        let attempts = AttemptLimiter::new(LIMITS);
        for _ in 0..50 {
            assert!(attempts.begin("li", None, at(0)));
            attempts.succeeded("li", None);
        }
    }

    #[test]
    fn one_address_cannot_try_every_name() {
        let attempts = AttemptLimiter::new(LIMITS);
        let tried = (0..100).filter(|n| attempts.begin(&n.to_string(), None, at(0))).count();
        assert_eq!(tried, 30);
    }
}
