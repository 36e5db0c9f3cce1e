//! `POST /api/operator/v1/garages/{garage}/closures`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::GarageId;
use protocol::sharing::{ClosureEntry, NewClosure};
use service::http::{ApiJson, ApiPath, ApiQuery, ProblemResponse};

use super::AffectedPolicyQuery;
use crate::app::App;
use crate::app::operator::sharing::closures as use_case;
use crate::http::idempotency::IdempotencyKey;
use crate::http::operator::caller::AuthenticatedOperator;

/// Closes spaces for a time. The same key again returns the same closure.
#[utoipa::path(
    post, path = "/api/operator/v1/garages/{garage}/closures", tag = "operator", request_body = NewClosure,
    params(("garage" = String, Path), AffectedPolicyQuery, ("Idempotency-Key" = String, Header)),
    security(("operator" = [], "console" = [])),
    responses((status = 201, body = ClosureEntry), (status = 409, description = "`reservations_affected`"))
)]
pub(crate) async fn add_closure(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath(garage): ApiPath<GarageId>,
    ApiQuery(wish): ApiQuery<AffectedPolicyQuery>,
    key: IdempotencyKey,
    ApiJson(asked): ApiJson<NewClosure>,
) -> Result<(StatusCode, Json<ClosureEntry>), ProblemResponse> {
    let made = use_case::create(&app, &caller, &garage, &key, &asked, wish.affected).await?;
    Ok((StatusCode::CREATED, Json(made)))
}
