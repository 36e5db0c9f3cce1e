//! Rate limit per session for reservations and for quotes: one bucket each, refilled steadily.
//!
//! The limit keeps one phone, or a program behind it, from requesting every space of a rush and from keeping the server busy.
//! It does not affect a crowd in which each person sends one or two requests. A session that is not yet verified costs an
//! entry only until its bucket is full again.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use metrics::counter;
use service::token_buckets::TokenBuckets;

use crate::session::SessionToken;

/// Most sessions remembered, some 3 MB. When all of them are busy, further sessions pass uncounted: made-up
/// tokens must not lock real people out, and the server refuses such tokens anyway.
const MOST_SESSIONS: usize = 20_000;

#[derive(Debug)]
pub struct SessionRateLimiter {
    /// Label of the metric.
    of: &'static str,
    buckets: Mutex<TokenBuckets<SessionToken>>,
}

impl SessionRateLimiter {
    pub fn per_minute(of: &'static str, most: u32) -> Self {
        Self { of, buckets: Mutex::new(TokenBuckets::per_minute(most)) }
    }

    /// Takes one attempt from the bucket, or returns how long to wait.
    pub fn admit(&self, session: &SessionToken) -> Result<(), Duration> {
        self.admit_at(session, Instant::now())
    }

    fn admit_at(&self, session: &SessionToken, now: Instant) -> Result<(), Duration> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if !buckets.has_room(session, MOST_SESSIONS, now) {
            return Ok(());
        }
        let taken = buckets.take(session.clone(), now);
        taken.inspect_err(|_| counter!("attempts_refused_total", "of" => self.of).increment(1))
    }
}

#[cfg(test)]
mod tests {

    use super::*;

    fn session(n: u32) -> SessionToken {
        SessionToken::parse(&format!("s{n}")).unwrap()
    }

    #[test]
    fn one_session_waits_and_another_does_not() {
        let attempts = SessionRateLimiter::per_minute("tries", 20);
        let start = Instant::now();
        for _ in 0..20 {
            assert!(attempts.admit_at(&session(1), start).is_ok());
        }
        assert_eq!(attempts.admit_at(&session(1), start), Err(Duration::from_secs(3)));
        assert!(attempts.admit_at(&session(2), start).is_ok());
        assert!(attempts.admit_at(&session(1), start + Duration::from_secs(3)).is_ok());
    }

    #[test]
    fn made_up_sessions_fill_no_memory_and_lock_nobody_out() {
        let attempts = SessionRateLimiter::per_minute("tries", 1);
        let now = Instant::now();
        for n in 0..30_000 {
            assert!(attempts.admit_at(&session(n), now).is_ok());
        }
        assert!(attempts.buckets.lock().unwrap().entries() <= MOST_SESSIONS);
    }
}
