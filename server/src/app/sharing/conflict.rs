//! Conflicts between windows as text.

use domain::ids::WindowId;
use domain::shared_window::{WindowClash, WindowConflict};

use store::window::StoredWindow;

/// Describes a conflict: both windows by name, and the first date.
pub fn describe(conflict: &WindowConflict, windows: &[StoredWindow]) -> String {
    let name = |id: &WindowId| {
        let stored = windows.iter().find(|stored| stored.window.id == *id);
        format!("`{}`", stored.map_or(id.as_str(), |stored| stored.window.name.as_str()))
    };
    let names = conflict.windows.iter().map(name).collect::<Vec<_>>().join(" and ");
    let first = conflict.span.map(|span| span.from().timestamp());
    let first =
        first.map_or_else(String::new, |at| format!(", first on {} at {}", at.local_date(), at.local_hhmm()));
    match &conflict.clash {
        WindowClash::Overlap => format!("{names} are open at the same time{first}"),
        WindowClash::QuotaAbovePool { quota, size } => {
            format!("{names} promises {quota} spaces, and its pool has {size}")
        }
        _ => format!("{names} has no pool"),
    }
}
