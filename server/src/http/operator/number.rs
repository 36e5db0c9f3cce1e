//! The cursor of a list with numbered rows.

use serde::Deserialize;

/// `?cursor=NEXT`.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct NumberCursorQuery {
    /// `next` of the previous page; absent: the newest rows.
    #[serde(default)]
    pub cursor: Option<i64>,
}
