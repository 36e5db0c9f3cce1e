//! The person's own reservations. A response with a single reservation has its `ETag`.

pub mod act;
pub mod change;
pub mod list;
pub mod reserve;
pub mod reserve_series;
pub mod show;

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::reservation::Reservation;

fn answer(status: StatusCode, reservation: &Reservation) -> Response {
    (status, [(header::ETAG, reservation.etag())], Json(reservation)).into_response()
}
