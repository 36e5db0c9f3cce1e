//! `/gateway/v1`: for the gateways of garages. The token identifies the garage; a box without a token uses an
//! enrolment code. This file is the route table.

mod access_plan;
mod caller;
mod credential;
mod enroll;
mod events;
mod order_outcome;
mod orders;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::app::App;

/// Bytes: 500 records of some 500 bytes, with room for long names.
const BATCH: usize = 2 * 1024 * 1024;

/// Bytes: a garage, a code and a credential. Unauthenticated callers may send this.
const ENROLMENT: usize = 1024;

pub fn router() -> Router<App> {
    Router::new()
        .route("/gateway/v1/events", post(events::events).layer(DefaultBodyLimit::max(BATCH)))
        .route("/gateway/v1/access-plan", get(access_plan::access_plan))
        .route("/gateway/v1/enroll", post(enroll::enroll).layer(DefaultBodyLimit::max(ENROLMENT)))
        .route("/gateway/v1/credential", post(credential::credential).layer(DefaultBodyLimit::max(ENROLMENT)))
        .route("/gateway/v1/orders", get(orders::orders))
        .route("/gateway/v1/orders/{order}", post(order_outcome::order_outcome))
}
