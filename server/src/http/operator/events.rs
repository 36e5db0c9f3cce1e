//! `GET /api/operator/v1/garages/{garage}/events`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::operator::{Event, Page};
use service::http::ProblemResponse;

use super::caller::Operator;
use super::number::Place;
use crate::app::App;
use crate::app::operator::log;
use crate::http::input::{ApiPath, ApiQuery};

/// A garage's gate events, newest first. Each read is audited, because it shows plates.
pub async fn events(
    State(app): State<App>,
    Operator(caller): Operator,
    ApiPath(garage): ApiPath<GarageId>,
    ApiQuery(place): ApiQuery<Place>,
) -> Result<Json<Page<Event>>, ProblemResponse> {
    Ok(Json(log::events(&app, &caller, &garage, place.cursor).await?))
}
