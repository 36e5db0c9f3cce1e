//! Wrong passwords, counted in memory: guessing must be slow, whoever is guessed at and wherever from.
//!
//! Each replica counts for itself, so the limits are per replica. The address is the connection's peer: behind a
//! balancer that is the balancer, and the limit for an address is shared by all who come through it.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use domain::time::Timestamp;

/// After this long without being refused, somebody starts with a clean sheet.
const WINDOW: Duration = Duration::from_secs(15 * 60);

/// Entries that are remembered. To fill it an attacker needs hundreds of addresses; then new names wait as well.
const ENTRIES: usize = 10_000;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    UserFrom(String, Option<IpAddr>),
    User(String),
    From(Option<IpAddr>),
}

impl Key {
    /// A person mistypes a few times; one address may be an office; one name may be tried from everywhere.
    const fn allowed(&self) -> u32 {
        match self {
            Self::UserFrom(..) => 5,
            Self::From(_) => 30,
            Self::User(_) => 100,
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Attempts {
    failures: Mutex<HashMap<Key, (Timestamp, u32)>>,
}

fn keys(user: &str, from: Option<IpAddr>) -> [Key; 3] {
    [Key::UserFrom(user.to_owned(), from), Key::User(user.to_owned()), Key::From(from)]
}

impl Attempts {
    /// Whether another attempt may be made now. It counts as a failure until [`Self::succeeded`] takes it back, so
    /// that attempts at the same moment cannot pass together.
    pub(super) fn begin(&self, user: &str, from: Option<IpAddr>, now: Timestamp) -> bool {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() + 3 > ENTRIES {
            failures.retain(|_, (since, _)| now.since(*since) < WINDOW);
        }
        let used = |key: &Key| match failures.get(key) {
            Some((since, n)) if now.since(*since) < WINDOW => *n,
            _ => 0,
        };
        let keys = keys(user, from);
        if failures.len() + 3 > ENTRIES || keys.iter().any(|key| used(key) >= key.allowed()) {
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

    pub(super) fn succeeded(&self, user: &str, from: Option<IpAddr>) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        for key in keys(user, from) {
            if matches!(key, Key::UserFrom(..)) {
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

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn the_sixth_guess_waits_a_quarter_of_an_hour() {
        let attempts = Attempts::default();
        assert!((0..5).all(|_| attempts.begin("li", None, at(0))));
        assert!(!attempts.begin("li", None, at(899)));
        assert!(attempts.begin("wang", None, at(1)));
        assert!(attempts.begin("li", None, at(900)));
    }

    #[test]
    fn a_success_clears_the_sheet() {
        let attempts = Attempts::default();
        for _ in 0..50 {
            assert!(attempts.begin("li", None, at(0)));
            attempts.succeeded("li", None);
        }
    }

    #[test]
    fn one_address_cannot_try_every_name() {
        let attempts = Attempts::default();
        let tried = (0..100).filter(|n| attempts.begin(&n.to_string(), None, at(0))).count();
        assert_eq!(tried, 30);
    }
}
