//! `POST /api/operator/v1/garages/{garage}/reservations/{id}/acts`.

use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::{GarageId, ReservationId};
use protocol::reservation::{Reservation, ReservationAct};
use service::http::{ApiJson, ApiPath};

use crate::app::App;
use crate::app::operator::reservation;
use crate::http::if_match::IfMatch;
use crate::http::operator::caller::AuthenticatedOperator;
use crate::http::reservation_answer::{self, ReservationResponse};

/// Confirms or cancels any reservation of the garage.
#[utoipa::path(
    post, path = "/api/operator/v1/garages/{garage}/reservations/{id}/acts", tag = "operator",
    request_body = ReservationAct,
    params(("garage" = String, Path), ("id" = String, Path, format = "uuid"), ("If-Match" = Option<String>, Header)),
    security(("operator" = [], "console" = [])),
    responses(
        (status = 200, body = Reservation, headers(("ETag" = String))),
        (status = 409, description = "`wrong_phase`, `plate_blocked`"),
        (status = 412, description = "`reservation_changed`"),
    )
)]
pub(crate) async fn act(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath((garage, id)): ApiPath<(GarageId, ReservationId)>,
    seen: IfMatch,
    ApiJson(asked): ApiJson<ReservationAct>,
) -> ReservationResponse {
    let after = reservation::act(&app, &caller, (&garage, id), seen.tags(), asked.act).await?;
    Ok(reservation_answer::one(StatusCode::OK, &after))
}
