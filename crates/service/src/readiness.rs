//! Named flags for the readiness of a process. They are cheap to clone; the owner of each dependency sets its flag.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// All checks of one process. A process without checks is ready.
#[derive(Debug, Clone, Default)]
pub struct Readiness {
    checks: Arc<Mutex<BTreeMap<&'static str, State>>>,
}

#[derive(Debug, Clone)]
enum State {
    Ready,
    Failed(String),
}

/// A failing check with its owner's reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub check: &'static str,
    pub why: String,
}

impl Readiness {
    pub fn new() -> Self {
        Self::default()
    }

    /// The flag called `name`. A new flag starts as failed, so a dependency is not ready before its owner sets the flag.
    pub fn check(&self, name: &'static str) -> Check {
        self.lock().entry(name).or_insert_with(|| State::Failed("starting".to_owned()));
        Check { name, all: self.clone() }
    }

    /// The failing checks; empty when the process is ready.
    pub fn failures(&self) -> Vec<Failure> {
        let checks = self.lock();
        let failed = checks.iter().filter_map(|(check, state)| match state {
            State::Ready => None,
            State::Failed(why) => Some(Failure { check, why: why.clone() }),
        });
        failed.collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, State>> {
        // Every write is a single insert, so a panic elsewhere leaves the map consistent.
        self.checks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One named flag of a [`Readiness`].
#[derive(Debug, Clone)]
pub struct Check {
    name: &'static str,
    all: Readiness,
}

impl Check {
    pub fn set_ready(&self) {
        self.all.lock().insert(self.name, State::Ready);
    }

    /// `/readyz` shows `why`: a few words for an operator, without secrets.
    pub fn set_failed(&self, why: impl Into<String>) {
        self.all.lock().insert(self.name, State::Failed(why.into()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_check_fails_until_it_says_otherwise() {
        let readiness = Readiness::new();
        let database = readiness.check("database");
        assert_eq!(readiness.failures(), [Failure { check: "database", why: "starting".into() }]);
        database.set_ready();
        assert!(readiness.failures().is_empty());
    }

    #[test]
    fn clones_and_repeated_names_share_one_flag() {
        let readiness = Readiness::new();
        readiness.check("broker").set_ready();
        readiness.clone().check("broker").set_failed("refused");
        assert_eq!(readiness.failures(), [Failure { check: "broker", why: "refused".into() }]);
    }
}
