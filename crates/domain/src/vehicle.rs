//! Details that a camera reports of a vehicle beside its plate's text.
//!
//! The colour of a plate determines its kind (GA 36-2018): a yellow and a blue plate with the same text are two vehicles.

use serde::{Deserialize, Serialize};

/// Ground colour of a plate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum PlateColor {
    /// Small vehicles.
    Blue,
    /// Large vehicles, trailers, driving schools.
    Yellow,
    /// Police, armed forces.
    White,
    /// Embassies, consulates, Hong Kong and Macau.
    Black,
    /// Small new-energy vehicles.
    Green,
    /// Large new-energy vehicles.
    YellowGreen,
    /// A colour of a newer version.
    #[serde(other)]
    Other,
}

impl PlateColor {
    /// Whether two plates with the same text may belong to one vehicle: unless both colours are known and differ.
    pub fn may_be_same_vehicle(one: Option<Self>, other: Option<Self>) -> bool {
        match (one, other) {
            (Some(one), Some(other)) => one == other || one == Self::Other || other == Self::Other,
            _ => true,
        }
    }
}

/// Size class of a vehicle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum VehicleClass {
    Small,
    Medium,
    Large,
    Motorcycle,
    /// A class of a newer version.
    #[serde(other)]
    Other,
}

/// Direction of travel relative to the camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TravelDirection {
    /// Towards the camera.
    Forward,
    /// Away from the camera.
    Reverse,
    #[serde(other)]
    Unknown,
}

/// Details that a device reports with a reading; each is absent where the device does not report it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct VehicleDetails {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plate_color: Option<PlateColor>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<VehicleClass>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub travel: Option<TravelDirection>,
    /// The camera suspects a picture of a plate instead of a plate.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_suspect: bool,
}

impl VehicleDetails {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_two_known_colours_tell_two_vehicles_apart() {
        let same = PlateColor::may_be_same_vehicle;
        assert!(!same(Some(PlateColor::Blue), Some(PlateColor::Yellow)));
        assert!(same(Some(PlateColor::Blue), Some(PlateColor::Blue)));
        assert!(same(None, Some(PlateColor::Yellow)));
        assert!(same(Some(PlateColor::Other), Some(PlateColor::Yellow)));
    }
}
