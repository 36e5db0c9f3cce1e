//! The open-space feed for everyone, and the rules of what it may say.
//!
//! - A count is shown only while the garage's gateway is alive; otherwise it is left out: "no data" is not 0.
//! - While the public may not enter (the school, during pickup), the garage is `CLOSED` and has 0 free spaces,
//!   however many stand empty.
//! - What is free is what a car without a reservation could take now: spaces that are reserved and still empty are not, nor
//!   those that pickup will need before such a car would be out again. The counted cars have the last word.
//! - Thousands of readers cost the database one look a second: everyone is served from a snapshot.

pub mod forecast;
mod opening_hours;
mod site;

use std::sync::Arc;
use std::time::Duration;

use domain::access::Audience;
use domain::allocation::Book;
use domain::ids::GarageId;
use domain::occupancy::open_spaces;
use domain::time::Timestamp;
use protocol::public::{OpeningStatus, ParkingSite, REALTIME_MAX_AGE};
use tokio::sync::Mutex;

use self::site::Realtime;
use super::App;
use super::allocation::{self, AllocationError};
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
    let mut sites = Vec::with_capacity(garages.len());
    for garage in &garages {
        let realtime = realtime(app, garage, &hours, seen(&garage.id), now).await?;
        sites.push(site::site(garage, hours.windows(&garage.id), realtime.as_ref(), now));
    }
    Ok(sites)
}

/// What is true now; absent if nobody knows.
async fn realtime(
    app: &App,
    garage: &garage::Garage,
    hours: &PublicHours,
    last_seen_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<Option<Realtime>, StoreError> {
    let alive = last_seen_at.filter(|seen| now.since(*seen) <= REALTIME_MAX_AGE);
    let (Some(updated_at), Some(occupied)) = (alive, garage.occupied) else { return Ok(None) };
    if !hours.open_at(&garage.id, now) {
        return Ok(Some(Realtime { free: 0, status: OpeningStatus::Closed, updated_at }));
    }
    let Some(room) = room(app, &garage.id, now).await? else { return Ok(None) };
    let free = open_spaces(garage.capacity, occupied).min(room);
    Ok(Some(Realtime { free, status: OpeningStatus::Open, updated_at }))
}

/// What windows and reservations leave to cars without one; absent if that cannot be told now.
async fn room(app: &App, garage: &GarageId, now: Timestamp) -> Result<Option<u32>, StoreError> {
    let room = |book: &Book| {
        let pools = book.layout().pools.keys();
        let rooms = pools.filter_map(|pool| book.room_for_walk_in(pool, Audience::Public, now));
        rooms.map(|(room, _)| room).sum()
    };
    match allocation::read(app, garage, room).await.map(Some) {
        Ok(room) => Ok(room),
        Err(AllocationError::Store(error)) => Err(error),
        Err(_) => Ok(None),
    }
}

/// Spaces that the public could take now; absent without data. The operator's console shows the same figure.
pub(super) async fn open_now(
    app: &App,
    garage: &garage::Garage,
    hours: &PublicHours,
    last_seen_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<Option<u32>, StoreError> {
    Ok(realtime(app, garage, hours, last_seen_at, now).await?.map(|realtime| realtime.free))
}
