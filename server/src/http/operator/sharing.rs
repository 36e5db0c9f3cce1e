//! A garage's sharing: windows, closures, pools, rules, and the resulting openings.

pub(super) mod add_closure;
pub(super) mod add_window;
pub(super) mod closures;
pub(super) mod end_closure;
pub(super) mod end_window;
pub(super) mod openings;
pub(super) mod pools;
pub(super) mod preview_closure;
pub(super) mod preview_window;
pub(super) mod put_pools;
pub(super) mod put_rules;
pub(super) mod put_window;
pub(super) mod rules;
pub(super) mod windows;

use protocol::sharing::AffectedPolicy;
use serde::Deserialize;

/// `?affected=refuse|cancel`: the policy for reservations that would lose their space.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AffectedPolicyQuery {
    #[serde(default)]
    #[param(inline)]
    affected: AffectedPolicy,
}
