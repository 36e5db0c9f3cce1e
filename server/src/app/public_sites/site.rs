//! One garage as a parking site of ParkAPI v3.

use domain::shared_window::SharedWindow;
use domain::time::Timestamp;
use protocol::public::{OpeningStatus, ParkingSite, Purpose, SiteType};

use super::opening_hours::opening_hours;
use crate::app::directory::degrees;
use crate::store::garage::Garage;

/// The one source of this district's sites.
const SOURCE: i64 = 1;

/// What is true now.
pub(super) struct Realtime {
    pub free: u32,
    pub status: OpeningStatus,
    pub updated_at: Timestamp,
}

pub(super) fn site(
    garage: &Garage,
    public: &[SharedWindow],
    realtime: Option<&Realtime>,
    now: Timestamp,
) -> ParkingSite {
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
        opening_hours: Some(opening_hours(public, now.local_date())),
        realtime_capacity: realtime.map(|_| garage.capacity),
        realtime_free_capacity: realtime.map(|r| r.free),
        realtime_opening_status: realtime.map(|r| r.status),
        realtime_data_updated_at: realtime.map(|r| r.updated_at),
        static_data_updated_at: garage.modified_at,
        created_at: garage.created_at,
        modified_at: garage.modified_at,
    }
}
