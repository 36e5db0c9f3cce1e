//! Plates and their colours as makes write them.

use domain::plate::Plate;
use domain::vehicle::PlateColor;

use crate::lenient::no_plate;

/// Characters of a plate with colour, separators and three regions; a longer text is no plate.
const MAX_PLATE: usize = 64;

/// The plate without its colour in front; of a plate of three regions the first that is one. `None` if the device saw no plate.
pub(crate) fn reading_plate(text: &str) -> Option<String> {
    let text = text.trim();
    if no_plate(text)
        || matches!(
            text.to_ascii_lowercase().as_str(),
            "unknown" | "<unknown>" | "no plate" | "none" | "null"
        )
    {
        return None;
    }
    let first = text.split('|').find_map(|part| Plate::parse(part).ok());
    match first {
        Some(plate) => Some(plate.as_str().to_owned()),
        None if text
            .chars()
            .all(|c| c.is_ascii_graphic() || matches!(c, ' ' | '·' | '\u{4e00}'..='\u{9fff}')) =>
        {
            Some(text.chars().take(MAX_PLATE).collect())
        }
        // Broken characters: better no plate than a wrong one.
        None => None,
    }
}

/// Chinese and English words, and the numbers of Zhenshi and Qianlima.
pub(crate) fn plate_color(text: &str) -> Option<PlateColor> {
    let text = text.trim().to_lowercase();
    Some(match text.trim_end_matches(['色', '牌']) {
        "蓝" | "blue" | "1" => PlateColor::Blue,
        "黄" | "yellow" | "2" => PlateColor::Yellow,
        "白" | "white" | "3" => PlateColor::White,
        "黑" | "black" | "4" => PlateColor::Black,
        "绿" | "green" | "5" => PlateColor::Green,
        "黄绿" | "yellowgreen" | "6" => PlateColor::YellowGreen,
        _ => return None,
    })
}
