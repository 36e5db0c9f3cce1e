//! The newest snapshot and its renewal.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use domain::time::Timestamp;
use protocol::public::{FeedSources, ParkingSite, ParkingSites};
use store::StoreError;

use super::build::{self, PublishedFeed};
use super::document::FeedDocument;
use super::{FRESH, history};
use crate::app::App;

/// While one reader renews the snapshot, others get one of at most this age.
const MAX_STALE: Duration = Duration::from_secs(3);

/// Most sites on the first page.
pub(super) const FIRST_PAGE: usize = 1000;

/// All sites at one moment.
#[derive(Debug)]
pub struct FeedSnapshot {
    /// Sorted by number.
    pub sites: Vec<PublishedSite>,
    /// The first page of the list of all sites.
    pub list: Arc<FeedDocument>,
    pub sources: Arc<FeedDocument>,
    pub source: Arc<FeedDocument>,
    pub source_uid: String,
    pub max_age: Duration,
    feed: Arc<PublishedFeed>,
    at: Timestamp,
}

/// A site and its JSON.
#[derive(Debug, Clone)]
pub struct PublishedSite {
    pub site: ParkingSite,
    pub json: Bytes,
}

/// The newest snapshot, at most a second old. One reader renews it; until then the others get the previous one.
pub async fn snapshot(app: &App) -> Result<Arc<FeedSnapshot>, StoreError> {
    let now = app.now();
    if let Some(snapshot) = newest(app, now, FRESH) {
        return Ok(snapshot);
    }
    let turn = match app.public_sites.renewal.try_lock() {
        Ok(turn) => turn,
        Err(_) => {
            if let Some(snapshot) = newest(app, now, MAX_STALE) {
                return Ok(snapshot);
            }
            app.public_sites.renewal.lock().await
        }
    };
    if let Some(snapshot) = newest(app, now, FRESH) {
        return Ok(snapshot);
    }
    let snapshot = renewed(app, now).await?;
    drop(turn);
    Ok(snapshot)
}

fn newest(app: &App, now: Timestamp, max_age: Duration) -> Option<Arc<FeedSnapshot>> {
    let newest = app.public_sites.newest.read().unwrap_or_else(PoisonError::into_inner);
    newest.as_ref().filter(|snapshot| now.since(snapshot.at) < max_age && now >= snapshot.at).cloned()
}

async fn renewed(app: &App, now: Timestamp) -> Result<Arc<FeedSnapshot>, StoreError> {
    let feed = Arc::new(build::feed(app, now).await?);
    history::sample(app, &feed.sites, now).await;
    let before = app.public_sites.newest.read().unwrap_or_else(PoisonError::into_inner).clone();
    let max_age = app.feed.max_age;
    // Writing and compressing the sites of a district takes some milliseconds, so it runs on a blocking thread.
    let make = {
        let (feed, before) = (Arc::clone(&feed), before.clone());
        move || made(feed, before.as_deref(), max_age, now)
    };
    let snapshot = match tokio::task::spawn_blocking(make).await {
        Ok(snapshot) => snapshot,
        Err(_) => made(feed, before.as_deref(), max_age, now),
    };
    let snapshot = Arc::new(snapshot);
    *app.public_sites.newest.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&snapshot));
    Ok(snapshot)
}

/// Unchanged content keeps its bytes.
fn made(
    feed: Arc<PublishedFeed>,
    before: Option<&FeedSnapshot>,
    max_age: Duration,
    at: Timestamp,
) -> FeedSnapshot {
    if let Some(before) = before.filter(|before| before.feed == feed && before.max_age == max_age) {
        return FeedSnapshot {
            sites: before.sites.clone(),
            list: Arc::clone(&before.list),
            sources: Arc::clone(&before.sources),
            source: Arc::clone(&before.source),
            source_uid: before.source_uid.clone(),
            max_age,
            feed,
            at,
        };
    }
    let sites: Vec<PublishedSite> = feed.sites.iter().map(|site| published(site, before)).collect();
    let all: Vec<&PublishedSite> = sites.iter().collect();
    let list =
        write_page(&all, all.len(), FIRST_PAGE, max_age, |next| format!("start={next}&limit={FIRST_PAGE}"));
    let sources = FeedSources { items: vec![feed.source.clone()], total_count: 1 };
    FeedSnapshot {
        list: Arc::new(FeedDocument::new(list)),
        sources: Arc::new(FeedDocument::new(json(&sources))),
        source: Arc::new(FeedDocument::new(json(&feed.source))),
        source_uid: feed.source.uid.clone(),
        sites,
        max_age,
        feed,
        at,
    }
}

fn published(site: &ParkingSite, before: Option<&FeedSnapshot>) -> PublishedSite {
    let before = before.and_then(|before| before.find(site.id));
    match before.filter(|before| before.site == *site) {
        Some(before) => before.clone(),
        None => PublishedSite { site: site.clone(), json: json(site).into() },
    }
}

/// Our own types always serialise.
fn json(value: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(value).unwrap_or_default()
}

/// The first `limit` of `rest` as a page; `total` is the number of sites on all pages, and `query` makes the next
/// page's query.
pub fn write_page(
    rest: &[&PublishedSite],
    total: usize,
    limit: usize,
    max_age: Duration,
    query: impl FnOnce(i64) -> String,
) -> Vec<u8> {
    let next_id = rest.get(limit).map(|next| next.site.id);
    let envelope = ParkingSites {
        items: Vec::new(),
        total_count: i64::try_from(total).unwrap_or(i64::MAX),
        next_id,
        next_path: next_id.map(|next| format!("/api/public/v3/parking-sites?{}", query(next))),
        realtime_max_age_s: max_age.as_secs(),
    };
    let envelope = json(&envelope);
    // The empty list of items comes first in the envelope.
    let (head, tail) = envelope.split_at(EMPTY_ITEMS.len().min(envelope.len()));
    let items: usize = rest.iter().take(limit).map(|site| site.json.len() + 1).sum();
    let mut page = Vec::with_capacity(envelope.len() + items);
    page.extend_from_slice(head);
    for (i, site) in rest.iter().take(limit).enumerate() {
        if i > 0 {
            page.push(b',');
        }
        page.extend_from_slice(&site.json);
    }
    page.extend_from_slice(tail);
    page
}

/// Start of an envelope up to its items.
const EMPTY_ITEMS: &[u8] = br#"{"items":["#;

impl FeedSnapshot {
    pub fn find(&self, id: i64) -> Option<&PublishedSite> {
        let at = self.sites.binary_search_by_key(&id, |site| site.site.id).ok()?;
        self.sites.get(at)
    }
}
