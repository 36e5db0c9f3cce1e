//! Cache with a time to live, so that many requests at once do not repeat the same database query.
//!
//! An entry lives for the cache's `ttl` at most, by the process's monotonic clock. A writer invalidates the entry here
//! after its commit: on this replica it is gone at once, on others after `ttl`. A read that overlaps an invalidation is
//! not cached: `begin` and `put` enclose the read.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A bounded cache of values by key.
#[derive(Debug)]
pub struct TtlCache<K, V> {
    ttl: Duration,
    most: usize,
    inner: Mutex<TtlCacheInner<K, V>>,
}

#[derive(Debug)]
struct TtlCacheInner<K, V> {
    entries: HashMap<K, (Instant, V)>,
    /// Grows with every invalidation.
    era: u64,
}

/// Marks the start of a read.
#[derive(Debug, Clone, Copy)]
pub struct CacheReadStart(u64);

impl<K: Eq + Hash, V: Clone> TtlCache<K, V> {
    pub fn new(ttl: Duration, most: usize) -> Self {
        Self { ttl, most, inner: Mutex::new(TtlCacheInner { entries: HashMap::new(), era: 0 }) }
    }

    fn lock(&self) -> MutexGuard<'_, TtlCacheInner<K, V>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn get<Q: ?Sized + Eq + Hash>(&self, key: &Q) -> Option<V>
    where
        K: std::borrow::Borrow<Q>,
    {
        let inner = self.lock();
        inner.entries.get(key).filter(|(at, _)| at.elapsed() < self.ttl).map(|(_, value)| value.clone())
    }

    /// Call it before the database is read.
    pub fn begin_read(&self) -> CacheReadStart {
        CacheReadStart(self.lock().era)
    }

    /// Caches a value, unless an invalidation happened since `began`. A full cache first drops expired entries. If none
    /// has expired, it drops all; they come back with the next reads.
    pub fn put(&self, began: CacheReadStart, key: K, value: V) {
        let mut inner = self.lock();
        if inner.era != began.0 {
            return;
        }
        if inner.entries.len() >= self.most {
            inner.entries.retain(|_, (at, _)| at.elapsed() < self.ttl);
        }
        if inner.entries.len() >= self.most {
            inner.entries.clear();
        }
        inner.entries.insert(key, (Instant::now(), value));
    }

    pub fn invalidate<Q: ?Sized + Eq + Hash>(&self, key: &Q)
    where
        K: std::borrow::Borrow<Q>,
    {
        let mut inner = self.lock();
        inner.era += 1;
        inner.entries.remove(key);
    }

    pub fn invalidate_where(&self, gone: impl Fn(&V) -> bool) {
        let mut inner = self.lock();
        inner.era += 1;
        inner.entries.retain(|_, (_, value)| !gone(value));
    }

    pub fn invalidate_all(&self) {
        self.invalidate_where(|_| true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(3600);

    #[test]
    fn what_was_forgotten_during_a_read_is_not_remembered() {
        let recent = TtlCache::new(LONG, 10);
        let began = recent.begin_read();
        recent.invalidate(&1);
        recent.put(began, 1, "old");
        assert_eq!(recent.get(&1), None);
        recent.put(recent.begin_read(), 1, "new");
        assert_eq!(recent.get(&1), Some("new"));
        recent.invalidate_where(|value| *value == "new");
        assert_eq!(recent.get(&1), None);
    }

    #[test]
    fn it_has_a_bound_and_an_age() {
        let recent = TtlCache::new(LONG, 10);
        for n in 0..1000 {
            recent.put(recent.begin_read(), n, n);
        }
        assert!(recent.lock().entries.len() <= 10);
        let short = TtlCache::new(Duration::ZERO, 10);
        short.put(short.begin_read(), 1, 1);
        assert_eq!(short.get(&1), None);
    }
}
