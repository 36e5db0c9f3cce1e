//! `POST /api/operator/v1/garages/{garage}/windows`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::GarageId;
use protocol::sharing::{Window, WindowSpec};
use service::http::{ApiJson, ProblemResponse};

use super::OfAffected;
use crate::app::App;
use crate::app::operator::sharing::windows as use_case;
use crate::http::idempotency::IdempotencyKey;
use crate::http::input::{ApiPath, ApiQuery};
use crate::http::operator::caller::Operator;

/// Adds a window. The same key again returns the same window.
pub async fn add_window(
    State(app): State<App>,
    Operator(caller): Operator,
    ApiPath(garage): ApiPath<GarageId>,
    ApiQuery(wish): ApiQuery<OfAffected>,
    key: IdempotencyKey,
    ApiJson(rule): ApiJson<WindowSpec>,
) -> Result<(StatusCode, Json<Window>), ProblemResponse> {
    let made = use_case::create(&app, &caller, &garage, key.as_str(), &rule, wish.affected).await?;
    Ok((StatusCode::CREATED, Json(made)))
}
