//! Named flags for the readiness of a process. They are cheap to clone; the owner of each dependency sets its flag.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// All checks of one process. A process without checks is ready.
#[derive(Debug, Clone, Default)]
pub struct ProcessReadiness {
    checks: Arc<Mutex<BTreeMap<&'static str, CheckState>>>,
}

#[derive(Debug, Clone)]
enum CheckState {
    Ready,
    Failed(String),
}

/// A failing check with its owner's reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedCheck {
    pub check: &'static str,
    pub why: String,
}

impl ProcessReadiness {
    pub fn new() -> Self {
        Self::default()
    }

    /// The flag called `name`. A new flag starts as failed, so a dependency is not ready before its owner sets the flag.
    pub fn check(&self, name: &'static str) -> ReadinessCheck {
        self.lock().entry(name).or_insert_with(|| CheckState::Failed("starting".to_owned()));
        ReadinessCheck { name, all: self.clone() }
    }

    /// The failing checks; empty when the process is ready.
    pub fn failures(&self) -> Vec<FailedCheck> {
        let checks = self.lock();
        let failed = checks.iter().filter_map(|(check, state)| match state {
            CheckState::Ready => None,
            CheckState::Failed(why) => Some(FailedCheck { check, why: why.clone() }),
        });
        failed.collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, CheckState>> {
        // Every write is a single insert, so a panic elsewhere leaves the map consistent.
        self.checks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One named flag of a [`ProcessReadiness`].
#[derive(Debug, Clone)]
pub struct ReadinessCheck {
    name: &'static str,
    all: ProcessReadiness,
}

impl ReadinessCheck {
    pub fn set_ready(&self) {
        self.all.lock().insert(self.name, CheckState::Ready);
    }

    /// `/readyz` shows `why`: a few words for an operator, without secrets.
    pub fn set_failed(&self, why: impl Into<String>) {
        self.all.lock().insert(self.name, CheckState::Failed(why.into()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_check_fails_until_it_says_otherwise() {
        let readiness = ProcessReadiness::new();
        let database = readiness.check("database");
        assert_eq!(readiness.failures(), [FailedCheck { check: "database", why: "starting".into() }]);
        database.set_ready();
        assert!(readiness.failures().is_empty());
    }

    #[test]
    fn clones_and_repeated_names_share_one_flag() {
        let readiness = ProcessReadiness::new();
        readiness.check("broker").set_ready();
        readiness.clone().check("broker").set_failed("refused");
        assert_eq!(readiness.failures(), [FailedCheck { check: "broker", why: "refused".into() }]);
    }
}
