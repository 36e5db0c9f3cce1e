//! Published values of a site, sampled every five minutes and kept for a week.

use std::time::Duration;

use domain::ids::GarageId;
use domain::time::Timestamp;
use protocol::public::{ParkingSite, SiteHistory, SiteSample};

use super::snapshot;
use crate::app::App;
use crate::context::ServerContext;
use store::StoreError;
use store::published::{self, StoredSample};

const EVERY: Duration = Duration::from_secs(5 * 60);
const KEPT: Duration = Duration::from_secs(7 * 24 * 3600);

/// All samples that are kept, and the one that is pruned next.
pub const MOST: usize = 2017;

/// Samples of a day.
pub const USUAL: usize = 288;

/// A page of samples.
#[derive(Debug, Clone, Copy)]
pub struct HistoryPage {
    /// Number of the newest sample on the page; `None`: the newest of all.
    pub start: Option<i64>,
    pub limit: usize,
}

/// A page of the site's history; `None` if the site does not exist.
pub async fn read(app: &App, site: i64, page: HistoryPage) -> Result<Option<SiteHistory>, StoreError> {
    let snapshot = snapshot(app).await?;
    let Some(published) = snapshot.find(site) else { return Ok(None) };
    let Ok(garage) = GarageId::parse(&published.site.original_uid) else { return Ok(None) };
    let latest = page.start.map_or(app.now(), moment);
    let mut tx = app.store.begin_read().await?;
    let total_count = published::samples_count(&mut tx, &garage).await?;
    let wanted = i64::try_from(page.limit).unwrap_or(i64::MAX).saturating_add(1);
    let mut stored = published::samples(&mut tx, &garage, latest, wanted).await?;
    drop(tx);
    let next_id = stored.get(page.limit).map(|next| number(next.at));
    stored.truncate(page.limit);
    let path =
        |next: i64| format!("/api/public/v3/parking-sites/{site}/history?start={next}&limit={}", page.limit);
    let items = stored.into_iter().map(|sample| shown(site, &sample)).collect();
    Ok(Some(SiteHistory { items, total_count, next_id, next_path: next_id.map(path) }))
}

fn shown(site: i64, sample: &StoredSample) -> SiteSample {
    SiteSample {
        id: number(sample.at),
        parking_site_id: site,
        capacity: sample.capacity,
        realtime_capacity: sample.free.map(|_| sample.capacity),
        realtime_free_capacity: sample.free,
        realtime_opening_status: sample.status,
        realtime_data_updated_at: sample.confirmed_at,
        created_at: sample.at,
        modified_at: sample.at,
    }
}

fn every() -> i64 {
    i64::try_from(EVERY.as_micros()).unwrap_or(i64::MAX)
}

/// Number of a sampling time, counted from 1970.
fn number(at: Timestamp) -> i64 {
    at.micros().div_euclid(every())
}

fn moment(number: i64) -> Timestamp {
    Timestamp::from_micros(number.saturating_mul(every()))
}

/// Stores the published values, once every five minutes. A failed write is retried with the next snapshot of the same
/// five minutes; after that the sample is missing.
pub(super) async fn sample(app: &App, sites: &[ParkingSite], now: Timestamp) {
    let at = moment(number(now));
    if app.public_sites.parts().sampled_at == Some(at) {
        return;
    }
    let samples: Vec<StoredSample> = sites.iter().filter_map(|site| taken(site, at)).collect();
    match write(app, &samples, at).await {
        Ok(()) => app.public_sites.parts().sampled_at = Some(at),
        Err(error) => tracing::warn!(%error, "feed history not written; will retry"),
    }
}

fn taken(site: &ParkingSite, at: Timestamp) -> Option<StoredSample> {
    Some(StoredSample {
        garage: GarageId::parse(&site.original_uid).ok()?,
        at,
        capacity: site.capacity,
        free: site.realtime_free_capacity,
        status: site.realtime_opening_status,
        confirmed_at: site.realtime_data_updated_at,
    })
}

async fn write(context: &ServerContext, samples: &[StoredSample], at: Timestamp) -> Result<(), StoreError> {
    let mut tx = context.store.begin().await?;
    published::record(&mut tx, samples).await?;
    published::prune(&mut tx, at - KEPT).await?;
    tx.commit().await
}
