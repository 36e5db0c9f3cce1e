//! Parameters of the open-space feed: those of ParkAPI v3. An unknown parameter or an invalid value is refused,
//! because an unfiltered response would look like a match.

use domain::time::Timestamp;
use protocol::public::{SitePurpose, SiteType};
use serde::{Deserialize, Deserializer};
use service::http::ProblemResponse;

use super::search::{BoundingBox, SearchCircle, SiteSearch, TimeFilter};
use super::wrong;

pub(super) const MAX_LIMIT: usize = 1000;

/// Half of the earth's circumference in metres: the largest possible distance.
const FARTHEST: f64 = 20_040_000.0;

#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SiteQuery {
    limit: Option<usize>,
    /// First id of the page: `next_id` of the previous page.
    start: Option<i64>,
    source_id: Option<i64>,
    source_uid: Option<String>,
    /// Matches any of these.
    #[param(value_type = Option<String>, example = "a,b")]
    source_uids: Option<CommaList<String>>,
    #[param(value_type = Option<String>, example = "1,2")]
    not_source_ids: Option<CommaList<i64>>,
    /// Matches a part of the name.
    name: Option<String>,
    purpose: Option<SitePurpose>,
    r#type: Option<SiteType>,
    not_type: Option<SiteType>,
    official_region_code: Option<String>,
    lat: Option<f64>,
    lon: Option<f64>,
    /// Metres around `lat` and `lon`.
    radius: Option<f64>,
    lat_min: Option<f64>,
    lat_max: Option<f64>,
    lon_min: Option<f64>,
    lon_max: Option<f64>,
    #[serde(alias = "static_data_updated_since")]
    static_data_updated_at_since: Option<Timestamp>,
    #[serde(alias = "static_data_updated_until")]
    static_data_updated_at_until: Option<Timestamp>,
    #[serde(alias = "realtime_data_updated_since")]
    realtime_data_updated_at_since: Option<Timestamp>,
    #[serde(alias = "realtime_data_updated_until")]
    realtime_data_updated_at_until: Option<Timestamp>,
    #[serde(alias = "modified_at_since")]
    modified_since: Option<Timestamp>,
    #[serde(alias = "modified_at_until")]
    modified_until: Option<Timestamp>,
    #[param(value_type = Option<bool>)]
    is_duplicate: Option<QueryFlag>,
    /// Ignored: there are no duplicates.
    #[param(value_type = Option<bool>)]
    ignore_duplicates: Option<QueryFlag>,
    /// Ignored: outdated counts are never published.
    #[param(value_type = Option<bool>)]
    calculate_has_realtime_data: Option<QueryFlag>,
}

/// `a,b`.
#[derive(Debug, Clone)]
pub(super) struct CommaList<T>(Vec<T>);

impl<'de, T: std::str::FromStr> Deserialize<'de> for CommaList<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let one = |part: &str| Some(part.trim()).filter(|part| !part.is_empty())?.parse().ok();
        let all: Option<Vec<T>> = text.split(',').map(one).collect();
        all.map(Self).ok_or_else(|| serde::de::Error::custom("not a list of values with commas between them"))
    }
}

/// `true` or `false`, in any case, and `1` or `0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum QueryFlag {
    Yes,
    No,
}

impl<'de> Deserialize<'de> for QueryFlag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.to_ascii_lowercase().as_str() {
            "true" | "1" => Ok(Self::Yes),
            "false" | "0" => Ok(Self::No),
            _ => Err(serde::de::Error::custom("neither true nor false")),
        }
    }
}

impl SiteQuery {
    pub(super) fn checked(self) -> Result<SiteSearch, ProblemResponse> {
        let limit = self.limit.unwrap_or(MAX_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            return Err(wrong("limit", "limit must be 1 to 1000"));
        }
        let (circle, within) = (self.circle()?, self.bounding_box()?);
        let since = [
            (TimeFilter::Static, self.static_data_updated_at_since, self.static_data_updated_at_until),
            (TimeFilter::Realtime, self.realtime_data_updated_at_since, self.realtime_data_updated_at_until),
            (TimeFilter::Modified, self.modified_since, self.modified_until),
        ];
        let since = since.into_iter().filter(|(_, from, until)| from.is_some() || until.is_some()).collect();
        Ok(SiteSearch {
            limit,
            start: self.start,
            source_id: self.source_id,
            source_uids: self.source_uid.map(|uid| vec![uid]),
            any_source_uid: self.source_uids.map(|list| list.0),
            not_source_ids: self.not_source_ids.map(|list| list.0).unwrap_or_default(),
            name: self.name.map(|name| name.to_lowercase()),
            purpose: self.purpose,
            kind: self.r#type,
            not_kind: self.not_type,
            has_region_code: self.official_region_code.is_some(),
            circle,
            within,
            since,
            is_duplicate: self.is_duplicate == Some(QueryFlag::Yes),
        })
    }

    fn circle(&self) -> Result<Option<SearchCircle>, ProblemResponse> {
        let together = [("lat", self.lat), ("lon", self.lon), ("radius", self.radius)];
        let [Some(lat), Some(lon), Some(radius)] = all_or_none(together, "lat, lon and radius go together")?
        else {
            return Ok(None);
        };
        degrees("lat", lat, 90.0)?;
        degrees("lon", lon, 180.0)?;
        if !(0.0..=FARTHEST).contains(&radius) || radius == 0.0 {
            return Err(wrong("radius", "radius must be metres above 0"));
        }
        Ok(Some(SearchCircle { lat, lon, radius }))
    }

    fn bounding_box(&self) -> Result<Option<BoundingBox>, ProblemResponse> {
        let together = [
            ("lat_min", self.lat_min),
            ("lat_max", self.lat_max),
            ("lon_min", self.lon_min),
            ("lon_max", self.lon_max),
        ];
        let detail = "lat_min, lat_max, lon_min and lon_max go together";
        let [Some(lat_min), Some(lat_max), Some(lon_min), Some(lon_max)] = all_or_none(together, detail)?
        else {
            return Ok(None);
        };
        for (field, value) in [("lat_min", lat_min), ("lat_max", lat_max)] {
            degrees(field, value, 90.0)?;
        }
        for (field, value) in [("lon_min", lon_min), ("lon_max", lon_max)] {
            degrees(field, value, 180.0)?;
        }
        if lat_min > lat_max {
            return Err(wrong("lat_max", "lat_max must not be below lat_min"));
        }
        if lon_min > lon_max {
            return Err(wrong("lon_max", "lon_max must not be below lon_min"));
        }
        Ok(Some(BoundingBox { lat: lat_min..=lat_max, lon: lon_min..=lon_max }))
    }
}

/// If some values are present, the error names the first missing one.
fn all_or_none<const N: usize>(
    together: [(&str, Option<f64>); N],
    detail: &str,
) -> Result<[Option<f64>; N], ProblemResponse> {
    let missing = together.iter().find(|(_, value)| value.is_none());
    match missing {
        Some((field, _)) if together.iter().any(|(_, value)| value.is_some()) => Err(wrong(field, detail)),
        Some(_) | None => Ok(together.map(|(_, value)| value)),
    }
}

/// `contains` is false for NaN.
fn degrees(field: &str, value: f64, max: f64) -> Result<(), ProblemResponse> {
    if (-max..=max).contains(&value) {
        Ok(())
    } else {
        Err(wrong(field, &format!("{field} must be -{max} to {max} degrees")))
    }
}
