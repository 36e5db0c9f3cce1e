//! The books that this process has in memory, one shelf a garage.
//!
//! The allocator takes a book off its shelf for the time of a transaction and puts it back after the commit: whoever reads
//! waits meanwhile and never sees what is not committed, and a book whose transaction has failed is gone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use domain::ids::GarageId;
use tokio::sync::{Mutex as Turn, OwnedRwLockWriteGuard, RwLock};

use super::kept::Kept;

/// A book that nobody has used for so long is dropped.
const UNUSED: Duration = Duration::from_secs(3600);

#[derive(Default)]
pub(super) struct Shelves(Mutex<HashMap<GarageId, Arc<Shelf>>>);

#[derive(Default)]
pub(super) struct Shelf {
    pub kept: Arc<RwLock<Option<Kept>>>,
    /// Readers who find no book make it one after the other.
    pub making: Turn<()>,
    times: Mutex<Times>,
}

#[derive(Default)]
struct Times {
    used: Option<Instant>,
    /// When the book was last known to be of the stored version.
    compared: Option<Instant>,
}

impl Shelves {
    pub fn of(&self, garage: &GarageId) -> Arc<Shelf> {
        let mut shelves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let shelf = Arc::clone(shelves.entry(garage.clone()).or_default());
        shelf.times().used = Some(Instant::now());
        shelf
    }

    /// Without counting as a use.
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

    /// Takes the book off; whoever reads waits until the place is dropped.
    pub async fn take(self: Arc<Self>) -> (Place, Option<Kept>) {
        let mut guard = Arc::clone(&self.kept).write_owned().await;
        let kept = guard.take();
        (Place { shelf: self, guard }, kept)
    }
}

/// The empty place of a book that was taken off.
pub(super) struct Place {
    shelf: Arc<Shelf>,
    guard: OwnedRwLockWriteGuard<Option<Kept>>,
}

impl Place {
    /// The book is committed as it is now.
    pub fn put_back(mut self, kept: Kept) {
        *self.guard = Some(kept);
        self.shelf.set_compared(Instant::now());
    }
}
