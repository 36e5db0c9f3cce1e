//! Time of the last change of a site's facts. It is stored in the database, so that all replicas publish the same time
//! and a restart does not change it.

use std::collections::HashMap;

use domain::ids::GarageId;
use domain::time::Timestamp;
use protocol::public::ParkingSite;

use crate::app::etag;
use crate::context::ServerContext;
use store::published::{self, PublishedVersion};
use store::{StoreError, Tx};

/// The last published facts with their versions.
#[derive(Debug, Default)]
pub(super) struct VersionCache(HashMap<GarageId, (ParkingSite, PublishedVersion)>);

impl VersionCache {
    pub(super) fn changed_at(&self, garage: &GarageId) -> Option<Timestamp> {
        self.0.get(garage).map(|(_, version)| version.changed_at)
    }

    /// The sites whose facts differ from the last published ones.
    pub(super) fn changed(&self, facts: &[(GarageId, ParkingSite)]) -> Vec<(GarageId, ParkingSite)> {
        let is_new = |(garage, site): &&(GarageId, ParkingSite)| {
            self.0.get(garage).is_none_or(|(known, _)| known != site)
        };
        facts.iter().filter(is_new).cloned().collect()
    }

    pub(super) fn put(&mut self, changed: Vec<(GarageId, ParkingSite, PublishedVersion)>) {
        self.0.extend(changed.into_iter().map(|(garage, site, version)| (garage, (site, version))));
    }
}

/// Versions of the changed sites: the stored one if it has the same hash, else a new one with the time `now`, which is
/// stored.
pub(super) async fn of(
    context: &ServerContext,
    changed: Vec<(GarageId, ParkingSite)>,
    now: Timestamp,
) -> Result<Vec<(GarageId, ParkingSite, PublishedVersion)>, StoreError> {
    let mut known = published::versions(&mut context.store.begin_read().await?).await?;
    let mine = |site: &ParkingSite| PublishedVersion { hash: etag::strong(site), changed_at: now };
    let new: Vec<(GarageId, PublishedVersion)> = changed
        .iter()
        .map(|(garage, site)| (garage.clone(), mine(site)))
        .filter(|(garage, version)| known.get(garage).is_none_or(|known| known.hash != version.hash))
        .collect();
    if !new.is_empty() {
        let mut tx = context.store.begin().await?;
        // Another replica may have stored a version first: its time applies.
        known = written(&mut tx, &new).await?;
        tx.commit().await?;
    }
    let version = |(garage, site): (GarageId, ParkingSite)| {
        let version = known.remove(&garage).unwrap_or_else(|| mine(&site));
        (garage, site, version)
    };
    Ok(changed.into_iter().map(version).collect())
}

async fn written(
    tx: &mut Tx,
    new: &[(GarageId, PublishedVersion)],
) -> Result<HashMap<GarageId, PublishedVersion>, StoreError> {
    for new in new.chunks(500) {
        published::put_versions(tx, new).await?;
    }
    published::versions(tx).await
}
