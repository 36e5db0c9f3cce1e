//! `POST /internal/v1/reservations/{id}/acts`.

use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::ReservationId;
use protocol::problem::ProblemDetails;
use protocol::reservation::{Reservation, ReservationAct};
use service::http::{ApiJson, ApiPath};

use crate::app::App;
use crate::app::reservation::change as use_case;
use crate::http::if_match::IfMatch;
use crate::http::internal::caller::AuthenticatedPerson;
use crate::http::reservation_answer::{self, ReservationResponse};

/// Confirms a held reservation or an offer, or cancels. A repetition returns the reservation as it is.
#[utoipa::path(
    post, path = "/internal/v1/reservations/{id}/acts", tag = "reservations", request_body = ReservationAct,
    params(("id" = String, Path, format = "uuid"), ("If-Match" = Option<String>, Header)),
    security(("service" = [], "session" = [])),
    responses(
        (status = 200, body = Reservation),
        (status = 400, body = ProblemDetails, description = "`malformed_json`"),
        (status = 403, body = ProblemDetails, description = "of `confirm` only: `not_your_plate`, `not_entitled`"),
        (status = 404, body = ProblemDetails, description = "`not_found`, also for another account's"),
        (status = 409, body = ProblemDetails, description = "`wrong_phase`; of `confirm` `plate_blocked`, too"),
        (status = 412, body = ProblemDetails, description = "`reservation_changed`: the screen was stale"),
        (status = 422, body = ProblemDetails, description = "`invalid_body`"),
        (status = "default", body = ProblemDetails),
    )
)]
pub(crate) async fn act(
    State(app): State<App>,
    AuthenticatedPerson(caller): AuthenticatedPerson,
    ApiPath(id): ApiPath<ReservationId>,
    seen: IfMatch,
    ApiJson(asked): ApiJson<ReservationAct>,
) -> ReservationResponse {
    let reservation = use_case::act(&app, &caller, id, seen.tags(), asked.act).await?;
    Ok(reservation_answer::one(StatusCode::OK, &reservation))
}
