//! What was read a moment ago, so that a crowd does not ask the database the same thing again and again.
//!
//! An entry lives for [`Recent::ttl`] at most, counted by the process's own steady clock. Whoever changes what is
//! remembered forgets it here after the commit: on this replica it is gone at once, on others when its time is over. A
//! read that was under way meanwhile is not remembered: [`Recent::begin`] and [`Recent::put`] enclose it.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A bounded memory of values by key.
#[derive(Debug)]
pub struct Recent<K, V> {
    ttl: Duration,
    most: usize,
    inner: Mutex<Inner<K, V>>,
}

#[derive(Debug)]
struct Inner<K, V> {
    entries: HashMap<K, (Instant, V)>,
    /// Grows whenever something is forgotten on purpose.
    era: u64,
}

/// The moment at which a read began.
#[derive(Debug, Clone, Copy)]
pub struct Began(u64);

impl<K: Eq + Hash, V: Clone> Recent<K, V> {
    pub fn new(ttl: Duration, most: usize) -> Self {
        Self { ttl, most, inner: Mutex::new(Inner { entries: HashMap::new(), era: 0 }) }
    }

    fn lock(&self) -> MutexGuard<'_, Inner<K, V>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn get<Q: ?Sized + Eq + Hash>(&self, key: &Q) -> Option<V>
    where
        K: std::borrow::Borrow<Q>,
    {
        let inner = self.lock();
        inner.entries.get(key).filter(|(at, _)| at.elapsed() < self.ttl).map(|(_, value)| value.clone())
    }

    /// Before the database is read.
    pub fn begin(&self) -> Began {
        Began(self.lock().era)
    }

    /// Remembers what was read, unless something was forgotten since `began`. When it is full, what is too old goes, and if
    /// nothing is, all of it: it comes back with the next reads.
    pub fn put(&self, began: Began, key: K, value: V) {
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

    pub fn forget<Q: ?Sized + Eq + Hash>(&self, key: &Q)
    where
        K: std::borrow::Borrow<Q>,
    {
        let mut inner = self.lock();
        inner.era += 1;
        inner.entries.remove(key);
    }

    pub fn forget_where(&self, gone: impl Fn(&V) -> bool) {
        let mut inner = self.lock();
        inner.era += 1;
        inner.entries.retain(|_, (_, value)| !gone(value));
    }

    pub fn forget_all(&self) {
        self.forget_where(|_| true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(3600);

    #[test]
    fn what_was_forgotten_during_a_read_is_not_remembered() {
        let recent = Recent::new(LONG, 10);
        let began = recent.begin();
        recent.forget(&1);
        recent.put(began, 1, "old");
        assert_eq!(recent.get(&1), None);
        recent.put(recent.begin(), 1, "new");
        assert_eq!(recent.get(&1), Some("new"));
        recent.forget_where(|value| *value == "new");
        assert_eq!(recent.get(&1), None);
    }

    #[test]
    fn it_has_a_bound_and_an_age() {
        let recent = Recent::new(LONG, 10);
        for n in 0..1000 {
            recent.put(recent.begin(), n, n);
        }
        assert!(recent.lock().entries.len() <= 10);
        let short = Recent::new(Duration::ZERO, 10);
        short.put(short.begin(), 1, 1);
        assert_eq!(short.get(&1), None);
    }
}
