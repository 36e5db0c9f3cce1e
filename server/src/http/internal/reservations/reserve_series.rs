//! `POST /internal/v1/garages/{garage}/reservation-series`.

use axum::Json;
use axum::extract::State;
use domain::ids::GarageId;
use protocol::problem::ProblemDetails;
use protocol::reservation::{NewReservationSeries, ReservationSeries};
use service::http::{ApiJson, ApiPath, ProblemResponse};

use crate::app::App;
use crate::app::reservation::reserve as use_case;
use crate::http::idempotency::IdempotencyKey;
use crate::http::internal::caller::AuthenticatedPerson;
use crate::http::reservation_answer;

/// Reserves the same local times on several days, at most 100. `on_conflict` decides what happens if a day is not
/// possible.
#[utoipa::path(
    post, path = "/internal/v1/garages/{garage}/reservation-series", tag = "reservations", request_body = NewReservationSeries,
    params(("garage" = String, Path), ("Idempotency-Key" = String, Header)),
    security(("service" = [], "session" = [])),
    responses(
        (status = 200, body = ReservationSeries),
        (status = 400, body = ProblemDetails, description = "`idempotency_key_missing`, `malformed_json`"),
        (status = 403, body = ProblemDetails, description = "`not_your_plate`, `not_entitled`"),
        (status = 404, body = ProblemDetails, description = "`not_found`"),
        (status = 409, body = ProblemDetails, description = "`idempotency_key_reused`"),
        (status = 422, body = ProblemDetails, description = "`invalid_body`, `invalid_plate`; `no_such_pool` is reported for each date"),
        (status = "default", body = ProblemDetails),
    )
)]
pub(crate) async fn reserve_series(
    State(app): State<App>,
    AuthenticatedPerson(caller): AuthenticatedPerson,
    ApiPath(garage): ApiPath<GarageId>,
    key: IdempotencyKey,
    ApiJson(new): ApiJson<NewReservationSeries>,
) -> Result<Json<ReservationSeries>, ProblemResponse> {
    let days = use_case::series(&app, &caller, &garage, &key, &new).await?;
    Ok(Json(reservation_answer::series(days)))
}
