//! `/api/operator/v1`: the operator console. The session is a cookie that scripts cannot read. Requests that change
//! something also need a header that other sites' forms cannot send ([`csrf`]). Shared caches may not store
//! responses. This file is the route table.

mod access_check;
mod adjust;
mod adjustments;
mod calendar;
mod caller;
pub mod cookie;
pub mod csrf;
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
use tower_http::set_header::SetResponseHeaderLayer;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

/// Every route with its OpenAPI description.
pub fn described() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(log_in::log_in))
        .routes(routes!(log_out::log_out))
        .routes(routes!(garages::garages))
        .routes(routes!(adjustments::adjustments, adjust::adjust))
        .routes(routes!(inventories::inventories, inventory::inventory))
        .routes(routes!(inventory_preview::inventory_preview))
        .routes(routes!(open_orders::open_orders, order_open::order_open))
        .routes(routes!(end_fire::end_fire))
        .routes(routes!(marked_shapes::marked_shapes, mark_shape::mark_shape))
        .routes(routes!(unmark_shape::unmark_shape))
        .routes(routes!(waiting_cars::waiting_cars))
        .routes(routes!(events::events))
        .routes(routes!(dead_letters::dead_letters))
        .routes(routes!(access_check::access_check))
        .routes(routes!(calendar::days::days))
        .routes(routes!(calendar::schools::schools))
        .routes(routes!(calendar::school::school, calendar::put_school::put_school))
        .merge(reservations())
        .merge(sharing())
}

fn reservations() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(reservation::list::list, reservation::add::add))
        .routes(routes!(reservation::change::change))
        .routes(routes!(reservation::act::act))
        .routes(routes!(reservation::clearing::clearing))
        .routes(routes!(reservation::timeline::timeline))
        .routes(routes!(reservation::forecast::forecast))
        .routes(routes!(reservation::blocks::blocks, reservation::add_block::add_block))
        .routes(routes!(reservation::end_block::end_block))
        .routes(routes!(reservation::lift_strike::lift_strike))
}

fn sharing() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(sharing::windows::windows, sharing::add_window::add_window))
        .routes(routes!(sharing::preview_window::preview_window))
        .routes(routes!(sharing::put_window::put_window, sharing::end_window::end_window))
        .routes(routes!(sharing::closures::closures, sharing::add_closure::add_closure))
        .routes(routes!(sharing::preview_closure::preview_closure))
        .routes(routes!(sharing::end_closure::end_closure))
        .routes(routes!(sharing::pools::pools, sharing::put_pools::put_pools))
        .routes(routes!(sharing::openings::openings))
        .routes(routes!(sharing::rules::rules, sharing::put_rules::put_rules))
}

pub fn router() -> Router<App> {
    let no_store =
        SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let (router, _) = described().split_for_parts();
    router.route_layer(from_fn(csrf::require)).route_layer(no_store)
}
