//! Responses about windows, closures and conflicts.

use domain::shared_window::{WindowClash, WindowConflict};
use protocol::sharing as wire;

use crate::app::etag;
use crate::app::sharing::rule;
use store::closure::StoredClosure;
use store::window::StoredWindow;

pub(super) fn window(stored: &StoredWindow) -> wire::WindowEntry {
    let rule = rule::spec(&stored.window);
    wire::WindowEntry {
        id: stored.window.id.clone(),
        etag: etag::strong(&rule),
        rule,
        created_at: stored.created_at,
        changed_at: stored.modified_at,
    }
}

pub(super) fn closure(stored: &StoredClosure) -> wire::ClosureEntry {
    wire::ClosureEntry {
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

pub(super) fn conflict(conflict: &WindowConflict) -> wire::WindowConflictEntry {
    let (kind, size, shares) = match &conflict.clash {
        WindowClash::NoSuchPool => (wire::WindowConflictKind::NoSuchPool, None, Vec::new()),
        WindowClash::Overlap => (wire::WindowConflictKind::Overlap, None, Vec::new()),
        WindowClash::QuotaAbovePool { size, .. } => {
            (wire::WindowConflictKind::QuotaAbovePool, Some(*size), Vec::new())
        }
        WindowClash::QuotasTogether { size, shares } => {
            let share = |share: &domain::shared_window::QuotaShare| wire::AudienceShare {
                window: share.window.clone(),
                audience: share.audience,
                quota: share.quota,
                left: share.left,
            };
            (wire::WindowConflictKind::QuotasTogether, Some(*size), shares.iter().map(share).collect())
        }
        WindowClash::EndsInLockOut => (wire::WindowConflictKind::EndsInLockOut, None, Vec::new()),
        WindowClash::PublicDuringPickup => (wire::WindowConflictKind::PublicDuringPickup, None, Vec::new()),
    };
    wire::WindowConflictEntry {
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
