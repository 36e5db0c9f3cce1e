//! `/api/public/v3`: open spaces for every page, without authentication. This file is the route table.

mod cors;
mod forecast;
mod history;
mod list;
mod one;
mod query;
mod respond;
mod search;
mod sources;

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::get;
use protocol::problem::ProblemDetails;
use service::http::ProblemResponse;

use crate::app::App;
use crate::http::fail;

/// Counts change with each car. This lets intermediate caches serve clients that poll every few seconds.
const CACHE_CONTROL: &str = "public, max-age=5";

pub fn router() -> Router<App> {
    let public = Router::new()
        .route("/v3/parking-sites", get(list::list))
        .route("/v3/parking-sites/{id}", get(one::one))
        .route("/v3/parking-sites/{id}/forecast", get(forecast::forecast))
        .route("/v3/parking-sites/{id}/history", get(history::history))
        .route("/v3/sources", get(sources::list))
        .route("/v3/sources/{id}", get(sources::one))
        .fallback(nothing)
        .method_not_allowed_fallback(method)
        .layer(from_fn(cors::open));
    Router::new().nest("/api/public", public)
}

/// The route is inside the CORS layer, so that a page with a wrong address can read the problem.
async fn nothing() -> ProblemResponse {
    fail::not_found()
}

async fn method() -> ProblemResponse {
    ProblemDetails::new(405, "method_not_allowed", "Method not allowed").into()
}

/// A parameter with an invalid value.
fn wrong(field: &str, detail: &str) -> ProblemResponse {
    ProblemDetails::new(400, "invalid_query", "Invalid query parameter").field(field).detail(detail).into()
}
