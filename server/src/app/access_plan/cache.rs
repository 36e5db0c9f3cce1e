//! Cache of the newest plan of each garage with its inputs. One entry per garage; a new plan replaces the old one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::ids::GarageId;
use domain::time::Timestamp;
use protocol::alarm::NoReadingShape;

use super::Tagged;
use super::permits::{Digest, Permits};

/// Inputs of a plan. A different stamp means a different plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stamp {
    pub capacity: u32,
    /// Version of the garage's book; raised with windows, closures, blocks and reservations.
    pub version: i64,
    /// Version of the calendars.
    pub district: i64,
    pub hour: i64,
    pub permits: Digest,
    pub no_reading_shapes: Vec<NoReadingShape>,
}

struct Known {
    stamp: Stamp,
    permits: Arc<Permits>,
    plan: Arc<Tagged>,
    /// When the next block begins or ends.
    good_until: Timestamp,
}

#[derive(Default)]
pub struct Cache(Mutex<HashMap<GarageId, Known>>);

impl Cache {
    fn known(&self) -> MutexGuard<'_, HashMap<GarageId, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn find(&self, garage: &GarageId, stamp: &Stamp, now: Timestamp) -> Option<Arc<Tagged>> {
        let known = self.known();
        let same = known.get(garage).filter(|known| known.stamp == *stamp && now < known.good_until)?;
        Some(Arc::clone(&same.plan))
    }

    /// The opened permits, if the sealed rows are unchanged.
    pub(super) fn permits(&self, garage: &GarageId, digest: Digest) -> Option<Arc<Permits>> {
        let known = self.known();
        Some(Arc::clone(&known.get(garage).filter(|known| known.stamp.permits == digest)?.permits))
    }

    pub(super) fn put(
        &self,
        garage: &GarageId,
        stamp: Stamp,
        permits: Arc<Permits>,
        plan: Arc<Tagged>,
        good_until: Timestamp,
    ) {
        self.known().insert(garage.clone(), Known { stamp, permits, plan, good_until });
    }
}
