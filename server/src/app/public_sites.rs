//! The open-space feed for everyone, and the rules of what it may say.
//!
//! - A count is a fact while it is younger than [`FeedSettings::max_age`] and believed; otherwise the site has "no data", which is
//!   not 0, and its opening status is `UNKNOWN`.
//! - While the public may not enter (the school, during pickup), the garage is `CLOSED` and has 0 free spaces,
//!   however many stand empty.
//! - What is free is what a car without a reservation could take now: spaces that are reserved and still empty are not, nor
//!   those that pickup will need before such a car would be out again. The counted cars have the last word.
//! - Thousands of readers cost the database one look a second: everyone is served the bytes of one snapshot, which is made and
//!   compressed once.
//!
//! - `snapshot`: the newest one, and who renews it; [`document`]: bytes with their tag
//! - `build`: reads what it is made of; `realtime`, `trust`, `hours`, `site`: its parts; [`opening_hours`]: the text
//! - `version`: when the facts of a site changed last; [`history`]: what was published before; [`source`]: the publisher

mod build;
pub mod document;
pub mod forecast;
pub mod history;
mod hours;
pub mod opening_hours;
mod realtime;
mod site;
mod snapshot;
pub mod source;
mod trust;
mod version;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use domain::time::Timestamp;
use protocol::public::COUNT_MAX_AGE;

use self::hours::HoursCache;
use self::trust::TrustCache;
use self::version::VersionCache;
use super::App;
use super::recent::Recent;
use super::sharing::public::PublicHours;
use crate::store::{StoreError, garage};

pub use snapshot::{FeedSnapshot, PublishedSite, snapshot, write_page};

/// How old a snapshot may be.
const FRESH: Duration = Duration::from_secs(1);

/// Garages of a district, some with several numbers of hours.
const MOST_FORECASTS: usize = 2_000;

/// The feed's part of the server's configuration.
#[derive(Debug, Clone)]
pub struct FeedSettings {
    /// A count that was not confirmed for longer is no data.
    pub max_age: Duration,
    /// How browsers reach this server.
    pub public_url: Option<String>,
}

impl Default for FeedSettings {
    fn default() -> Self {
        Self { max_age: COUNT_MAX_AGE, public_url: None }
    }
}

/// The newest snapshot, and what the next one is made from with less work.
#[derive(Debug)]
pub struct FeedCache {
    newest: RwLock<Option<Arc<FeedSnapshot>>>,
    /// Held by the one who renews the snapshot.
    renewal: tokio::sync::Mutex<()>,
    parts: Mutex<SnapshotParts>,
    forecasts: Recent<forecast::Question, Arc<forecast::ForecastSnapshot>>,
}

/// Only the one who renews the snapshot uses them.
#[derive(Debug, Default)]
struct SnapshotParts {
    hours: HoursCache,
    trust: TrustCache,
    versions: VersionCache,
    /// Of the newest sample that was written.
    sampled_at: Option<Timestamp>,
}

impl Default for FeedCache {
    fn default() -> Self {
        Self {
            newest: RwLock::default(),
            renewal: tokio::sync::Mutex::default(),
            parts: Mutex::default(),
            forecasts: Recent::new(FRESH, MOST_FORECASTS),
        }
    }
}

impl FeedCache {
    fn parts(&self) -> MutexGuard<'_, SnapshotParts> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Spaces that the public could take now; absent without a count that is young enough. The operator's console shows it beside how
/// far the count can be believed.
pub(super) async fn open_now(
    app: &App,
    garage: &garage::Garage,
    hours: &PublicHours,
    last_seen_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<Option<u32>, StoreError> {
    Ok(realtime::realtime(app, garage, hours, last_seen_at, now).await?.map(|realtime| realtime.free))
}
