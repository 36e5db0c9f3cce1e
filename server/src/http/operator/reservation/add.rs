//! `POST /api/operator/v1/garages/{garage}/reservations`.

use axum::extract::State;
use axum::http::StatusCode;
use domain::ids::GarageId;
use protocol::reservation::NewReservation;
use service::http::ApiJson;

use crate::app::App;
use crate::app::operator::reservation;
use crate::http::idempotency::IdempotencyKey;
use crate::http::input::ApiPath;
use crate::http::operator::caller::AuthenticatedOperator;
use crate::http::reservation_answer::{self, ReservationResponse};

/// Reserves for any plate. The same key again returns the same reservation.
pub async fn add(
    State(app): State<App>,
    AuthenticatedOperator(caller): AuthenticatedOperator,
    ApiPath(garage): ApiPath<GarageId>,
    key: IdempotencyKey,
    ApiJson(new): ApiJson<NewReservation>,
) -> ReservationResponse {
    let made = reservation::add(&app, &caller, &garage, &key, &new).await?;
    Ok(reservation_answer::one(StatusCode::CREATED, &made))
}
