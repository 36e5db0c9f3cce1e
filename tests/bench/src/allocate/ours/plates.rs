//! Which plates have no reservation, by garage: no plate may have two at once in one, so each live reservation has its own.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::allocate::demand::{DemandScale, FilledInterval};

/// Beyond the fill, for pending requests, and since short stays get in where long ones are refused: there are more and more.
const SPARE: usize = 16_384;

pub(super) struct PlatePool {
    needed: usize,
    free: Vec<Mutex<Vec<u16>>>,
}

impl PlatePool {
    /// The fill takes them in order: each garage's first reservation has plate 0.
    pub(super) fn for_fill(scale: DemandScale, taken: &[FilledInterval]) -> Self {
        let used = |garage| taken.iter().filter(|taken| taken.garage == garage).count();
        let used: Vec<usize> = (0..scale.garages).map(used).collect();
        let needed = used.iter().max().copied().unwrap_or(0) + SPARE;
        let free = |used: usize| (used..needed).filter_map(|plate| u16::try_from(plate).ok()).collect();
        Self { needed, free: used.into_iter().map(|used| Mutex::new(free(used))).collect() }
    }

    pub(super) const fn needed(&self) -> usize {
        self.needed
    }

    pub(super) fn take(&self, garage: usize) -> u16 {
        self.free(garage).pop().expect("there are more plates than callers")
    }

    pub(super) fn give_back(&self, garage: usize, plate: u16) {
        self.free(garage).push(plate);
    }

    #[expect(clippy::indexing_slicing, reason = "garages are counted from 0 to the scale's number")]
    fn free(&self, garage: usize) -> MutexGuard<'_, Vec<u16>> {
        self.free[garage].lock().unwrap_or_else(PoisonError::into_inner)
    }
}
