//! Number plates of GA 36-2018, normalised before they are compared.
//!
//! Cameras write the same plate in many ways: full-width letters, separators, a colour in front
//! (`蓝鲁B12345`), `O` for `0`. All spellings of one plate must give one value.

mod as_read;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use as_read::PlateAsRead;

const PROVINCES: &str = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";
const COLOURS: &str = "蓝黄绿白黑";
const LAST_SPECIAL: &str = "学挂警港澳领";
const RESCUE: &str = "应急";
const ENERGY: &str = "DABCEFGHJK";

/// A plate in its normal form.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(try_from = "String", into = "String")]
pub struct Plate(String);

/// The text is not a plate of GA 36-2018.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a number plate of mainland China")]
pub struct PlateError;

impl Plate {
    /// Normalises and checks a reading. The cameras' words for "no plate" return `Err`, too.
    pub fn parse(reading: &str) -> Result<Self, PlateError> {
        // Longer than any plate with colour and separators: not worth normalising.
        if reading.len() > 64 {
            return Err(PlateError);
        }
        let cleaned = clean(reading);
        let chars = serial_digits(&cleaned);
        if is_plate(&chars) { Ok(Self(chars.into_iter().collect())) } else { Err(PlateError) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the plate is of the police, the armed police, or fire and rescue. Ambulances have ordinary plates.
    pub fn is_emergency(&self) -> bool {
        self.0.ends_with('警') || self.0.ends_with(RESCUE) || self.0.starts_with("WJ")
    }

    /// The last three characters: enough for a teacher to distinguish two cars, too few to trace one.
    pub fn tail(&self) -> String {
        let mut tail: Vec<char> = self.0.chars().rev().take(3).collect();
        tail.reverse();
        tail.into_iter().collect()
    }
}

/// Half-width, upper case, no separators, no colour in front.
fn clean(reading: &str) -> Vec<char> {
    let mut chars: Vec<char> = reading
        .chars()
        .map(half_width)
        .filter(|c| !c.is_whitespace() && !c.is_control() && !matches!(c, '·' | '•' | '.' | '-' | '・'))
        .flat_map(char::to_uppercase)
        .collect();
    let coloured = chars.first().is_some_and(|&c| COLOURS.contains(c))
        && chars.get(1).is_some_and(|&c| PROVINCES.contains(c));
    if coloured {
        chars.remove(0);
    }
    chars
}

fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        _ => c,
    }
}

/// Replaces O and I in the serial by 0 and 1, because a serial has neither letter. The authority letter stays.
fn serial_digits(chars: &[char]) -> Vec<char> {
    let provincial = chars.first().is_some_and(|&c| PROVINCES.contains(c));
    chars
        .iter()
        .enumerate()
        .map(|(i, &c)| match c {
            'O' if provincial && i >= 2 => '0',
            'I' if provincial && i >= 2 => '1',
            _ => c,
        })
        .collect()
}

fn is_plate(chars: &[char]) -> bool {
    armed_police(chars) || rescue(chars) || embassy(chars) || provincial(chars) || military(chars)
}

fn armed_police(chars: &[char]) -> bool {
    match chars {
        ['W', 'J', rest @ ..] => {
            let rest = match rest {
                [p, tail @ ..] if PROVINCES.contains(*p) => tail,
                _ => rest,
            };
            rest.len() == 5 && rest.iter().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
        }
        _ => false,
    }
}

/// Fire and rescue: `鲁X1234应急`, `鲁S1234应急`.
fn rescue(chars: &[char]) -> bool {
    matches!(chars, [province, 'X' | 'S', serial @ .., '应', '急']
        if PROVINCES.contains(*province) && serial.len() == 4 && all_serial(serial))
}

fn embassy(chars: &[char]) -> bool {
    match chars {
        [digits @ .., '使'] | ['使', digits @ ..] => digits.len() == 6 && all_digits(digits),
        _ => false,
    }
}

fn provincial(chars: &[char]) -> bool {
    let [province, rest @ ..] = chars else { return false };
    if !PROVINCES.contains(*province) {
        return false;
    }
    if consulate_without_authority(rest) {
        return true;
    }
    let [authority, serial @ ..] = rest else { return false };
    authority.is_ascii_uppercase() && *authority != 'I' && provincial_serial(serial)
}

fn consulate_without_authority(rest: &[char]) -> bool {
    matches!(rest, [digits @ .., '领'] if (4..=5).contains(&digits.len()) && all_digits(digits))
}

fn provincial_serial(serial: &[char]) -> bool {
    match serial {
        [head @ .., last] if LAST_SPECIAL.contains(*last) => {
            (head.len() == 4 || (*last == '领' && head.len() == 5)) && all_serial(head)
        }
        [energy, second, digits @ ..] if serial.len() == 6 && ENERGY.contains(*energy) => {
            (serial_char(*second) && all_digits(digits)) || new_energy_large(serial)
        }
        _ if serial.len() == 6 => new_energy_large(serial),
        _ => serial.len() == 5 && all_serial(serial),
    }
}

fn new_energy_large(serial: &[char]) -> bool {
    matches!(serial, [digits @ .., energy] if digits.len() == 5 && all_digits(digits) && ENERGY.contains(*energy))
}

/// A military plate. Its serial has at least three digits, which excludes a camera's word for "no plate", such as `NOPLATE`.
fn military(chars: &[char]) -> bool {
    matches!(chars, [a, b, serial @ ..]
        if a.is_ascii_uppercase() && b.is_ascii_uppercase() && serial.len() == 5 && all_serial(serial)
            && serial.iter().filter(|c| c.is_ascii_digit()).count() >= 3)
}

fn all_digits(chars: &[char]) -> bool {
    chars.iter().all(char::is_ascii_digit)
}

fn all_serial(chars: &[char]) -> bool {
    chars.iter().all(|&c| serial_char(c))
}

fn serial_char(c: char) -> bool {
    (c.is_ascii_uppercase() && c != 'I' && c != 'O') || c.is_ascii_digit()
}

impl fmt::Display for Plate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Plate {
    type Error = PlateError;
    fn try_from(text: String) -> Result<Self, PlateError> {
        Self::parse(&text)
    }
}

impl From<Plate> for String {
    fn from(plate: Plate) -> String {
        plate.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn readings_of_one_car_are_one_plate() {
        for reading in ["鲁B12345", "鲁b·12345", " 鲁Ｂ １２３４５", "蓝鲁B12345", "鲁B-I2345"] {
            assert_eq!(Plate::parse(reading).unwrap().as_str(), "鲁B12345", "{reading}");
        }
        assert_eq!(Plate::parse("鲁B1O345").unwrap().as_str(), "鲁B10345");
    }

    #[test]
    fn every_class_of_plate_is_known() {
        for plate in [
            "鲁BD12345",
            "鲁B12345D",
            "京A1234警",
            "粤Z1234港",
            "粤Z1234澳",
            "224578使",
            "沪A0023领",
            "沪00123领",
            "WJ鲁1234X",
            "WJ12345",
            "鲁X1234应急",
            "鲁B1234学",
            "京OA1234",
            "VA12345",
        ] {
            assert!(Plate::parse(plate).is_ok(), "{plate}");
        }
    }

    #[test]
    fn what_is_no_plate_is_refused() {
        for text in [
            "",
            "_无_",
            "无牌车",
            "no plate",
            "鲁B1234",
            "鲁I12345",
            "B12345",
            "鲁B123456",
            "鲁B12345'; drop table",
        ] {
            assert!(Plate::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_tail_names_no_owner() {
        assert_eq!(Plate::parse("鲁BD12345").unwrap().tail(), "345");
    }

    proptest! {
        #[test]
        fn parsing_never_panics_and_is_stable(text in "\\PC{0,20}") {
            if let Ok(plate) = Plate::parse(&text) {
                prop_assert_eq!(Plate::parse(plate.as_str()).unwrap(), plate);
            }
        }

        #[test]
        fn a_written_plate_survives_noise(letter in "[A-HJ-NP-Z]", serial in "[A-HJ-NP-Z0-9]{5}") {
            let plain = format!("鲁{letter}{serial}");
            let noisy = format!("蓝鲁{} · {}", letter.to_lowercase(), serial.to_lowercase());
            prop_assert_eq!(Plate::parse(&plain).unwrap(), Plate::parse(&noisy).unwrap());
        }
    }
}
