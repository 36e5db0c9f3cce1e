//! Reservations of a garage: list, changes, clearing, a day's timeline, forecast, blocks and strikes.

pub mod act;
pub mod add;
pub mod add_block;
pub mod blocks;
pub mod change;
pub mod clearing;
pub mod end_block;
pub mod forecast;
pub mod lift_strike;
pub mod list;
pub mod timeline;

use chrono::NaiveDate;
use serde::Deserialize;

/// `?day=YYYY-MM-DD&cursor=NEXT`.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReservationDayQuery {
    /// Local day; absent: today.
    #[serde(default)]
    day: Option<NaiveDate>,
    #[serde(default)]
    cursor: Option<String>,
}
