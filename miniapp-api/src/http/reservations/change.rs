//! `PATCH /api/v1/reservations/{id}`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use protocol::problem::Problem;
use protocol::reservation::{Reservation, ReservationChange};
use service::http::ApiJson;
use uuid::Uuid;

use super::answer;
use crate::App;
use crate::http::extract::{At, Seen, Trying};
use crate::http::refusal::Refusal;

/// Moves, shortens or extends a reservation of mine; refused as a whole if it does not fit.
#[utoipa::path(
    patch, path = "/api/v1/reservations/{id}", tag = "reservations", security(("session" = [])),
    params(("id" = String, Path), ("If-Match" = Option<String>, Header)), request_body = ReservationChange,
    responses(
        (status = 200, body = Reservation),
        (status = 400, body = Problem, description = "`malformed_json`; `bad_request`: the path"),
        (status = 403, body = Problem, description = "`not_your_plate`, `not_entitled`"),
        (status = 404, body = Problem, description = "`not_found`, also for another account's"),
        (status = 409, body = Problem,
            description = "`wrong_phase`, `full` with `help`, `outside_window`, `not_bookable`, `too_short`, `too_long`, \
            `too_far_ahead`, `in_the_past`, `locked_out`, `closed`, `plate_blocked`, `plate_busy`, `too_many_reservations`"),
        (status = 412, body = Problem, description = "`reservation_changed`: the screen was stale"),
        (status = 422, body = Problem, description = "`invalid_body`, `invalid_plate`, `no_such_pool`"),
        (status = 429, body = Problem, description = "`too_many_requests`"),
        (status = "default", body = Problem),
    )
)]
pub async fn change(
    State(app): State<App>,
    At(id): At<Uuid>,
    Trying(session): Trying,
    Seen(seen): Seen,
    ApiJson(body): ApiJson<ReservationChange>,
) -> Result<Response, Refusal> {
    Ok(answer(StatusCode::OK, &app.server.change_reservation(id, seen, &body, &session).await?))
}
