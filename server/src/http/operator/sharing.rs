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

use protocol::problem::ProblemDetails;
use protocol::sharing::AffectedPolicy;
use serde::Deserialize;
use service::http::ProblemResponse;

use crate::http::if_match::IfMatch;

/// `?affected=refuse|cancel`: the policy for reservations that would lose their space.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct AffectedPolicyQuery {
    #[serde(default)]
    affected: AffectedPolicy,
}

/// The `If-Match` value of a request that replaces a whole resource; 428 without the header.
fn required(seen: &IfMatch) -> Result<&str, ProblemResponse> {
    seen.as_deref().ok_or_else(|| {
        ProblemDetails::new(428, "if_match_missing", "If-Match header required, with the ETag last read")
            .into()
    })
}
