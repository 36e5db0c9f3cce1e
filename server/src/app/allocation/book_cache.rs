//! The cached books of this process, one slot per garage.
//!
//! The allocator checks a book out of its slot for a transaction and checks it in after the commit. Readers wait until
//! then and never see uncommitted data. The book of a failed transaction is dropped.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use domain::ids::GarageId;
use tokio::sync::{OwnedRwLockWriteGuard, RwLock};

use super::cached_book::CachedBook;

/// A book unused for this long is dropped.
const UNUSED: Duration = Duration::from_secs(3600);

#[derive(Default)]
pub(super) struct BookCache(Mutex<HashMap<GarageId, Arc<BookCacheSlot>>>);

#[derive(Default)]
pub(super) struct BookCacheSlot {
    pub book: Arc<RwLock<Option<CachedBook>>>,
    /// Serializes readers that find no book and build it.
    pub making: tokio::sync::Mutex<()>,
    times: Mutex<BookCacheTimes>,
}

#[derive(Default)]
struct BookCacheTimes {
    used: Option<Instant>,
    /// When the book last had the stored version.
    compared: Option<Instant>,
    /// When this process last changed what is shared; a comparison that began earlier does not count.
    changed: Option<Instant>,
}

impl BookCache {
    pub(super) fn slot(&self, garage: &GarageId) -> Arc<BookCacheSlot> {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = Arc::clone(slots.entry(garage.clone()).or_default());
        slot.times().used = Some(Instant::now());
        slot
    }

    /// Returns the slot without counting as a use.
    pub(super) fn find(&self, garage: &GarageId) -> Option<Arc<BookCacheSlot>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(garage).cloned()
    }

    pub(super) fn drop_unused(&self) {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        slots.retain(|_, slot| Arc::strong_count(slot) > 1 || !slot.is_unused());
    }
}

impl BookCacheSlot {
    fn times(&self) -> std::sync::MutexGuard<'_, BookCacheTimes> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_unused(&self) -> bool {
        self.times().used.is_none_or(|used| used.elapsed() > UNUSED)
    }

    pub(super) fn compared_within(&self, limit: Duration) -> bool {
        self.times().compared.is_some_and(|at| at.elapsed() < limit)
    }

    pub(super) fn set_compared(&self, at: Instant) {
        let mut times = self.times();
        if times.changed.is_none_or(|changed| changed <= at) {
            times.compared = times.compared.max(Some(at));
        }
    }

    /// The next reader compares the book with the stored version.
    pub(super) fn expire_comparison(&self) {
        let mut times = self.times();
        times.changed = Some(Instant::now());
        times.compared = None;
    }

    /// Checks the book out; readers wait until the checkout is dropped.
    pub(super) async fn check_out(self: Arc<Self>) -> (BookCheckout, Option<CachedBook>) {
        let mut guard = Arc::clone(&self.book).write_owned().await;
        let kept = guard.take();
        (BookCheckout { slot: self, guard }, kept)
    }
}

/// The locked, empty slot of a book that is checked out.
pub(super) struct BookCheckout {
    slot: Arc<BookCacheSlot>,
    guard: OwnedRwLockWriteGuard<Option<CachedBook>>,
}

impl BookCheckout {
    /// Checks in the book as it was committed.
    pub(super) fn check_in(mut self, kept: CachedBook) {
        *self.guard = Some(kept);
        self.slot.set_compared(Instant::now());
    }
}
