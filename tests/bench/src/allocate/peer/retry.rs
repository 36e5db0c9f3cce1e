//! Trying again when another transaction was faster: a bounded number of times, after a random wait that grows.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rand::Rng;
use rand::rngs::StdRng;

/// After so many failures a client gives up.
const ATTEMPTS: u32 = 20;
/// Waits double from 1 ms up to this exponent: 32 ms.
const LONGEST_WAIT: u32 = 5;

pub enum TransactionAttempt<T> {
    Done(T),
    Conflict,
    /// The statement took too long.
    Late,
}

impl<T> TransactionAttempt<T> {
    /// Another transaction in the way is a conflict: an exclusion, a serialization failure, a deadlock.
    pub fn of(result: Result<T, sqlx::Error>) -> Self {
        match result {
            Ok(done) => Self::Done(done),
            Err(error) => match code(&error).as_deref() {
                Some("23P01" | "40001" | "40P01") => Self::Conflict,
                Some("57014") => Self::Late,
                _ => panic!("PostgreSQL fails: {error}"),
            },
        }
    }
}

impl<T> TransactionAttempt<Option<T>> {
    /// For a space that was named: if it is excluded, trying the same one again will not help.
    pub fn of_named(result: Result<Option<T>, sqlx::Error>) -> Self {
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
pub struct ConflictRetry<'a> {
    conflicts: &'a AtomicU64,
    attempts: u32,
}

impl<'a> ConflictRetry<'a> {
    pub const fn new(conflicts: &'a AtomicU64) -> Self {
        Self { conflicts, attempts: 0 }
    }

    /// After a conflict and a wait; false when it was tried often enough.
    pub async fn again(&mut self, rng: &mut StdRng) -> bool {
        self.conflicts.fetch_add(1, Ordering::Relaxed);
        self.attempts += 1;
        let longest = 1_000 << self.attempts.min(LONGEST_WAIT);
        let wait = Duration::from_micros(rng.random_range(0..longest));
        tokio::time::sleep(wait).await;
        self.attempts < ATTEMPTS
    }
}
