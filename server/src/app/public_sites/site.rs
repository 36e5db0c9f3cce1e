//! One garage as a parking site of ParkAPI v3.

use domain::occupancy::open_spaces;
use domain::time::Timestamp;
use protocol::public::{OpeningStatus, ParkingSite, Purpose, REALTIME_MAX_AGE, SiteType};

use super::opening_hours::opening_hours;
use crate::app::sharing::public::PublicHours;
use crate::store::garage::Garage;

/// The one source of this district's sites.
const SOURCE: i64 = 1;

pub(super) struct Realtime {
    pub free: u32,
    status: OpeningStatus,
    updated_at: Timestamp,
}

/// What is true now; absent if nobody knows.
pub(super) fn realtime(
    garage: &Garage,
    hours: &PublicHours,
    last_seen_at: Option<Timestamp>,
    now: Timestamp,
) -> Option<Realtime> {
    let alive = last_seen_at.filter(|seen| now.since(*seen) <= REALTIME_MAX_AGE);
    let (Some(updated_at), Some(occupied)) = (alive, garage.occupied) else { return None };
    Some(if hours.open_at(&garage.id, now) {
        Realtime { free: open_spaces(garage.capacity, occupied), status: OpeningStatus::Open, updated_at }
    } else {
        Realtime { free: 0, status: OpeningStatus::Closed, updated_at }
    })
}

pub(super) fn site(
    garage: &Garage,
    hours: &PublicHours,
    last_seen_at: Option<Timestamp>,
    now: Timestamp,
) -> ParkingSite {
    let realtime = realtime(garage, hours, last_seen_at, now);
    ParkingSite {
        id: garage.number,
        source_id: SOURCE,
        original_uid: garage.id.to_string(),
        name: garage.name.clone(),
        operator_name: garage.operator_name.clone(),
        address: garage.address.clone(),
        description: None,
        // Basements, civil-defence shelters: what shares its spaces here is below ground.
        r#type: SiteType::Underground,
        purpose: Purpose::Car,
        has_fee: false,
        has_realtime_data: realtime.is_some(),
        lat: degrees(garage.lat_e6),
        lon: degrees(garage.lon_e6),
        capacity: garage.capacity,
        opening_hours: Some(opening_hours(hours.windows(&garage.id), now.local_date())),
        realtime_capacity: realtime.as_ref().map(|_| garage.capacity),
        realtime_free_capacity: realtime.as_ref().map(|r| r.free),
        realtime_opening_status: realtime.as_ref().map(|r| r.status),
        realtime_data_updated_at: realtime.as_ref().map(|r| r.updated_at),
        static_data_updated_at: garage.modified_at,
        created_at: garage.created_at,
        modified_at: garage.modified_at,
    }
}

/// Millionths of a degree fit into an `f64` without loss.
fn degrees(e6: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "360 million is far below 2^53")]
    let degrees = e6 as f64;
    degrees / 1e6
}
