//! A camera's confidence in a plate. Makes send percent, 0 to 255 or a fraction of 1, and some send nothing.

use serde::Serialize;

/// A reading's confidence as in the message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ReadingConfidence {
    pub overall: ConfidenceValue,
    /// Confidence of the least certain character, if the make reports each.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worst_character: Option<ConfidenceValue>,
}

/// One confidence before its scale is applied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfidenceValue {
    /// The make reports no confidence: a person judges the camera, not each reading.
    NotReported,
    /// Missing, empty or no number, from a make that reports one.
    #[default]
    Unreadable,
    Number {
        thousandths: i64,
        /// Written with a decimal point.
        is_decimal: bool,
    },
}

/// The scale of a lane's camera.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConfidenceScale {
    /// Derived from the number: decimals up to 1 are fractions, 101 to 255 are of 255, all others are percent.
    #[default]
    Auto,
    Percent,
    /// 0 to 255.
    Byte,
    /// 0 to 1.
    Fraction,
    /// The camera's numbers are meaningless: every reading counts as certain.
    Ignored,
}

impl ConfidenceValue {
    /// Parses a number in a device's notation: `97`, `"45.5"`, `0.93`, `"97%"`.
    pub fn parse(text: &str) -> Self {
        let text = text.trim().trim_end_matches('%').trim_end();
        let is_decimal = text.contains('.');
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() && number.abs() < 1e9 => {
                #[expect(clippy::cast_possible_truncation, reason = "below 1e12 after scaling")]
                let thousandths = (number * 1_000.0).round() as i64;
                Self::Number { thousandths, is_decimal }
            }
            _ => Self::Unreadable,
        }
    }

    /// Percent, 0 to 100. An unreadable value is 0, so that a person checks the reading.
    pub fn percent(self, scale: ConfidenceScale) -> u8 {
        let (thousandths, is_decimal) = match (self, scale) {
            (_, ConfidenceScale::Ignored) | (Self::NotReported, _) => return 100,
            (Self::Unreadable, _) => return 0,
            (Self::Number { thousandths, is_decimal }, _) => (thousandths, is_decimal),
        };
        let percent = match scale {
            ConfidenceScale::Percent | ConfidenceScale::Ignored => within(thousandths, 100_000) / 1_000,
            ConfidenceScale::Byte => within(thousandths, 255_000) / 2_550,
            ConfidenceScale::Fraction => within(thousandths, 1_000) / 10,
            ConfidenceScale::Auto if is_decimal && thousandths <= 1_000 => within(thousandths, 1_000) / 10,
            ConfidenceScale::Auto if thousandths <= 100_000 => within(thousandths, 100_000) / 1_000,
            ConfidenceScale::Auto => within(thousandths, 255_000) / 2_550,
        };
        u8::try_from(percent).unwrap_or(0)
    }
}

/// The value if it is on the scale, else 0: a number outside its scale has no meaning.
fn within(thousandths: i64, largest: i64) -> i64 {
    if (0..=largest).contains(&thousandths) { thousandths } else { 0 }
}

impl ReadingConfidence {
    pub const fn not_reported() -> Self {
        Self { overall: ConfidenceValue::NotReported, worst_character: None }
    }

    pub fn parse(text: &str) -> Self {
        Self { overall: ConfidenceValue::parse(text), worst_character: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn percent(text: &str, scale: ConfidenceScale) -> u8 {
        ConfidenceValue::parse(text).percent(scale)
    }

    #[test]
    fn each_scale_gives_percent_and_what_is_unreadable_gives_none() {
        use ConfidenceScale::{Auto, Byte, Fraction, Ignored, Percent};
        let cases = [
            ("97", Auto, 97),
            ("45.5", Auto, 45),
            ("0.93", Auto, 93),
            ("0.30", Auto, 30),
            ("1", Auto, 1),
            ("1.0", Auto, 100),
            ("255", Auto, 100),
            ("200", Auto, 78),
            ("97%", Auto, 97),
            ("", Auto, 0),
            ("high", Auto, 0),
            ("-1", Auto, 0),
            ("300", Auto, 0),
            ("NaN", Auto, 0),
            ("0.93", Percent, 0),
            ("97.5", Percent, 97),
            ("101", Percent, 0),
            ("128", Byte, 50),
            ("1", Fraction, 100),
            ("0.5", Fraction, 50),
            ("", Ignored, 100),
        ];
        for (text, scale, wanted) in cases {
            assert_eq!(percent(text, scale), wanted, "{text:?} as {scale:?}");
        }
        assert_eq!(ConfidenceValue::NotReported.percent(Percent), 100);
    }
}
