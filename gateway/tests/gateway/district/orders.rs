//! Operators' orders, played: whatever is in the list is handed out to every question.

use std::time::Duration;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use protocol::order::{PendingRemoteOrders as Answer, RemoteOpening, RemoteOrderOutcome};
use serde::Deserialize;
use tokio::time::Instant;
use uuid::Uuid;

use super::{Mood, Shared};

#[derive(Debug, Default)]
pub(crate) struct Orders {
    pub handed_out: Vec<RemoteOpening>,
    /// Outcomes that gateways have reported, in order.
    pub outcomes: Vec<(Uuid, RemoteOrderOutcome)>,
    /// Outcomes are answered with 503.
    pub deaf: bool,
    pub polls: usize,
    /// Each run of a gateway that has polled.
    pub runs: Vec<Uuid>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Poll {
    run: Uuid,
    wait_ms: u64,
}

pub(super) async fn poll(State(books): Shared, headers: HeaderMap, Query(poll): Query<Poll>) -> Response {
    let asked = Instant::now();
    let deadline = asked + Duration::from_millis(poll.wait_ms);
    loop {
        {
            let mut books = books.lock().unwrap();
            if !books.doorman.lets_in(&headers) {
                return StatusCode::UNAUTHORIZED.into_response();
            }
            if books.mood == Mood::Away {
                return StatusCode::SERVICE_UNAVAILABLE.into_response();
            }
            if !books.orders.runs.contains(&poll.run) {
                books.orders.runs.push(poll.run);
            }
            let orders = books.orders.handed_out.clone();
            if !orders.is_empty() || Instant::now() >= deadline {
                books.orders.polls += 1;
                let waited_ms = u64::try_from(asked.elapsed().as_millis()).unwrap();
                return Json(Answer { v: 1, waited_ms, orders, fire_ends: Vec::new() }).into_response();
            }
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

pub(super) async fn ended(
    State(books): Shared,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    Json(outcome): Json<RemoteOrderOutcome>,
) -> StatusCode {
    let mut books = books.lock().unwrap();
    if !books.doorman.lets_in(&headers) {
        return StatusCode::UNAUTHORIZED;
    }
    if books.orders.deaf || books.mood == Mood::Away {
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    books.orders.outcomes.push((id, outcome));
    StatusCode::NO_CONTENT
}
