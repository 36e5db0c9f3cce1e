//! Responses with one reservation. The client sends its `ETag` back with a change.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::reservation::{Quote, Reservation, Series, SeriesDate};
use service::http::ProblemResponse;

use super::refusal;
use crate::app::reservation::quote::Quoted;
use crate::app::reservation::reserve::{Day, Days};

pub fn one(status: StatusCode, reservation: &Reservation) -> Response {
    (status, [(header::ETAG, reservation.etag())], Json(reservation)).into_response()
}

pub fn quote(quoted: Quoted) -> Quote {
    let refused = quoted.refused.as_ref().map(refusal::problem);
    Quote { free: quoted.free, refused, help: quoted.help }
}

pub fn series(days: Days) -> Series {
    let date = |day: Day| {
        let (reservation, refused) = match day.outcome {
            Ok(reservation) => (reservation, None),
            Err(refusal) => (None, Some(refusal::problem(&refusal))),
        };
        SeriesDate { date: day.date, reservation, refused }
    };
    Series { id: days.id, dates: days.days.into_iter().map(date).collect() }
}

pub type Answer = Result<Response, ProblemResponse>;
