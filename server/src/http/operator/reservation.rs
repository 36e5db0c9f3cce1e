//! Reservations of a garage: list, changes, clearing, a day's timeline, forecast, blocks and strikes.

pub(super) mod act;
pub(super) mod add;
pub(super) mod add_block;
pub(super) mod blocks;
pub(super) mod change;
pub(super) mod clearing;
pub(super) mod end_block;
pub(super) mod forecast;
pub(super) mod lift_strike;
pub(super) mod list;
pub(super) mod timeline;

use chrono::NaiveDate;
use serde::Deserialize;

/// `?day=YYYY-MM-DD&cursor=NEXT`.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ReservationDayQuery {
    /// Local day; absent: today.
    #[serde(default)]
    day: Option<NaiveDate>,
    #[serde(default)]
    cursor: Option<String>,
}
