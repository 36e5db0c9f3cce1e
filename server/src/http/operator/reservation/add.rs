//! `POST /api/operator/v1/garages/{garage}/reservations`.

use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::GarageId;
use protocol::reservation::{NewReservation, Reservation};
use service::http::{ApiJson, ApiPath};

use crate::app::App;
use crate::app::operator::reservation;
use crate::http::idempotency::IdempotencyKey;
use crate::http::operator::caller::AuthenticatedOperator;
use crate::http::reservation_answer::{self, ReservationResponse};

/// Reserves for any plate. The same key again returns the same reservation.
#[utoipa::path(
    post, path = "/api/operator/v1/garages/{garage}/reservations", tag = "operator",
    request_body = NewReservation,
    params(("garage" = String, Path), ("Idempotency-Key" = String, Header)),
    security(("operator" = [], "console" = [])),
    responses(
        (status = 201, body = Reservation, headers(("ETag" = String))),
        (status = 409,
            description = "`full` with `help`, `outside_window`, `not_bookable`, `too_short`, `too_long`, \
            `too_far_ahead`, `in_the_past`, `locked_out`, `closed`, `plate_busy`"),
        (status = 422, description = "`invalid_plate`, `no_such_pool`"),
    )
)]
pub(crate) async fn add(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath(garage): ApiPath<GarageId>,
    key: IdempotencyKey,
    ApiJson(new): ApiJson<NewReservation>,
) -> ReservationResponse {
    let made = reservation::add(&app, &caller, &garage, &key, &new).await?;
    Ok(reservation_answer::one(StatusCode::CREATED, &made))
}
