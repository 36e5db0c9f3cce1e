//! Groups of users of shared spaces.

use serde::{Deserialize, Serialize};

/// Group of users of a window. The order is the priority: a parent who is also a neighbour enters as a parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    Pickup,
    Staff,
    Resident,
    Public,
}
