//! `PATCH /internal/v1/reservations/{id}`.

use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::ReservationId;
use protocol::problem::ProblemDetails;
use protocol::reservation::{Reservation, ReservationChange};
use service::http::{ApiJson, ApiPath};

use crate::app::App;
use crate::app::reservation::change as use_case;
use crate::http::if_match::IfMatch;
use crate::http::internal::caller::AuthenticatedPerson;
use crate::http::reservation_answer::{self, ReservationResponse};

/// Moves, shortens or extends a reservation of the caller. A change that does not fit is refused as a whole.
#[utoipa::path(
    patch, path = "/internal/v1/reservations/{id}", tag = "reservations", request_body = ReservationChange,
    params(("id" = String, Path, format = "uuid"), ("If-Match" = Option<String>, Header)),
    security(("service" = [], "session" = [])),
    responses(
        (status = 200, body = Reservation),
        (status = 400, body = ProblemDetails, description = "`malformed_json`"),
        (status = 403, body = ProblemDetails, description = "`not_your_plate`, `not_entitled`"),
        (status = 404, body = ProblemDetails, description = "`not_found`, also for another account's"),
        (status = 409, body = ProblemDetails,
            description = "`wrong_phase`, `full` with `help`, `outside_window`, `not_bookable`, `too_short`, `too_long`, \
            `too_far_ahead`, `in_the_past`, `locked_out`, `closed`, `plate_blocked`, `plate_busy`, `too_many_reservations`"),
        (status = 412, body = ProblemDetails, description = "`reservation_changed`: the screen was stale"),
        (status = 422, body = ProblemDetails, description = "`invalid_body`, `invalid_plate`, `no_such_pool`"),
        (status = "default", body = ProblemDetails),
    )
)]
pub(crate) async fn change(
    State(app): State<App>,
    AuthenticatedPerson(caller): AuthenticatedPerson,
    ApiPath(id): ApiPath<ReservationId>,
    seen: IfMatch,
    ApiJson(asked): ApiJson<ReservationChange>,
) -> ReservationResponse {
    let reservation = use_case::change(&app, &caller, id, seen.tags(), &asked).await?;
    Ok(reservation_answer::one(StatusCode::OK, &reservation))
}
