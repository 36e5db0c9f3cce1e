//! What stands in a lane: whose protocol it speaks and what is peculiar about it.

use serde::{Deserialize, Serialize};

use crate::ids::MakeId;

/// This project's own protocol.
pub const NATIVE_MAKE: &str = "native";

impl MakeId {
    pub fn is_native(&self) -> bool {
        self.as_str() == NATIVE_MAKE
    }
}

/// Where a device's firmware departs from what its make documents. The gateway tolerates it; an operator who looks for a fault sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quirk {
    /// The serial number comes first in its topics, as before March 2024.
    OldTopics,
    /// Zero bytes before or after its messages.
    LeadingNul,
    /// The plate's colour is written in front of it.
    ColourInPlate,
    /// Readings without a time: the gateway's is taken.
    NoTime,
    /// A time that cannot be: the time of receipt replaces it.
    ImplausibleTime,
    /// Text in GBK where UTF-8 is due.
    GbkText,
    /// A byte order mark before the message.
    ByteOrderMark,
    /// Control characters inside texts.
    ControlCharacters,
    /// A field has another type than documented.
    WrongType,
    /// One id for several readings.
    RepeatedIds,
    /// A quirk of a newer version.
    #[serde(other)]
    Other,
}
