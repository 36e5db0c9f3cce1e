//! `PATCH /api/operator/v1/garages/{garage}/reservations/{id}`.

use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::{GarageId, ReservationId};
use protocol::reservation::{Reservation, ReservationChange};
use service::http::{ApiJson, ApiPath};

use crate::app::App;
use crate::app::operator::reservation;
use crate::http::if_match::IfMatch;
use crate::http::operator::caller::AuthenticatedOperator;
use crate::http::reservation_answer::{self, ReservationResponse};

/// Moves, shortens or extends any reservation of the garage.
#[utoipa::path(
    patch, path = "/api/operator/v1/garages/{garage}/reservations/{id}", tag = "operator",
    request_body = ReservationChange,
    params(("garage" = String, Path), ("id" = String, Path, format = "uuid"), ("If-Match" = Option<String>, Header)),
    security(("operator" = [], "console" = [])),
    responses(
        (status = 200, body = Reservation, headers(("ETag" = String))),
        (status = 409,
            description = "`wrong_phase`, `full` with `help`, `outside_window`, `not_bookable`, `too_short`, \
            `too_long`, `too_far_ahead`, `in_the_past`, `locked_out`, `closed`, `plate_busy`, \
            `plate_blocked`, `too_many_reservations`"),
        (status = 412, description = "`reservation_changed`"),
        (status = 422, description = "`invalid_plate`, `no_such_pool`"),
    )
)]
pub(crate) async fn change(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath((garage, id)): ApiPath<(GarageId, ReservationId)>,
    seen: IfMatch,
    ApiJson(asked): ApiJson<ReservationChange>,
) -> ReservationResponse {
    let changed = reservation::change(&app, &caller, (&garage, id), seen.tags(), &asked).await?;
    Ok(reservation_answer::one(StatusCode::OK, &changed))
}
