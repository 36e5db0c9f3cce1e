//! Token buckets by key: each key has a burst, then a steady rate.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::{Duration, Instant};

/// The buckets of a rate limiter. A bucket that is full again needs no entry.
#[derive(Debug)]
pub struct TokenBuckets<K> {
    burst: u32,
    /// Time for one token.
    refill: Duration,
    /// The time at which each key's bucket is full again.
    full_at: HashMap<K, Instant>,
}

impl<K: Eq + Hash> TokenBuckets<K> {
    pub fn new(burst: u32, refill: Duration) -> Self {
        Self { burst: burst.max(1), refill, full_at: HashMap::new() }
    }

    /// A burst of `most`, and as many again in each minute.
    pub fn per_minute(most: u32) -> Self {
        Self::new(most, Duration::from_secs(60) / most.max(1))
    }

    /// Takes one token, or returns how long to wait for it.
    pub fn take(&mut self, key: K, now: Instant) -> Result<(), Duration> {
        let full = self.full_at.get(&key).copied().unwrap_or(now).max(now);
        let after = full + self.refill;
        let wait = after.saturating_duration_since(now).saturating_sub(self.refill * self.burst);
        if !wait.is_zero() {
            return Err(wait);
        }
        self.full_at.insert(key, after);
        Ok(())
    }

    /// Whether the key has an entry, or may have one within a bound of `most` entries. A table at its bound first drops the
    /// entries of full buckets.
    pub fn has_room(&mut self, key: &K, most: usize, now: Instant) -> bool {
        if self.full_at.len() >= most {
            self.full_at.retain(|_, full| *full > now);
        }
        self.full_at.len() < most || self.full_at.contains_key(key)
    }

    pub fn entries(&self) -> usize {
        self.full_at.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_burst_passes_and_then_one_token_for_each_refill() {
        let mut buckets = TokenBuckets::new(20, 3 * SECOND);
        let now = Instant::now();
        assert!((0..20).all(|_| buckets.take(1, now).is_ok()));
        assert_eq!(buckets.take(1, now), Err(3 * SECOND));
        assert_eq!(buckets.take(2, now), Ok(()));
        assert_eq!(buckets.take(1, now + SECOND), Err(2 * SECOND));
        assert_eq!(buckets.take(1, now + 3 * SECOND), Ok(()));
        assert_eq!(buckets.take(1, now + 3 * SECOND), Err(3 * SECOND));
    }

    #[test]
    fn a_key_that_was_silent_has_one_full_burst() {
        let mut buckets = TokenBuckets::new(5, SECOND);
        let now = Instant::now();
        while buckets.take(1, now).is_ok() {}
        let later = now + 3_600 * SECOND;
        assert_eq!((0..50).filter(|_| buckets.take(1, later).is_ok()).count(), 5);
    }

    #[test]
    fn a_full_table_has_room_for_known_keys_and_for_others_once_buckets_are_full() {
        let mut buckets = TokenBuckets::new(1, SECOND);
        let now = Instant::now();
        assert!((0..3).all(|key| buckets.has_room(&key, 3, now) && buckets.take(key, now).is_ok()));
        assert!(buckets.has_room(&0, 3, now));
        assert!(!buckets.has_room(&9, 3, now));
        assert!(buckets.has_room(&9, 3, now + SECOND));
        assert_eq!(buckets.entries(), 0);
    }
}
