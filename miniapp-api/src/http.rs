//! The HTTP API. Log-in, log-out and the streams are handlers of this process; every other action is a row of
//! [`proxy::table`].

mod class_stream;
mod extract;
mod hall_stream;
pub mod openapi;
mod proxy;
mod refusal;
mod sessions;
mod upgrade;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, header};
use axum::routing::get;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::MiniappState;

/// Larger than every body of this API; a log-in with its code has some 100 bytes.
const LONGEST_BODY: usize = 8 * 1024;

/// The routes of this process's own handlers.
fn own_routes() -> OpenApiRouter<MiniappState> {
    OpenApiRouter::with_openapi(openapi::head())
        .routes(routes!(sessions::open::open))
        .routes(routes!(sessions::close::close))
        .routes(routes!(class_stream::class_stream))
        .routes(routes!(hall_stream::hall_stream))
}

/// The API below `/api`: never cached, never sniffed, never framed.
pub fn api(app: MiniappState) -> Router {
    let document = openapi::document();
    let (router, _) = own_routes().split_for_parts();
    router
        .merge(proxy::router())
        .with_state(app)
        .route("/api/openapi.json", get(move || openapi::answer(document.clone())))
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
        .layer(always(header::CACHE_CONTROL, "no-store"))
        .layer(always(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(always(header::REFERRER_POLICY, "no-referrer"))
        .layer(always(header::X_FRAME_OPTIONS, "DENY"))
        .layer(always(header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"))
}

fn always(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
}
