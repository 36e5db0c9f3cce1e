//! `POST /api/operator/v1/garages/{garage}/fire-ends`.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::GarageId;
use protocol::order::{NewFireEnd, RemoteOrderEntry};
use service::http::{ApiJson, ApiPath, ProblemResponse};

use super::caller::AuthenticatedOperator;
use crate::app::App;
use crate::app::operator::fire_end;
use crate::http::idempotency::IdempotencyKey;

/// Orders the end of a fire alarm that only pulses raised. The same key again orders nothing and returns the order as
/// it is now.
#[utoipa::path(
    post, path = "/api/operator/v1/garages/{garage}/fire-ends", tag = "operator", request_body = NewFireEnd,
    params(("garage" = String, Path), ("Idempotency-Key" = String, Header)),
    security(("operator" = [], "console" = [])),
    responses(
        (status = 201, body = RemoteOrderEntry),
        (status = 409, description = "`no_fire_alarm`, `fire_input_on`, `fire_reported_again`, `order_waiting`"),
    )
)]
pub(super) async fn end_fire(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath(garage): ApiPath<GarageId>,
    key: IdempotencyKey,
    ApiJson(new): ApiJson<NewFireEnd>,
) -> Result<(StatusCode, Json<RemoteOrderEntry>), ProblemResponse> {
    Ok((StatusCode::CREATED, Json(fire_end::add(&app, &caller, &garage, &key, &new).await?)))
}
