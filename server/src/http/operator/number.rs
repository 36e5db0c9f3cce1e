//! The place in a list whose rows are numbered.

use serde::Deserialize;

/// `?cursor=NEXT`.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Place {
    /// `next` of the page before; absent: the newest rows.
    #[serde(default)]
    pub cursor: Option<i64>,
}
