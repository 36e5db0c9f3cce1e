//! `POST /internal/v1/garages/{garage}/reservations`.

use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::GarageId;
use protocol::problem::ProblemDetails;
use protocol::reservation::{NewReservation, Reservation};
use service::http::{ApiJson, ApiPath};

use crate::app::App;
use crate::app::reservation::reserve as use_case;
use crate::http::idempotency::IdempotencyKey;
use crate::http::internal::caller::AuthenticatedPerson;
use crate::http::reservation_answer::{self, ReservationResponse};

/// Reserves a space for a plate of the caller. The same `Idempotency-Key` again returns the same reservation.
#[utoipa::path(
    post, path = "/internal/v1/garages/{garage}/reservations", tag = "reservations", request_body = NewReservation,
    params(("garage" = String, Path), ("Idempotency-Key" = String, Header)),
    security(("service" = [], "session" = [])),
    responses(
        (status = 201, body = Reservation),
        (status = 400, body = ProblemDetails, description = "`idempotency_key_missing`, `malformed_json`"),
        (status = 403, body = ProblemDetails, description = "`not_your_plate`, `not_entitled`"),
        (status = 404, body = ProblemDetails, description = "`not_found`"),
        (status = 409, body = ProblemDetails,
            description = "`full` with `help`, `outside_window`, `not_bookable`, `too_short`, `too_long`, `too_far_ahead`, \
            `in_the_past`, `locked_out`, `closed`, `plate_blocked`, `plate_busy`, `too_many_reservations`, \
            `idempotency_key_reused`"),
        (status = 422, body = ProblemDetails, description = "`invalid_body`, `invalid_plate`, `no_such_pool`"),
        (status = "default", body = ProblemDetails),
    )
)]
pub(crate) async fn reserve(
    State(app): State<App>,
    AuthenticatedPerson(caller): AuthenticatedPerson,
    ApiPath(garage): ApiPath<GarageId>,
    key: IdempotencyKey,
    ApiJson(new): ApiJson<NewReservation>,
) -> ReservationResponse {
    let reservation = use_case::reserve(&app, &caller, &garage, &key, &new).await?;
    Ok(reservation_answer::one(StatusCode::CREATED, &reservation))
}
