//! `POST /api/operator/v1/garages/{garage}/windows`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::GarageId;
use protocol::sharing::{WindowEntry, WindowSpec};
use service::http::{ApiJson, ApiPath, ApiQuery, ProblemResponse};

use super::AffectedPolicyQuery;
use crate::app::App;
use crate::app::operator::sharing::windows as use_case;
use crate::http::idempotency::IdempotencyKey;
use crate::http::operator::caller::AuthenticatedOperator;

/// Adds a window. The same key again returns the same window.
#[utoipa::path(
    post, path = "/api/operator/v1/garages/{garage}/windows", tag = "operator", request_body = WindowSpec,
    params(("garage" = String, Path), AffectedPolicyQuery, ("Idempotency-Key" = String, Header)),
    security(("operator" = [], "console" = [])),
    responses(
        (status = 201, body = WindowEntry),
        (status = 409, description = "`window_conflict`, `reservations_affected`"),
    )
)]
pub(crate) async fn add_window(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath(garage): ApiPath<GarageId>,
    ApiQuery(wish): ApiQuery<AffectedPolicyQuery>,
    key: IdempotencyKey,
    ApiJson(rule): ApiJson<WindowSpec>,
) -> Result<(StatusCode, Json<WindowEntry>), ProblemResponse> {
    let made = use_case::create(&app, &caller, &garage, &key, &rule, wish.affected).await?;
    Ok((StatusCode::CREATED, Json(made)))
}
