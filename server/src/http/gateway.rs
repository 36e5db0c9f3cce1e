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
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

use crate::app::App;

/// Bytes: 500 records of some 500 bytes, with room for long names.
const BATCH: usize = 2 * 1024 * 1024;

/// Bytes: a garage, a code and a credential. Unauthenticated callers may send this.
const ENROLMENT: usize = 1024;

/// Every route with its OpenAPI description.
pub fn described() -> OpenApiRouter<App> {
    let enrolment = || DefaultBodyLimit::max(ENROLMENT);
    OpenApiRouter::new()
        .routes(routes!(events::events).layer(DefaultBodyLimit::max(BATCH)))
        .routes(routes!(access_plan::access_plan))
        .routes(routes!(enroll::enroll).layer(enrolment()))
        .routes(routes!(credential::credential).layer(enrolment()))
        .routes(routes!(orders::orders))
        .routes(routes!(order_outcome::order_outcome))
}

pub fn router() -> Router<App> {
    described().split_for_parts().0
}
