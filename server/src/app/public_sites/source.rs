//! The district as a source of data, with its licence.

use domain::time::Timestamp;
use protocol::public::{FeedSource, ParkingSite, SourceStatus};

use super::FeedSettings;
use store::published::StoredSource;

/// The one source of this district's sites.
pub const SOURCE_ID: i64 = 1;

/// Default until a district file names the source.
const UNNAMED: &str = "shared-parking";

pub(super) fn source(
    stored: Option<StoredSource>,
    settings: &FeedSettings,
    sites: &[ParkingSite],
) -> FeedSource {
    let first = sites.iter().map(|site| site.created_at).min().unwrap_or(Timestamp::from_micros(0));
    let (created_at, modified_at) =
        stored.as_ref().map_or((first, first), |stored| (stored.created_at, stored.modified_at));
    let spec = stored.map(|stored| stored.spec);
    let realtime = sites.iter().filter_map(|site| site.realtime_data_updated_at).max();
    let status = |is_active: bool| if is_active { SourceStatus::Active } else { SourceStatus::Provisioned };
    FeedSource {
        id: SOURCE_ID,
        uid: spec.as_ref().map_or_else(|| UNNAMED.to_owned(), |spec| spec.uid.clone()),
        name: spec.as_ref().map(|spec| spec.name.clone()),
        public_url: spec.as_ref().map(|spec| spec.public_url.clone()).or_else(|| settings.public_url.clone()),
        attribution_license: spec.as_ref().and_then(|spec| spec.license.clone()),
        attribution_contributor: spec.as_ref().and_then(|spec| spec.contributor.clone()),
        attribution_url: spec.and_then(|spec| spec.attribution_url),
        static_status: status(!sites.is_empty()),
        realtime_status: status(realtime.is_some()),
        static_data_updated_at: sites.iter().map(|site| site.static_data_updated_at).max(),
        realtime_data_updated_at: realtime,
        created_at,
        modified_at,
    }
}
