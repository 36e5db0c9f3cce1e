//! When the facts of a site changed last. It is in the database, so that all replicas publish the same time and a restart changes nothing.

use std::collections::HashMap;

use domain::ids::GarageId;
use domain::time::Timestamp;
use protocol::public::ParkingSite;

use crate::app::{App, etag};
use crate::store::published::{self, PublishedVersion};
use crate::store::{StoreError, Tx};

/// Facts as they were published last, with their version.
#[derive(Debug, Default)]
pub(super) struct VersionCache(HashMap<GarageId, (ParkingSite, PublishedVersion)>);

impl VersionCache {
    pub(super) fn changed_at(&self, garage: &GarageId) -> Option<Timestamp> {
        self.0.get(garage).map(|(_, version)| version.changed_at)
    }

    /// The sites whose facts are others than before.
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

/// Their versions: the stored one where it is of the same facts, else of now, which is then written.
pub(super) async fn of(
    app: &App,
    changed: Vec<(GarageId, ParkingSite)>,
    now: Timestamp,
) -> Result<Vec<(GarageId, ParkingSite, PublishedVersion)>, StoreError> {
    let mut known = published::versions(&mut app.store.begin_read().await?).await?;
    let mine = |site: &ParkingSite| PublishedVersion { hash: etag::strong(site), changed_at: now };
    let new: Vec<(GarageId, PublishedVersion)> = changed
        .iter()
        .map(|(garage, site)| (garage.clone(), mine(site)))
        .filter(|(garage, version)| known.get(garage).is_none_or(|known| known.hash != version.hash))
        .collect();
    if !new.is_empty() {
        let mut tx = app.store.begin().await?;
        // Another replica may have been first: its time holds.
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
