//! A garage's sharing: windows, closures, pools, rules, and the resulting openings.

mod add_closure;
mod add_window;
mod closures;
mod end_closure;
mod end_window;
mod openings;
mod pools;
mod preview_closure;
mod preview_window;
mod put_pools;
mod put_rules;
mod put_window;
mod rules;
mod windows;

use axum::Router;
use axum::routing::{delete, get, post, put};
use protocol::sharing::AffectedPolicy;
use serde::Deserialize;

use crate::app::App;

/// `?affected=refuse|cancel`: the policy for reservations that would lose their space.
#[derive(Debug, Clone, Copy, Deserialize)]
struct AffectedPolicyQuery {
    #[serde(default)]
    affected: AffectedPolicy,
}

pub fn router() -> Router<App> {
    let at = |rest: &str| format!("/api/operator/v1/garages/{{garage}}{rest}");
    Router::new()
        .route(&at("/windows"), get(windows::windows).post(add_window::add_window))
        .route(&at("/windows/preview"), post(preview_window::preview_window))
        .route(&at("/windows/{window}"), put(put_window::put_window).delete(end_window::end_window))
        .route(&at("/closures"), get(closures::closures).post(add_closure::add_closure))
        .route(&at("/closures/preview"), post(preview_closure::preview_closure))
        .route(&at("/closures/{closure}"), delete(end_closure::end_closure))
        .route(&at("/pools"), get(pools::pools).put(put_pools::put_pools))
        .route(&at("/openings"), get(openings::openings))
        .route(&at("/sharing-rules"), get(rules::rules).put(put_rules::put_rules))
}
