//! Colours, vehicle classes and directions in the Chinese and English words of several makes.

use domain::vehicle::{PlateColor, TravelDirection, VehicleClass};

/// `Blue`, `蓝色`, `newEnergyYellowGreen`, `渐变绿`; `None` if the device does not know it.
pub(crate) fn plate_color(text: &str) -> Option<PlateColor> {
    let text = text.trim().to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let (yellow, green) = (has(&["yellow", "黄"]), has(&["green", "绿", "newenergy"]));
    Some(match () {
        () if matches!(text.as_str(), "" | "unknown" | "未知" | "other" | "0" | "255") => return None,
        () if yellow && green => PlateColor::YellowGreen,
        () if green => PlateColor::Green,
        () if yellow => PlateColor::Yellow,
        () if has(&["blue", "蓝"]) => PlateColor::Blue,
        () if has(&["white", "白"]) => PlateColor::White,
        () if has(&["black", "黑"]) => PlateColor::Black,
        () => PlateColor::Other,
    })
}

/// `largeBus`, `PassengerCar`, `小型车`, `轿车`; `None` if the word contains no size.
pub(crate) fn vehicle_class(text: &str) -> Option<VehicleClass> {
    let text = text.trim().to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if has(&["twowheel", "threewheel", "motorcycle", "tricycle", "摩托", "三轮"]) {
        Some(VehicleClass::Motorcycle)
    } else if has(&["pickup", "buggy", "micro", "mini", "light", "small", "小", "微"]) {
        Some(VehicleClass::Small)
    } else if has(&["medium", "mid", "中"]) {
        Some(VehicleClass::Medium)
    } else if has(&["large", "heavy", "big", "bus", "truck", "trailer", "大", "客车", "货车"]) {
        Some(VehicleClass::Large)
    } else if has(&["passengercar", "salooncar", "suv", "mpv", "van", "轿车", "面包车"])
        || matches!(text.as_str(), "vehicle" | "car" | "sedan")
    {
        Some(VehicleClass::Small)
    } else {
        None
    }
}

/// `forward`, `Obverse`, `Approach`: towards the camera.
pub(crate) fn travel(text: &str) -> Option<TravelDirection> {
    match text.trim().to_lowercase().as_str() {
        "forward" | "obverse" | "approach" | "approaching" => Some(TravelDirection::Forward),
        "reverse" | "backward" | "leave" | "away" => Some(TravelDirection::Reverse),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_all_makes_are_known() {
        for (text, wanted) in [
            ("Blue", Some(PlateColor::Blue)),
            ("蓝色", Some(PlateColor::Blue)),
            ("newEnergyYellowGreen", Some(PlateColor::YellowGreen)),
            ("黄绿", Some(PlateColor::YellowGreen)),
            ("newEnergyGreen", Some(PlateColor::Green)),
            ("civilAviationBlack", Some(PlateColor::Black)),
            ("red", Some(PlateColor::Other)),
            ("unknown", None),
            ("", None),
        ] {
            assert_eq!(plate_color(text), wanted, "{text}");
        }
        for (text, wanted) in [
            ("largeBus", Some(VehicleClass::Large)),
            ("PassengerCar", Some(VehicleClass::Small)),
            ("buggy", Some(VehicleClass::Small)),
            ("小型车", Some(VehicleClass::Small)),
            ("轿车", Some(VehicleClass::Small)),
            ("mediumBus", Some(VehicleClass::Medium)),
            ("twoWheelVehicle", Some(VehicleClass::Motorcycle)),
            ("vehicle", Some(VehicleClass::Small)),
            ("unknown", None),
        ] {
            assert_eq!(vehicle_class(text), wanted, "{text}");
        }
    }
}
