//! The public feed of open spaces, and the rules of its content.
//!
//! - A count is published while it is younger than [`FeedSettings::max_age`] and trusted; otherwise the site has "no
//!   data", which is not 0, and its opening status is `UNKNOWN`.
//! - While the public may not enter (the school, during pickup), the garage is `CLOSED` and has 0 free spaces, even if
//!   spaces are empty.
//! - A free space is one that a car without a reservation could take now. Reserved empty spaces are not free, nor are
//!   those that pickup will need before such a car would leave. The number is never above the capacity less the counted
//!   cars.
//! - Thousands of readers cost the database one set of queries a second: every reader gets the bytes of one snapshot,
//!   which is built and compressed once.
//!
//! - `snapshot`: the newest snapshot and its renewal; [`document`]: bytes with their tag
//! - `build`: reads the input; `realtime`, `trust`, `hours`, `site`: the parts; [`opening_hours`]: the text
//! - `version`: last change of a site's facts; [`history`]: earlier published values; [`source`]: the publisher

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
use super::sharing::public::PublicHours;
use super::ttl_cache::TtlCache;
use store::{StoreError, garage};

pub use snapshot::{FeedSnapshot, PublishedSite, snapshot, write_page};

/// Greatest age of a snapshot.
const FRESH: Duration = Duration::from_secs(1);

/// Garages of a district, some with several numbers of hours.
const MOST_FORECASTS: usize = 2_000;

/// The feed's part of the server's configuration.
#[derive(Debug, Clone)]
pub struct FeedSettings {
    /// Longest time since the count's last confirmation; an older count is no data.
    pub max_age: Duration,
    /// Base URL under which browsers reach this server.
    pub public_url: Option<String>,
}

impl Default for FeedSettings {
    fn default() -> Self {
        Self { max_age: COUNT_MAX_AGE, public_url: None }
    }
}

/// The newest snapshot, and cached parts of the next one.
#[derive(Debug)]
pub struct FeedCache {
    newest: RwLock<Option<Arc<FeedSnapshot>>>,
    /// Held by the reader that renews the snapshot.
    renewal: tokio::sync::Mutex<()>,
    parts: Mutex<SnapshotParts>,
    forecasts: TtlCache<forecast::ForecastKey, Arc<forecast::ForecastSnapshot>>,
}

/// Used only by the reader that renews the snapshot.
#[derive(Debug, Default)]
struct SnapshotParts {
    hours: HoursCache,
    trust: TrustCache,
    versions: VersionCache,
    /// Time of the newest stored sample.
    sampled_at: Option<Timestamp>,
}

impl Default for FeedCache {
    fn default() -> Self {
        Self {
            newest: RwLock::default(),
            renewal: tokio::sync::Mutex::default(),
            parts: Mutex::default(),
            forecasts: TtlCache::new(FRESH, MOST_FORECASTS),
        }
    }
}

impl FeedCache {
    fn parts(&self) -> MutexGuard<'_, SnapshotParts> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Spaces that the public could take now; `None` without a recent count. The operator's console shows the number beside
/// the confidence in the count.
pub(super) async fn open_now(
    app: &App,
    garage: &garage::StoredGarage,
    hours: &PublicHours,
    last_seen_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<Option<u32>, StoreError> {
    Ok(realtime::realtime(app, garage, hours, last_seen_at, now).await?.map(|realtime| realtime.free))
}
