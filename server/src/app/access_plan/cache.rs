//! Cache of the newest plan of each garage with its inputs. One entry per garage; a new plan replaces the old one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::ids::GarageId;
use domain::time::Timestamp;
use protocol::alarm::NoReadingShape;

use super::TaggedAccessPlan;
use super::permits::{PermitsDigest, PlatePermits};

/// Inputs of a plan. A different stamp means a different plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AccessPlanStamp {
    pub capacity: u32,
    /// Version of the garage's book; raised with windows, closures, blocks and reservations.
    pub version: i64,
    /// Version of the calendars.
    pub district: i64,
    pub hour: i64,
    pub permits: PermitsDigest,
    pub no_reading_shapes: Vec<NoReadingShape>,
}

struct CachedAccessPlan {
    stamp: AccessPlanStamp,
    permits: Arc<PlatePermits>,
    plan: Arc<TaggedAccessPlan>,
    /// When the next block begins or ends.
    good_until: Timestamp,
}

#[derive(Default)]
pub(crate) struct AccessPlanCache(Mutex<HashMap<GarageId, CachedAccessPlan>>);

impl AccessPlanCache {
    fn known(&self) -> MutexGuard<'_, HashMap<GarageId, CachedAccessPlan>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn find(
        &self,
        garage: &GarageId,
        stamp: &AccessPlanStamp,
        now: Timestamp,
    ) -> Option<Arc<TaggedAccessPlan>> {
        let known = self.known();
        let same = known.get(garage).filter(|known| known.stamp == *stamp && now < known.good_until)?;
        Some(Arc::clone(&same.plan))
    }

    /// The opened permits, if the sealed rows are unchanged.
    pub(super) fn permits(&self, garage: &GarageId, digest: PermitsDigest) -> Option<Arc<PlatePermits>> {
        let known = self.known();
        Some(Arc::clone(&known.get(garage).filter(|known| known.stamp.permits == digest)?.permits))
    }

    pub(super) fn put(
        &self,
        garage: &GarageId,
        stamp: AccessPlanStamp,
        permits: Arc<PlatePermits>,
        plan: Arc<TaggedAccessPlan>,
        good_until: Timestamp,
    ) {
        self.known().insert(garage.clone(), CachedAccessPlan { stamp, permits, plan, good_until });
    }
}
