//! Days of the week on which a window starts.

use chrono::Weekday;
use serde::{Deserialize, Serialize};

/// Set of weekdays; never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(try_from = "u8", into = "u8")]
pub struct Weekdays(u8);

impl Weekdays {
    pub const ALL: Self = Self(0b111_1111);
    pub const SCHOOL_WEEK: Self = Self(0b001_1111);

    pub fn contains(self, day: Weekday) -> bool {
        self.0 & (1 << day.num_days_from_monday()) != 0
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("weekdays are bits 0 (Monday) to 6 (Sunday), at least one of them")]
pub struct WeekdaysError;

impl TryFrom<u8> for Weekdays {
    type Error = WeekdaysError;
    fn try_from(bits: u8) -> Result<Self, WeekdaysError> {
        if bits == 0 || bits > Self::ALL.0 { Err(WeekdaysError) } else { Ok(Self(bits)) }
    }
}

impl From<Weekdays> for u8 {
    fn from(days: Weekdays) -> u8 {
        days.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_of_days_is_never_empty() {
        assert_eq!(Weekdays::try_from(0), Err(WeekdaysError));
        assert_eq!(Weekdays::try_from(0b1000_0000), Err(WeekdaysError));
        let friday = Weekdays::try_from(0b1_0000).unwrap();
        assert!(friday.contains(Weekday::Fri) && !friday.contains(Weekday::Sat));
    }
}
