//! What the log-ins of all operators share in one process.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::attempts::{AttemptLimiter, AttemptLimits};

/// Limits of wrong passwords of a user.
const WRONG_PASSWORDS: AttemptLimits = AttemptLimits { name_from: 5, from: 30, name: 100 };

/// Concurrent password hashes: two cores' worth; others wait.
const HASHES_AT_ONCE: usize = 2;

/// State that all operators' log-ins share in one process.
#[derive(Clone)]
pub struct OperatorLogInState {
    pub(super) attempts: Arc<AttemptLimiter>,
    /// Limits concurrent password hashes: each takes 19 MiB and some 20 ms of a core.
    pub(super) hashing: Arc<Semaphore>,
    /// Whether browsers may send the session over plain HTTP.
    pub cookies: CookiePolicy,
}

impl Default for OperatorLogInState {
    fn default() -> Self {
        Self {
            attempts: Arc::new(AttemptLimiter::new(WRONG_PASSWORDS)),
            hashing: Arc::new(Semaphore::new(HASHES_AT_ONCE)),
            cookies: CookiePolicy::HttpsOnly,
        }
    }
}

/// Where the session cookie may travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CookiePolicy {
    HttpsOnly,
    /// For a server whose own address is plain HTTP on the loopback: a trial or a test.
    LoopbackHttp,
}
