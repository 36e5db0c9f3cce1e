//! Kinds of days, and sets of them.

use serde::{Deserialize, Serialize};

/// Kind of a day for windows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    Workday,
    /// A Saturday or Sunday that no list contains.
    RestDay,
    /// A day off by a list.
    Holiday,
}

/// Set of day kinds; never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(try_from = "u8", into = "u8")]
pub struct DayKinds(u8);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("kinds of days are bits: 1 workday, 2 rest day, 4 holiday, at least one of them")]
pub struct DayKindsError;

impl DayKinds {
    pub const ALL: Self = Self(0b111);

    pub fn contains(self, kind: DayKind) -> bool {
        let bit = match kind {
            DayKind::Workday => 1,
            DayKind::RestDay => 2,
            DayKind::Holiday => 4,
        };
        self.0 & bit != 0
    }
}

impl TryFrom<u8> for DayKinds {
    type Error = DayKindsError;
    fn try_from(bits: u8) -> Result<Self, DayKindsError> {
        if bits == 0 || bits > Self::ALL.0 { Err(DayKindsError) } else { Ok(Self(bits)) }
    }
}

impl From<DayKinds> for u8 {
    fn from(kinds: DayKinds) -> u8 {
        kinds.0
    }
}
