//! One garage as a parking site of ParkAPI v3.

use domain::time::Timestamp;
use protocol::public::{OpeningStatus, ParkingSite, PublishedSpec, SitePurpose};

use super::realtime::SiteRealtime;
use super::source::SOURCE_ID;
use crate::app::directory::degrees;
use store::garage::StoredGarage;

/// The site without realtime values, with the garage's own times.
pub(super) fn facts(
    garage: &StoredGarage,
    facts: PublishedSpec,
    opening_hours: Option<String>,
) -> ParkingSite {
    ParkingSite {
        id: garage.number,
        source_id: SOURCE_ID,
        original_uid: garage.id.to_string(),
        name: garage.name.clone(),
        name_en: garage.name_en.clone(),
        operator_name: garage.operator_name.clone(),
        address: garage.address.clone(),
        r#type: facts.r#type,
        purpose: SitePurpose::Car,
        has_realtime_data: false,
        lat: degrees(garage.lat_e6),
        lon: degrees(garage.lon_e6),
        capacity: garage.capacity,
        has_fee: facts.has_fee,
        fee_description: facts.fee_description,
        max_height: facts.max_height_cm,
        max_width: facts.max_width_cm,
        is_covered: facts.is_covered,
        has_lighting: facts.has_lighting,
        supervision_type: facts.supervision,
        public_url: facts.public_url,
        phone: facts.phone,
        external_identifiers: facts.external_identifiers,
        opening_hours,
        realtime_capacity: None,
        realtime_free_capacity: None,
        realtime_opening_status: OpeningStatus::Unknown,
        realtime_data_updated_at: None,
        static_data_updated_at: garage.created_at,
        created_at: garage.created_at,
        modified_at: garage.created_at,
    }
}

/// Adds the time of the facts' last change and the realtime values.
pub(super) fn published(
    facts: ParkingSite,
    changed_at: Timestamp,
    realtime: Option<&SiteRealtime>,
) -> ParkingSite {
    ParkingSite {
        has_realtime_data: realtime.is_some(),
        realtime_capacity: realtime.map(|_| facts.capacity),
        realtime_free_capacity: realtime.map(|realtime| realtime.free),
        realtime_opening_status: realtime.map_or(OpeningStatus::Unknown, |realtime| realtime.status),
        realtime_data_updated_at: realtime.map(|realtime| realtime.confirmed_at),
        static_data_updated_at: changed_at,
        modified_at: changed_at.max(facts.created_at),
        ..facts
    }
}
