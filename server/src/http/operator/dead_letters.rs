//! `GET /api/operator/v1/garages/{garage}/dead-letters`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::operator::{DeadLetter, Page};
use service::http::ProblemResponse;

use super::caller::Operator;
use super::number::Place;
use crate::app::App;
use crate::app::operator::log;
use crate::http::input::{ApiPath, ApiQuery};

/// A garage's refused messages, newest first. Each read is audited, because an excerpt may contain a plate.
pub async fn dead_letters(
    State(app): State<App>,
    Operator(caller): Operator,
    ApiPath(garage): ApiPath<GarageId>,
    ApiQuery(place): ApiQuery<Place>,
) -> Result<Json<Page<DeadLetter>>, ProblemResponse> {
    Ok(Json(log::dead_letters(&app, &caller, &garage, place.cursor).await?))
}
