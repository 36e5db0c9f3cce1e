//! `/internal/v1`: for `miniapp-api`, which only acts for people who are logged in through it.
//!
//! Every route requires the service token ([`service`]). Routes with a person's data also require that person's
//! session, which [`caller::AuthenticatedPerson`] checks. No response may be cached. This file is the route table.

mod arrival_act;
mod caller;
mod claim;
mod class_arrivals;
mod close_session;
mod feed;
mod gate_entry;
mod guardian;
mod hall_arrivals;
mod me;
mod notices;
mod open_session;
mod plates;
mod reservations;
mod service;
mod sharing;

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::middleware::from_fn_with_state;
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

/// Every route with its OpenAPI description.
pub fn described() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(open_session::open_session))
        .routes(routes!(close_session::close_session))
        .routes(routes!(me::me))
        .routes(routes!(class_arrivals::class_arrivals))
        .routes(routes!(arrival_act::arrival_act))
        .routes(routes!(hall_arrivals::hall_arrivals))
        .routes(routes!(guardian::guardian))
        .routes(routes!(claim::claim))
        .routes(routes!(gate_entry::gate_entry))
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
        .routes(routes!(feed::feed))
}

/// Takes the state because the authentication layer of every route needs the database.
pub fn router(app: App) -> Router<App> {
    let no_store =
        SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let (router, _) = described().split_for_parts();
    router.route_layer(from_fn_with_state(app, service::require)).route_layer(no_store)
}
