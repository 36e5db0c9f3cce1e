//! Responses with one reservation. The client sends its `ETag` back with a change.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::reservation::{AvailabilityQuote, Reservation, ReservationSeries, SeriesDate};
use service::http::ProblemResponse;

use super::refusal;
use crate::app::reservation::quote::ReservationQuote;
use crate::app::reservation::reserve::{ReservedSeries, ReservedSeriesDay};

pub(super) fn one(status: StatusCode, reservation: &Reservation) -> Response {
    (status, [(header::ETAG, reservation.etag())], Json(reservation)).into_response()
}

pub(super) fn quote(quoted: ReservationQuote) -> AvailabilityQuote {
    let refused = quoted.refused.as_ref().map(refusal::problem);
    AvailabilityQuote { free: quoted.free, refused, help: quoted.help }
}

pub(super) fn series(days: ReservedSeries) -> ReservationSeries {
    let date = |day: ReservedSeriesDay| {
        let (reservation, refused) = match day.outcome {
            Ok(reservation) => (reservation, None),
            Err(refusal) => (None, Some(refusal::problem(&refusal))),
        };
        SeriesDate { date: day.date, reservation, refused }
    };
    ReservationSeries { id: days.id, dates: days.days.into_iter().map(date).collect() }
}

pub(super) type ReservationResponse = Result<Response, ProblemResponse>;
