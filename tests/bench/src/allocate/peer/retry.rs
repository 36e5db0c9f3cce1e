//! Trying again when another transaction was faster: a bounded number of times and for a bounded time, after a random wait that
//! grows.
//!
//! Callers that search for the same free spaces deadlock, and PostgreSQL needs its `deadlock_timeout` to detect each deadlock. Without
//! the bound of time one wish can take [`ATTEMPTS`] times as long as the longest statement, and the round waits for its last caller.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rand::Rng;
use rand::rngs::StdRng;

/// After so many failures a client gives up.
const ATTEMPTS: u32 = 20;
/// No further attempt begins after this time. A reservation that takes longer is of no use to a driver.
const LONGEST_WISH: Duration = Duration::from_secs(10);
/// Waits double from 1 ms up to this exponent: 32 ms.
const LONGEST_WAIT: u32 = 5;

pub(super) enum TransactionAttempt<T> {
    Done(T),
    Conflict,
    /// The statement took too long, or no connection became free.
    Late,
}

impl<T> TransactionAttempt<T> {
    /// Another transaction in the way is a conflict: an exclusion, a serialization failure, a deadlock.
    pub(super) fn of(result: Result<T, sqlx::Error>) -> Self {
        match result {
            Ok(done) => Self::Done(done),
            Err(error) => match code(&error).as_deref() {
                Some("23P01" | "40001" | "40P01") => Self::Conflict,
                Some("57014") => Self::Late,
                None if matches!(error, sqlx::Error::PoolTimedOut) => Self::Late,
                _ => panic!("PostgreSQL fails: {error}"),
            },
        }
    }
}

impl<T> TransactionAttempt<Option<T>> {
    /// For a space that was named: if it is excluded, trying the same one again will not help.
    pub(super) fn of_named(result: Result<Option<T>, sqlx::Error>) -> Self {
        match result {
            Err(error) if code(&error).as_deref() == Some("23P01") => Self::Done(None),
            other => Self::of(other),
        }
    }
}

fn code(error: &sqlx::Error) -> Option<String> {
    error.as_database_error()?.code().map(|code| code.into_owned())
}

/// Counts the attempts of one wish.
pub(super) struct ConflictRetry<'a> {
    conflicts: &'a AtomicU64,
    attempts: u32,
    until: Instant,
}

impl<'a> ConflictRetry<'a> {
    pub(super) fn new(conflicts: &'a AtomicU64) -> Self {
        Self { conflicts, attempts: 0, until: Instant::now() + LONGEST_WISH }
    }

    /// After a conflict and a wait; false when it was tried often enough or long enough.
    pub(super) async fn again(&mut self, rng: &mut StdRng) -> bool {
        self.conflicts.fetch_add(1, Ordering::Relaxed);
        self.attempts += 1;
        let longest = 1_000 << self.attempts.min(LONGEST_WAIT);
        let wait = Duration::from_micros(rng.random_range(0..longest));
        tokio::time::sleep(wait).await;
        self.attempts < ATTEMPTS && Instant::now() < self.until
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[tokio::test]
    async fn a_wish_ends_with_its_attempts_or_its_time() {
        let (conflicts, mut rng) = (AtomicU64::new(0), StdRng::seed_from_u64(1));
        let mut retry = ConflictRetry::new(&conflicts);
        let mut again = 0;
        while retry.again(&mut rng).await {
            again += 1;
        }
        assert!(again < ATTEMPTS, "{again}");
        let mut late = ConflictRetry { until: Instant::now(), ..ConflictRetry::new(&conflicts) };
        assert!(!late.again(&mut rng).await, "its time is over");
    }
}
