//! Reservations of a garage: list, changes, clearing, a day's timeline, forecast, blocks and strikes.

mod act;
mod add;
mod add_block;
mod blocks;
mod change;
mod clearing;
mod end_block;
mod forecast;
mod lift_strike;
mod list;
mod timeline;

use axum::Router;
use axum::routing::{delete, get, patch, post};
use chrono::NaiveDate;
use serde::Deserialize;

use crate::app::App;

/// `?day=YYYY-MM-DD&cursor=NEXT`.
#[derive(Debug, Clone, Deserialize)]
struct ReservationDayQuery {
    /// Local day; absent: today.
    #[serde(default)]
    day: Option<NaiveDate>,
    #[serde(default)]
    cursor: Option<String>,
}

pub fn router() -> Router<App> {
    let at = |rest: &str| format!("/api/operator/v1/garages/{{garage}}{rest}");
    Router::new()
        .route(&at("/reservations"), get(list::list).post(add::add))
        .route(&at("/reservations/{id}"), patch(change::change))
        .route(&at("/reservations/{id}/acts"), post(act::act))
        .route(&at("/clearing"), get(clearing::clearing))
        .route(&at("/timeline"), get(timeline::timeline))
        .route(&at("/forecast"), get(forecast::forecast))
        .route(&at("/blocks"), get(blocks::blocks).post(add_block::add_block))
        .route(&at("/blocks/{id}"), delete(end_block::end_block))
        .route(&at("/strikes/{id}/lift"), post(lift_strike::lift_strike))
}
