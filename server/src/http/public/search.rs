//! Searches a snapshot for the sites that a query matches, page by page.

use std::ops::RangeInclusive;

use domain::time::Timestamp;
use form_urlencoded::{Serializer, parse};
use protocol::public::{ParkingSite, SitePurpose, SiteType};

use super::query::MAX_LIMIT;
use crate::app::public_sites::document::FeedDocument;
use crate::app::public_sites::{FeedSnapshot, PublishedSite, write_page};

/// Metres.
const EARTH_RADIUS: f64 = 6_371_000.0;

/// A validated query.
#[derive(Debug, Clone)]
pub(super) struct SiteSearch {
    pub limit: usize,
    pub start: Option<i64>,
    pub source_id: Option<i64>,
    pub source_uids: Option<Vec<String>>,
    pub any_source_uid: Option<Vec<String>>,
    pub not_source_ids: Vec<i64>,
    /// In lower case.
    pub name: Option<String>,
    pub purpose: Option<SitePurpose>,
    pub kind: Option<SiteType>,
    pub not_kind: Option<SiteType>,
    /// If true, no site matches: no site has a region code.
    pub has_region_code: bool,
    pub circle: Option<SearchCircle>,
    pub within: Option<BoundingBox>,
    /// Filter by a time of the site: from, until; both inclusive.
    pub since: Vec<(TimeFilter, Option<Timestamp>, Option<Timestamp>)>,
    /// If true, no site matches: no site is a duplicate.
    pub is_duplicate: bool,
}

/// Metres around a point of the globe.
#[derive(Debug, Clone, Copy)]
pub(super) struct SearchCircle {
    pub lat: f64,
    pub lon: f64,
    pub radius: f64,
}

#[derive(Debug, Clone)]
pub(super) struct BoundingBox {
    pub lat: RangeInclusive<f64>,
    pub lon: RangeInclusive<f64>,
}

/// A time of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimeFilter {
    Static,
    Realtime,
    Modified,
}

impl SiteSearch {
    /// Whether this is the first page of the whole list.
    pub(super) fn is_everything(&self) -> bool {
        self.limit == MAX_LIMIT && self.start.is_none() && !self.is_filter()
    }

    fn is_filter(&self) -> bool {
        self.source_id.is_some()
            || self.source_uids.is_some()
            || self.any_source_uid.is_some()
            || !self.not_source_ids.is_empty()
            || self.name.is_some()
            || self.purpose.is_some()
            || self.kind.is_some()
            || self.not_kind.is_some()
            || self.has_region_code
            || self.circle.is_some()
            || self.within.is_some()
            || !self.since.is_empty()
            || self.is_duplicate
    }

    /// `raw` is the query string; the link to the next page is derived from it.
    pub(super) fn page(&self, snapshot: &FeedSnapshot, raw: &str) -> FeedDocument {
        let asked: Vec<&PublishedSite> =
            snapshot.sites.iter().filter(|site| self.wants(&site.site, &snapshot.source_uid)).collect();
        let start = self.start.unwrap_or(i64::MIN);
        let from = asked.partition_point(|site| site.site.id < start);
        let rest = asked.get(from..).unwrap_or_default();
        let next = |next| next_query(raw, next, self.limit);
        FeedDocument::new(write_page(rest, asked.len(), self.limit, snapshot.max_age, next))
    }

    fn wants(&self, site: &ParkingSite, source_uid: &str) -> bool {
        let is_source = |uids: &Vec<String>| uids.iter().any(|uid| uid == source_uid);
        let named = |name: &String| {
            site.name.to_lowercase().contains(name) || site.name_en.to_lowercase().contains(name)
        };
        self.source_id.is_none_or(|id| id == site.source_id)
            && self.source_uids.as_ref().is_none_or(is_source)
            && self.any_source_uid.as_ref().is_none_or(is_source)
            && !self.not_source_ids.contains(&site.source_id)
            && self.name.as_ref().is_none_or(named)
            && self.purpose.is_none_or(|purpose| purpose == site.purpose)
            && self.kind.is_none_or(|kind| site.r#type == Some(kind))
            && self.not_kind.is_none_or(|kind| site.r#type != Some(kind))
            && !self.has_region_code
            && !self.is_duplicate
            && self.circle.is_none_or(|circle| circle.contains(site))
            && self.within.as_ref().is_none_or(|within| within.contains(site))
            && self.since.iter().all(|(time, from, until)| time.is_within(site, *from, *until))
    }
}

impl SearchCircle {
    /// Distance in metres by the haversine formula.
    fn contains(self, site: &ParkingSite) -> bool {
        let (lat_a, lat_b) = (self.lat.to_radians(), site.lat.to_radians());
        let lat = ((lat_b - lat_a) / 2.0).sin().powi(2);
        let lon = ((site.lon - self.lon).to_radians() / 2.0).sin().powi(2);
        2.0 * EARTH_RADIUS * (lat + lat_a.cos() * lat_b.cos() * lon).sqrt().asin() <= self.radius
    }
}

impl BoundingBox {
    fn contains(&self, site: &ParkingSite) -> bool {
        self.lat.contains(&site.lat) && self.lon.contains(&site.lon)
    }
}

impl TimeFilter {
    /// A site without this time does not match.
    fn is_within(self, site: &ParkingSite, from: Option<Timestamp>, until: Option<Timestamp>) -> bool {
        let at = match self {
            Self::Static => Some(site.static_data_updated_at),
            Self::Realtime => site.realtime_data_updated_at,
            Self::Modified => Some(site.modified_at),
        };
        at.is_some_and(|at| from.is_none_or(|from| from <= at) && until.is_none_or(|until| at <= until))
    }
}

/// The query string of the same search from `next` on.
fn next_query(raw: &str, next: i64, limit: usize) -> String {
    let mut query = Serializer::new(String::new());
    for (key, value) in parse(raw.as_bytes()).filter(|(key, _)| key != "start" && key != "limit") {
        query.append_pair(&key, &value);
    }
    query.append_pair("start", &next.to_string()).append_pair("limit", &limit.to_string()).finish()
}

#[cfg(test)]
mod tests {
    use super::next_query;

    #[test]
    fn the_next_page_asks_for_the_same() {
        assert_eq!(
            next_query("name=%E8%BD%A6+%26&start=3&limit=2&type=CAR_PARK", 7, 2),
            "name=%E8%BD%A6+%26&type=CAR_PARK&start=7&limit=2"
        );
    }
}
