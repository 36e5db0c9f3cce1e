//! What a room is about.

use domain::ids::{ClassId, SchoolId};

/// The subject of a socket's subscription.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PushRoomKey {
    Class(ClassId),
    Hall(SchoolId),
}

impl PushRoomKey {
    /// For the metrics' label.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Class(_) => "class",
            Self::Hall(_) => "hall",
        }
    }
}
