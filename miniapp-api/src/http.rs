//! The HTTP API, one action per file. This file is the route table.

mod arrivals;
mod extract;
mod gate_entries;
mod guardian;
mod hall;
mod me;
mod notices;
pub mod openapi;
mod plates;
mod refusal;
mod reservations;
mod sessions;
mod sharing;
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

/// Every route with its description.
fn described() -> OpenApiRouter<MiniappState> {
    OpenApiRouter::with_openapi(openapi::head())
        .routes(routes!(sessions::open::open))
        .routes(routes!(sessions::close::close))
        .routes(routes!(me::me))
        .routes(routes!(arrivals::list::list))
        .routes(routes!(arrivals::stream::stream))
        .routes(routes!(arrivals::act::act))
        .routes(routes!(hall::list::list))
        .routes(routes!(hall::stream::stream))
        .routes(routes!(guardian::show::show))
        .routes(routes!(guardian::claim::claim))
        .routes(routes!(guardian::add_plate::add_plate))
        .routes(routes!(guardian::remove_plate::remove_plate))
        .routes(routes!(gate_entries::enter::enter))
        .routes(routes!(plates::list::list))
        .routes(routes!(plates::add::add))
        .routes(routes!(plates::remove::remove))
        .routes(routes!(sharing::garages::garages))
        .routes(routes!(sharing::quote::quote))
        .routes(routes!(sharing::forecast::forecast))
        .routes(routes!(reservations::reserve::reserve))
        .routes(routes!(reservations::reserve_series::reserve_series))
        .routes(routes!(reservations::list::list))
        .routes(routes!(reservations::show::show))
        .routes(routes!(reservations::change::change))
        .routes(routes!(reservations::act::act))
        .routes(routes!(notices::list::list))
        .routes(routes!(notices::read::read))
}

/// The API below `/api`: never cached, never sniffed, never framed.
pub fn api(app: MiniappState) -> Router {
    let (router, document) = described().split_for_parts();
    router
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
