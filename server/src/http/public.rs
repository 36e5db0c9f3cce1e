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
use protocol::problem::ProblemDetails;
use service::http::ProblemResponse;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::http::fail;

const PREFIX: &str = "/api/public";

/// Counts change with each car. This lets intermediate caches serve clients that poll every few seconds.
const CACHE_CONTROL: &str = "public, max-age=5";

/// Every route with its OpenAPI description.
pub fn described() -> OpenApiRouter<App> {
    OpenApiRouter::new().nest(PREFIX, table())
}

/// The routes below [`PREFIX`].
fn table() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(one::one))
        .routes(routes!(forecast::forecast))
        .routes(routes!(history::history))
        .routes(routes!(sources::list))
        .routes(routes!(sources::one))
}

pub fn router() -> Router<App> {
    let (public, _) = table().split_for_parts();
    let public = public.fallback(nothing).method_not_allowed_fallback(method).layer(from_fn(cors::open));
    Router::new().nest(PREFIX, public)
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
