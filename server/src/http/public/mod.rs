//! `/api/public/v3`: open spaces for everyone, from any page. This file is the route table.

mod forecast;
mod list;
mod one;
mod query;

use axum::Router;
use axum::http::{Method, header};
use axum::routing::get;
use tower_http::cors::{Any, CorsLayer};

use crate::app::App;

/// Counts change with each car: a map that looks every few seconds is served by the caches between.
const CACHE_CONTROL: &str = "public, max-age=5";

pub fn router() -> Router<App> {
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET])
        .allow_headers([header::IF_NONE_MATCH])
        .expose_headers([header::ETAG]);
    Router::new()
        .route("/api/public/v3/parking-sites", get(list::list))
        .route("/api/public/v3/parking-sites/{id}", get(one::one))
        .route("/api/public/v3/parking-sites/{id}/forecast", get(forecast::forecast))
        .layer(cors)
}
