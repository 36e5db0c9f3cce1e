//! Reads the input of a snapshot.

use std::collections::HashMap;

use domain::ids::GarageId;
use domain::time::Timestamp;
use protocol::public::{FeedSource, ParkingSite, PublishedSpec};

use super::realtime::{SiteRealtime, realtime};
use super::{SnapshotParts, site, source, trust, version};
use crate::app::sharing::public::PublicHours;
use crate::app::{App, allocation};
use store::garage::{self, StoredGarage};
use store::gateway::{self, GatewayHealth};
use store::published::{self, StoredSource};
use store::{StoreError, count_doubt};

/// The published sites, sorted by number, and their source.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PublishedFeed {
    pub sites: Vec<ParkingSite>,
    pub source: FeedSource,
}

/// Rows of one database snapshot.
struct StoredFeed {
    garages: Vec<StoredGarage>,
    hours: PublicHours,
    gateways: HashMap<GarageId, GatewayHealth>,
    facts: HashMap<GarageId, PublishedSpec>,
    source: Option<StoredSource>,
    doubts: HashMap<GarageId, count_doubt::CountDoubts>,
}

pub(super) async fn feed(app: &App, now: Timestamp) -> Result<PublishedFeed, StoreError> {
    let mut stored = read(app, now).await?;
    let facts = facts(app, &mut stored, now);
    let changed = app.public_sites.parts().versions.changed(&facts);
    if !changed.is_empty() {
        let versions = version::of(app, changed, now).await?;
        app.public_sites.parts().versions.put(versions);
    }
    allocation::compare_all(app).await?;
    let mut sites = Vec::with_capacity(facts.len());
    for (garage, (id, facts)) in stored.garages.iter().zip(facts) {
        let realtime = believed(app, &stored, garage, now).await?;
        let changed_at = app.public_sites.parts().versions.changed_at(&id).unwrap_or(now);
        sites.push(site::published(facts, changed_at, realtime.as_ref()));
    }
    let source = source::source(stored.source, &app.feed, &sites);
    Ok(PublishedFeed { sites, source })
}

async fn read(app: &App, now: Timestamp) -> Result<StoredFeed, StoreError> {
    let mut tx = app.store.begin_read().await?;
    let facts = published::all_facts(&mut tx).await?;
    let mut garages = garage::all(&mut tx).await?;
    garages.retain(|garage| facts.get(&garage.id).is_none_or(|facts| facts.listed));
    let hours = PublicHours::read(app, &mut tx, now).await?;
    let gateways = gateway::health(&mut tx).await?;
    let source = published::source(&mut tx).await?;
    let due = app.public_sites.parts().trust.due(&garages, now);
    let doubts = trust::TrustCache::read(&mut tx, &due).await?;
    let gateways = gateways.into_iter().map(|health| (health.garage.clone(), health)).collect();
    Ok(StoredFeed { garages, hours, gateways, facts, source, doubts })
}

/// Facts in the order of the garages.
fn facts(app: &App, stored: &mut StoredFeed, now: Timestamp) -> Vec<(GarageId, ParkingSite)> {
    let mut parts = app.public_sites.parts();
    let SnapshotParts { hours, trust, .. } = &mut *parts;
    trust.put(std::mem::take(&mut stored.doubts), now);
    let today = now.local_date();
    let mut all = Vec::with_capacity(stored.garages.len());
    for garage in &stored.garages {
        let text = hours.text(&garage.id, &stored.hours, today);
        let facts = stored.facts.remove(&garage.id).unwrap_or_default();
        all.push((garage.id.clone(), site::facts(garage, facts, text)));
    }
    all
}

/// Realtime values, if the count is trusted.
async fn believed(
    app: &App,
    stored: &StoredFeed,
    garage: &StoredGarage,
    now: Timestamp,
) -> Result<Option<SiteRealtime>, StoreError> {
    let health = stored.gateways.get(&garage.id);
    if !app.public_sites.parts().trust.is_believed(garage, health, now) {
        return Ok(None);
    }
    let seen = health.and_then(|health| health.last_seen_at);
    realtime(app, garage, &stored.hours, seen, now).await
}
