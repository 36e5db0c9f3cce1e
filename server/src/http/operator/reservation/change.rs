//! `PATCH /api/operator/v1/garages/{garage}/reservations/{id}`.

use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::{GarageId, ReservationId};
use protocol::reservation::ReservationChange;
use service::http::ApiJson;

use crate::app::App;
use crate::app::operator::reservation;
use crate::http::if_match::IfMatch;
use crate::http::input::ApiPath;
use crate::http::operator::caller::AuthenticatedOperator;
use crate::http::reservation_answer::{self, ReservationResponse};

/// Moves, shortens or extends any reservation of the garage.
pub async fn change(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath((garage, id)): ApiPath<(GarageId, ReservationId)>,
    seen: IfMatch,
    ApiJson(asked): ApiJson<ReservationChange>,
) -> ReservationResponse {
    let changed = reservation::change(&app, &caller, (&garage, id), seen.tags(), &asked).await?;
    Ok(reservation_answer::one(StatusCode::OK, &changed))
}
