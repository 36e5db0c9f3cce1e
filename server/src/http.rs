//! HTTP: one action a file, with the route tables beside them.
//!
//! - [`internal`]: `miniapp-api`, for people
//! - [`openapi`]: the OpenAPI document of the routes that describe themselves
//! - [`fail`]: the one place where an error becomes a response

mod bearer;
mod conditional;
pub mod fail;
pub mod gateway;
mod idempotency;
mod if_match;
pub mod internal;
pub mod openapi;
pub mod operator;
mod peer;
pub mod public;
mod refusal;
mod reservation_answer;

use axum::Router;

use crate::app::App;

/// Every route of the server. [`crate::serve()`] adds layers, fallbacks, health and pages.
pub fn router(app: App) -> Router {
    Router::new()
        .merge(internal::router(app.clone()))
        .merge(gateway::router())
        .merge(operator::router())
        .merge(public::router())
        .merge(openapi::router())
        .with_state(app)
}
