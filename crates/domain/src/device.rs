//! Devices in lanes: their make, which determines the protocol, and their quirks.

use serde::{Deserialize, Serialize};

use crate::ids::MakeId;

pub use crate::ids::NATIVE_MAKE;

impl MakeId {
    pub fn is_native(&self) -> bool {
        self.as_str() == NATIVE_MAKE
    }
}

/// A deviation of a device's firmware from its maker's documentation. The gateway tolerates it and shows it to operators who
/// look for a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeviceQuirk {
    /// The serial number comes first in its topics, as before March 2024.
    OldTopics,
    /// Zero bytes before or after its messages.
    LeadingNul,
    /// The plate's colour is written in front of it.
    ColourInPlate,
    /// Readings without a time: the gateway's time replaces it.
    NoTime,
    /// An implausible time: the time of receipt replaces it.
    ImplausibleTime,
    /// Text in GBK instead of UTF-8.
    GbkText,
    /// A byte order mark before the message.
    ByteOrderMark,
    /// Control characters inside texts.
    ControlCharacters,
    /// A field has another type than documented.
    WrongType,
    /// Several readings with the same id.
    RepeatedIds,
    /// A quirk of a newer version.
    #[serde(other)]
    Other,
}
