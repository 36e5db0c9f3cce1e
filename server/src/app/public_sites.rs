//! The open-space feed for everyone, and the rules of what it may say.
//!
//! - A count is shown only while the garage's gateway is alive; otherwise it is left out: "no data" is not 0.
//! - While the public may not enter (the school, during pickup), the garage is `CLOSED` and has 0 free spaces,
//!   however many stand empty.
//! - Thousands of readers cost the database one look a second: everyone is served from a snapshot.

pub mod forecast;
mod opening_hours;
mod site;

use std::sync::Arc;
use std::time::Duration;

use domain::ids::GarageId;
use domain::time::Timestamp;
use protocol::public::ParkingSite;
use tokio::sync::Mutex;

use super::App;
use super::recent::Recent;
use super::sharing::public::PublicHours;
use crate::store::{StoreError, garage, gateway};

/// How old a snapshot may be.
const FRESH: Duration = Duration::from_secs(1);

/// Garages of a district, some with several numbers of hours.
const MOST_FORECASTS: usize = 2_000;

/// All sites as they were at one moment.
#[derive(Debug)]
pub struct Snapshot {
    pub sites: Vec<ParkingSite>,
    pub etag: String,
    at: Timestamp,
}

/// The newest snapshot. Whoever finds it too old renews it while the others wait for the result.
#[derive(Debug)]
pub struct Cache {
    newest: Mutex<Option<Arc<Snapshot>>>,
    forecasts: Recent<forecast::Question, Arc<forecast::Snapshot>>,
}

impl Default for Cache {
    fn default() -> Self {
        Self { newest: Mutex::default(), forecasts: Recent::new(FRESH, MOST_FORECASTS) }
    }
}

pub async fn snapshot(app: &App) -> Result<Arc<Snapshot>, StoreError> {
    let mut newest = app.public_sites.newest.lock().await;
    let now = app.now();
    if let Some(snapshot) =
        newest.as_ref().filter(|snapshot| now.since(snapshot.at) < FRESH && now >= snapshot.at)
    {
        return Ok(Arc::clone(snapshot));
    }
    let sites = sites(app, now).await?;
    let snapshot = Arc::new(Snapshot { etag: super::etag::weak(&sites), sites, at: now });
    *newest = Some(Arc::clone(&snapshot));
    Ok(snapshot)
}

async fn sites(app: &App, now: Timestamp) -> Result<Vec<ParkingSite>, StoreError> {
    let mut tx = app.store.begin_read().await?;
    let garages = garage::all(&mut tx).await?;
    let hours = PublicHours::read(app, &mut tx, now).await?;
    let gateways = gateway::health(&mut tx).await?;
    drop(tx);
    let seen = |id: &GarageId| gateways.iter().find(|g| g.garage == *id).and_then(|g| g.last_seen_at);
    let site = |garage: &garage::Garage| site::site(garage, &hours, seen(&garage.id), now);
    Ok(garages.iter().map(site).collect())
}

/// Spaces that the public could take now; absent without data. The operator's console shows the same figure.
pub(super) fn open_now(
    garage: &garage::Garage,
    hours: &PublicHours,
    last_seen_at: Option<Timestamp>,
    now: Timestamp,
) -> Option<u32> {
    site::realtime(garage, hours, last_seen_at, now).map(|realtime| realtime.free)
}
