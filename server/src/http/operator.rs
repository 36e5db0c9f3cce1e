//! `/api/operator/v1`: the operator console. The session is a cookie that scripts cannot read. Requests that change
//! something also need a header that other sites' forms cannot send ([`csrf`]). Shared caches may not store
//! responses. This file is the route table.

mod access_check;
mod adjust;
mod adjustments;
mod calendar;
mod caller;
pub mod cookie;
mod csrf;
mod dead_letters;
mod end_fire;
mod events;
mod garages;
mod inventories;
mod inventory;
mod inventory_preview;
mod log_in;
mod log_out;
mod mark_shape;
mod marked_shapes;
mod number;
mod open_orders;
mod order_open;
mod reservation;
mod sharing;
mod unmark_shape;
mod waiting_cars;

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::middleware::from_fn;
use axum::routing::{delete, get, post};
use tower_http::set_header::SetResponseHeaderLayer;

use crate::app::App;

pub fn router() -> Router<App> {
    let no_store =
        SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Router::new()
        .route("/api/operator/v1/sessions", post(log_in::log_in))
        .route("/api/operator/v1/sessions/current", delete(log_out::log_out))
        .route("/api/operator/v1/garages", get(garages::garages))
        .route(
            "/api/operator/v1/garages/{garage}/adjustments",
            get(adjustments::adjustments).post(adjust::adjust),
        )
        .route(
            "/api/operator/v1/garages/{garage}/inventories",
            get(inventories::inventories).post(inventory::inventory),
        )
        .route(
            "/api/operator/v1/garages/{garage}/inventories/preview",
            post(inventory_preview::inventory_preview),
        )
        .route(
            "/api/operator/v1/garages/{garage}/open-orders",
            get(open_orders::open_orders).post(order_open::order_open),
        )
        .route("/api/operator/v1/garages/{garage}/fire-ends", post(end_fire::end_fire))
        .route(
            "/api/operator/v1/garages/{garage}/no-reading-shapes",
            get(marked_shapes::marked_shapes).post(mark_shape::mark_shape),
        )
        .route(
            "/api/operator/v1/garages/{garage}/no-reading-shapes/{device}/{shape}",
            delete(unmark_shape::unmark_shape),
        )
        .route("/api/operator/v1/garages/{garage}/waiting-cars", get(waiting_cars::waiting_cars))
        .route("/api/operator/v1/garages/{garage}/events", get(events::events))
        .route("/api/operator/v1/garages/{garage}/dead-letters", get(dead_letters::dead_letters))
        .route("/api/operator/v1/garages/{garage}/access-checks", post(access_check::access_check))
        .route("/api/operator/v1/garages/{garage}/calendar", get(calendar::days))
        .route("/api/operator/v1/schools", get(calendar::schools))
        .route("/api/operator/v1/schools/{school}/calendar", get(calendar::school).put(calendar::put_school))
        .merge(reservation::router())
        .merge(sharing::router())
        .route_layer(from_fn(csrf::require))
        .route_layer(no_store)
}
