//! Responses about windows, closures and conflicts.

use domain::shared_window::{Clash, Conflict};
use protocol::sharing as wire;

use crate::app::etag;
use crate::app::sharing::rule;
use crate::store::closure::Closure;
use crate::store::window::Stored;

pub(super) fn window(stored: &Stored) -> wire::Window {
    let rule = rule::spec(&stored.window);
    wire::Window {
        id: stored.window.id.clone(),
        etag: etag::strong(&rule),
        rule,
        created_at: stored.created_at,
        changed_at: stored.modified_at,
    }
}

pub(super) fn closure(stored: &Closure) -> wire::Closure {
    wire::Closure {
        id: stored.id,
        pool: stored.pool.clone(),
        audience: stored.audience,
        from: stored.from,
        until: stored.until,
        spaces: stored.spaces,
        reason: stored.reason.clone(),
        operator: stored.operator_name.clone(),
        created_at: stored.created_at,
    }
}

pub(super) fn conflict(conflict: &Conflict) -> wire::Conflict {
    let (kind, size, shares) = match &conflict.clash {
        Clash::NoSuchPool => (wire::ConflictKind::NoSuchPool, None, Vec::new()),
        Clash::Overlap => (wire::ConflictKind::Overlap, None, Vec::new()),
        Clash::QuotaAbovePool { size, .. } => (wire::ConflictKind::QuotaAbovePool, Some(*size), Vec::new()),
        Clash::QuotasTogether { size, shares } => {
            let share = |share: &domain::shared_window::Share| wire::Share {
                window: share.window.clone(),
                audience: share.audience,
                quota: share.quota,
                left: share.left,
            };
            (wire::ConflictKind::QuotasTogether, Some(*size), shares.iter().map(share).collect())
        }
        Clash::EndsInLockOut => (wire::ConflictKind::EndsInLockOut, None, Vec::new()),
        Clash::PublicDuringPickup => (wire::ConflictKind::PublicDuringPickup, None, Vec::new()),
    };
    wire::Conflict {
        kind,
        refused: conflict.clash.is_refused(),
        pool: conflict.pool.clone(),
        windows: conflict.windows.clone(),
        from: conflict.span.map(|span| span.from().timestamp()),
        until: conflict.span.map(|span| span.until().timestamp()),
        size,
        shares,
    }
}
