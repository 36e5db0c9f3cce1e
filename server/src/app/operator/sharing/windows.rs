//! Windows: list, preview, create, change, end.

use domain::ids::{GarageId, WindowId};
use domain::shared_window::SharedWindow;
use domain::time::Timestamp;
use protocol::sharing as wire;

use super::change::{SharingChange, refuse_conflicts};
use super::{SharingError, invalid, wire as answers};
use crate::app::audit::AuditAction;
use crate::app::idempotency::{self, IdempotencyKey, IdempotencyKeyReused};
use crate::app::operator::{OperatorCaller, require};
use crate::app::sharing::{SharingState, pools, rule};
use crate::app::{App, etag};
use store::window::{self, StoredWindow};
use store::{Tx, school};

/// Id of a new window in a preview.
const NEW: &str = "new";

/// Windows that have not been ended, and their conflicts in the coming weeks.
pub async fn list(
    app: &App,
    caller: &OperatorCaller,
    garage: &GarageId,
) -> Result<wire::WindowList, SharingError> {
    let mut tx = app.store.begin_read().await?;
    require(&mut tx, caller, garage).await?;
    let now = app.now();
    let ground = SharingState::read(app, &mut tx, garage, now).await?;
    Ok(wire::WindowList {
        windows: ground.windows.iter().map(answers::window).collect(),
        conflicts: ground.conflicts(now).iter().map(answers::conflict).collect(),
    })
}

/// Previews a new, changed or ended window; nothing is written.
pub async fn preview(
    app: &App,
    caller: &OperatorCaller,
    garage: &GarageId,
    asked: &wire::WindowPreviewRequest,
) -> Result<wire::SharingChangePreview, SharingError> {
    let mut change = SharingChange::preview(app, caller, garage).await?;
    if asked.window.is_none() && asked.rule.is_none() {
        return Err(invalid("rule", "a new window needs a rule"));
    }
    let id = match &asked.window {
        Some(id) => found(&change.before, id)?.window.id.clone(),
        None => WindowId::parse(NEW).map_err(|error| invalid("window", error.to_string()))?,
    };
    let after = match &asked.rule {
        Some(rule) => {
            let window = made(&mut change.tx, garage, &change.before, id.clone(), rule).await?;
            with_window(&change.before, window, change.now)
        }
        None => without_window(&change.before, &id),
    };
    let conflicts = after.conflicts_of(&id, change.now);
    change.seen(&after, &conflicts).await
}

/// Creates a window; a repeated key returns the first one.
pub async fn create(
    app: &App,
    caller: &OperatorCaller,
    garage: &GarageId,
    key: &IdempotencyKey,
    rule: &wire::WindowSpec,
    wish: wire::AffectedPolicy,
) -> Result<wire::WindowEntry, SharingError> {
    let mut change = SharingChange::begin(app, caller, garage).await?;
    let id = WindowId::parse(&change.id_of("window", key).to_string())
        .map_err(|error| invalid("idempotency-key", error.to_string()))?;
    let new = made(&mut change.tx, garage, &change.before, id.clone(), rule).await?;
    if let Some(known) = change.before.windows.iter().find(|known| known.window.id == id) {
        idempotency::require_same(&known.window, &new)?;
        return Ok(answers::window(known));
    }
    if window::was_ended(&mut change.tx, garage, &id).await? {
        return Err(IdempotencyKeyReused.into());
    }
    put(change, new, wish, WindowWrite::Create).await
}

/// Changes a window if `if_match` is its current tag.
pub async fn update(
    app: &App,
    caller: &OperatorCaller,
    garage: &GarageId,
    (id, if_match): (&WindowId, &etag::EntityTags),
    rule: &wire::WindowSpec,
    wish: wire::AffectedPolicy,
) -> Result<wire::WindowEntry, SharingError> {
    let mut change = SharingChange::begin(app, caller, garage).await?;
    unchanged(found(&change.before, id)?, if_match)?;
    let new = made(&mut change.tx, garage, &change.before, id.clone(), rule).await?;
    put(change, new, wish, WindowWrite::Change).await
}

/// Whether a window is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WindowWrite {
    Create,
    Change,
}

async fn put(
    mut change: SharingChange<'_>,
    new: SharedWindow,
    wish: wire::AffectedPolicy,
    write: WindowWrite,
) -> Result<wire::WindowEntry, SharingError> {
    let id = new.id.clone();
    let after = with_window(&change.before, new, change.now);
    refuse_conflicts(&after, &after.conflicts_of(&id, change.now))?;
    let stored = found(&after, &id)?;
    window::put(&mut change.tx, change.garage, &stored.window, change.now).await?;
    let part = change.part(id.as_str());
    let action = match write {
        WindowWrite::Create => AuditAction::WindowCreate(part),
        WindowWrite::Change => AuditAction::WindowChange(part),
    };
    change.finish(&after, wish, "", action).await?;
    Ok(answers::window(stored))
}

/// Ends a window: it opens no more from now on, even in the middle of a day. Cars inside may stay as agreed. The row is
/// kept because reservations refer to it.
pub async fn end(
    app: &App,
    caller: &OperatorCaller,
    garage: &GarageId,
    (id, if_match): (&WindowId, &etag::EntityTags),
    wish: wire::AffectedPolicy,
) -> Result<(), SharingError> {
    let mut change = SharingChange::begin(app, caller, garage).await?;
    unchanged(found(&change.before, id)?, if_match)?;
    window::end(&mut change.tx, garage, id, change.now).await?;
    let after = without_window(&change.before, id);
    let action = AuditAction::WindowEnd(change.part(id.as_str()));
    change.finish(&after, wish, "", action).await
}

fn found<'g>(ground: &'g SharingState, id: &WindowId) -> Result<&'g StoredWindow, SharingError> {
    ground.windows.iter().find(|stored| stored.window.id == *id).ok_or(SharingError::NotFound)
}

fn unchanged(known: &StoredWindow, if_match: &etag::EntityTags) -> Result<(), SharingError> {
    if if_match.contain(&answers::window(known).etag) { Ok(()) } else { Err(SharingError::Changed) }
}

/// An entered window, checked; its classes must belong to schools that use the garage.
async fn made(
    tx: &mut Tx,
    garage: &GarageId,
    ground: &SharingState,
    id: WindowId,
    rule: &wire::WindowSpec,
) -> Result<SharedWindow, SharingError> {
    let pools: Vec<_> = ground.pools.iter().map(pools::spec).collect();
    let window = rule::window(id, rule, &pools).map_err(|error| invalid(error.field, error.message))?;
    let classes = school::classes_at(tx, garage).await?;
    for (i, group) in rule.stagger.iter().enumerate() {
        if !classes.contains(&group.class) {
            let message = format!("no school of this garage has a class `{}`", group.class);
            return Err(invalid(format!("stagger[{i}].class"), message));
        }
    }
    Ok(window)
}

fn with_window(ground: &SharingState, window: SharedWindow, now: Timestamp) -> SharingState {
    let mut after = without_window(ground, &window.id);
    let known = ground.windows.iter().find(|stored| stored.window.id == window.id);
    let created_at = known.map_or(now, |known| known.created_at);
    after.windows.push(StoredWindow { window, created_at, modified_at: now });
    after
}

fn without_window(ground: &SharingState, id: &WindowId) -> SharingState {
    let mut after = ground.clone();
    after.windows.retain(|stored| stored.window.id != *id);
    after
}
