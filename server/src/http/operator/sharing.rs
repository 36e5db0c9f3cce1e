//! A garage's sharing: windows, closures, pools, rules, and the resulting openings.

pub mod add_closure;
pub mod add_window;
pub mod closures;
pub mod end_closure;
pub mod end_window;
pub mod openings;
pub mod pools;
pub mod preview_closure;
pub mod preview_window;
pub mod put_pools;
pub mod put_rules;
pub mod put_window;
pub mod rules;
pub mod windows;

use protocol::sharing::AffectedPolicy;
use serde::Deserialize;

/// `?affected=refuse|cancel`: the policy for reservations that would lose their space.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AffectedPolicyQuery {
    #[serde(default)]
    #[param(inline)]
    affected: AffectedPolicy,
}
