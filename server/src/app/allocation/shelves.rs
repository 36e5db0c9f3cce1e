//! The cached books of this process, one slot per garage.
//!
//! The allocator checks a book out of its slot for a transaction and checks it in after the commit. Readers wait until
//! then and never see uncommitted data. The book of a failed transaction is dropped.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use domain::ids::GarageId;
use tokio::sync::{Mutex as Turn, OwnedRwLockWriteGuard, RwLock};

use super::kept::Kept;

/// A book unused for this long is dropped.
const UNUSED: Duration = Duration::from_secs(3600);

#[derive(Default)]
pub(super) struct Shelves(Mutex<HashMap<GarageId, Arc<Shelf>>>);

#[derive(Default)]
pub(super) struct Shelf {
    pub kept: Arc<RwLock<Option<Kept>>>,
    /// Serializes readers that find no book and build it.
    pub making: Turn<()>,
    times: Mutex<Times>,
}

#[derive(Default)]
struct Times {
    used: Option<Instant>,
    /// When the book last had the stored version.
    compared: Option<Instant>,
}

impl Shelves {
    pub fn of(&self, garage: &GarageId) -> Arc<Shelf> {
        let mut shelves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let shelf = Arc::clone(shelves.entry(garage.clone()).or_default());
        shelf.times().used = Some(Instant::now());
        shelf
    }

    /// Returns the slot without counting as a use.
    pub fn find(&self, garage: &GarageId) -> Option<Arc<Shelf>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(garage).cloned()
    }

    pub fn drop_unused(&self) {
        let mut shelves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shelves.retain(|_, shelf| Arc::strong_count(shelf) > 1 || !shelf.is_unused());
    }
}

impl Shelf {
    fn times(&self) -> std::sync::MutexGuard<'_, Times> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_unused(&self) -> bool {
        self.times().used.is_none_or(|used| used.elapsed() > UNUSED)
    }

    pub fn compared_within(&self, limit: Duration) -> bool {
        self.times().compared.is_some_and(|at| at.elapsed() < limit)
    }

    pub fn set_compared(&self, at: Instant) {
        let mut times = self.times();
        times.compared = times.compared.max(Some(at));
    }

    /// Checks the book out; readers wait until the checkout is dropped.
    pub async fn take(self: Arc<Self>) -> (Place, Option<Kept>) {
        let mut guard = Arc::clone(&self.kept).write_owned().await;
        let kept = guard.take();
        (Place { shelf: self, guard }, kept)
    }
}

/// The locked, empty slot of a book that is checked out.
pub(super) struct Place {
    shelf: Arc<Shelf>,
    guard: OwnedRwLockWriteGuard<Option<Kept>>,
}

impl Place {
    /// Checks in the book as it was committed.
    pub fn put_back(mut self, kept: Kept) {
        *self.guard = Some(kept);
        self.shelf.set_compared(Instant::now());
    }
}
