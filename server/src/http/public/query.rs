//! What of the open-space feed a reader wants: the parameters of ParkAPI v3 that make sense here. Others are
//! ignored, as ParkAPI does.

use process::http::ProblemResponse;
use protocol::problem::Problem;
use protocol::public::{ParkingSite, ParkingSites};
use serde::Deserialize;

const MAX_LIMIT: usize = 1000;

/// Metres.
const EARTH_RADIUS: f64 = 6_371_000.0;

#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Query {
    limit: Option<usize>,
    /// First id of the page: `next_id` of the one before.
    start: Option<i64>,
    purpose: Option<String>,
    /// Part of the name.
    name: Option<String>,
    lat: Option<f64>,
    lon: Option<f64>,
    /// Metres around `lat` and `lon`.
    radius: Option<f64>,
}

impl Query {
    pub(super) fn check(&self) -> Result<(), ProblemResponse> {
        if !(1..=MAX_LIMIT).contains(&self.limit.unwrap_or(MAX_LIMIT)) {
            return Err(wrong("limit", "limit must be 1 to 1000"));
        }
        let place = [self.lat, self.lon, self.radius];
        let named = place.iter().flatten().count();
        if named != 0 && (named != 3 || !place.iter().flatten().all(|value| value.is_finite())) {
            return Err(wrong("radius", "lat, lon and radius go together"));
        }
        Ok(())
    }

    /// The sites are in the order of their ids.
    pub(super) fn page(&self, sites: &[ParkingSite]) -> ParkingSites {
        let wanted: Vec<&ParkingSite> = sites.iter().filter(|site| self.wants(site)).collect();
        let start = self.start.unwrap_or(i64::MIN);
        let mut rest = wanted.iter().filter(|site| site.id >= start);
        let limit = self.limit.unwrap_or(MAX_LIMIT);
        let items = rest.by_ref().take(limit).map(|site| (*site).clone()).collect();
        let next_id = rest.next().map(|site| site.id);
        ParkingSites {
            items,
            total_count: i64::try_from(wanted.len()).unwrap_or(i64::MAX),
            next_id,
            next_path: next_id
                .filter(|_| !self.is_search())
                .map(|id| format!("/api/public/v3/parking-sites?start={id}&limit={limit}")),
        }
    }

    /// The next page of a search is its own address with `start=next_id`.
    fn is_search(&self) -> bool {
        self.name.is_some() || self.purpose.is_some() || self.lat.is_some()
    }

    fn wants(&self, site: &ParkingSite) -> bool {
        let purpose = self.purpose.as_deref().is_none_or(|purpose| purpose.eq_ignore_ascii_case("car"));
        let name =
            self.name.as_deref().is_none_or(|name| site.name.to_lowercase().contains(&name.to_lowercase()));
        purpose && name && self.is_near(site)
    }

    fn is_near(&self, site: &ParkingSite) -> bool {
        match (self.lat, self.lon, self.radius) {
            (Some(lat), Some(lon), Some(radius)) => distance((lat, lon), (site.lat, site.lon)) <= radius,
            _ => true,
        }
    }
}

fn wrong(field: &str, detail: &str) -> ProblemResponse {
    Problem::new(400, "invalid_query", "The query string is wrong").field(field).detail(detail).into()
}

/// Metres over the globe, by the haversine formula.
fn distance(a: (f64, f64), b: (f64, f64)) -> f64 {
    let (lat_a, lat_b) = (a.0.to_radians(), b.0.to_radians());
    let lat = ((lat_b - lat_a) / 2.0).sin().powi(2);
    let lon = ((b.1 - a.1).to_radians() / 2.0).sin().powi(2);
    2.0 * EARTH_RADIUS * (lat + lat_a.cos() * lat_b.cos() * lon).sqrt().asin()
}
