//! `POST /api/v1/garages/{garage}/reservation-series`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::problem::Problem;
use protocol::reservation::{NewSeries, Series};
use service::http::ApiJson;

use crate::App;
use crate::http::extract::{At, IdempotencyKey, Trying};
use crate::http::refusal::Refusal;

/// Reserves the same local times on several days, at most 100. `on_conflict` selects what happens if a day is not possible.
#[utoipa::path(
    post, path = "/api/v1/garages/{garage}/reservation-series", tag = "reservations", security(("session" = [])),
    params(("garage" = String, Path), ("Idempotency-Key" = String, Header)), request_body = NewSeries,
    responses(
        (status = 200, body = Series),
        (status = 400, body = Problem, description = "`idempotency_key_missing`, `malformed_json`; `bad_request`: the path"),
        (status = 403, body = Problem, description = "`not_your_plate`, `not_entitled`"),
        (status = 404, body = Problem, description = "`not_found`"),
        (status = 409, body = Problem, description = "`idempotency_key_reused`"),
        (status = 422, body = Problem, description = "`invalid_body`, `invalid_plate`; `no_such_pool` is reported for each date"),
        (status = 429, body = Problem, description = "`too_many_requests`"),
        (status = "default", body = Problem),
    )
)]
pub async fn reserve_series(
    State(app): State<App>,
    At(garage): At<GarageId>,
    Trying(session): Trying,
    IdempotencyKey(key): IdempotencyKey,
    ApiJson(body): ApiJson<NewSeries>,
) -> Result<Json<Series>, Refusal> {
    Ok(Json(app.server.reserve_series(&garage, key, &body, &session).await?))
}
