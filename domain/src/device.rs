//! What stands in a lane: whose protocol it speaks and what is peculiar about it.

use serde::{Deserialize, Serialize};

/// Whose protocol a lane's device speaks, by the name that a gateway's configuration gives it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Make {
    /// This project's own.
    #[default]
    Native,
    ZhenshiHttp,
    ZhenshiMqtt,
    Huaxia,
    Hikvision,
    Dahua,
}

impl Make {
    pub fn is_native(&self) -> bool {
        *self == Self::Native
    }
}

/// Where a device's firmware departs from what its make documents. It is put up with; whoever looks for a fault wants to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quirk {
    /// The serial number comes first in its topics, as before March 2024.
    OldTopics,
    /// Zero bytes in front of its messages.
    LeadingNul,
    /// The plate's colour is written in front of it.
    ColourInPlate,
    /// Readings without a time: the gateway's is taken.
    NoTime,
}
