//! Closures: suspensions, blackouts, spaces out of service.

use std::time::Duration;

use domain::ids::GarageId;
use domain::minute::Minute;
use domain::time::Timestamp;
use protocol::sharing as wire;
use uuid::Uuid;

use super::change::SharingChange;
use super::{SharingError, invalid, wire as answers};
use crate::app::App;
use crate::app::audit::AuditAction;
use crate::app::idempotency::{self, IdempotencyKey, IdempotencyKeyReused};
use crate::app::operator::reason::{self, reason};
use crate::app::operator::{OperatorCaller, require};
use crate::app::sharing::SharingState;
use crate::context::ServerContext;
use store::closure::{self, StoredClosure};
use store::operator;

/// Longer than any building work; a permanent closure is a smaller pool or an ended window.
const LONGEST: Duration = Duration::from_secs(400 * 24 * 3600);

/// Current and future closures.
pub async fn list(
    context: &ServerContext,
    caller: &OperatorCaller,
    garage: &GarageId,
) -> Result<wire::ClosureList, SharingError> {
    let mut tx = context.store.begin_read().await?;
    require(&mut tx, caller, garage).await?;
    let closures = closure::open(&mut tx, garage, context.now()).await?;
    Ok(wire::ClosureList { closures: closures.iter().map(answers::closure).collect() })
}

/// Previews a closure; nothing is written.
pub async fn preview(
    app: &App,
    caller: &OperatorCaller,
    garage: &GarageId,
    asked: &wire::NewClosure,
) -> Result<wire::SharingChangePreview, SharingError> {
    let change = SharingChange::preview(app, caller, garage).await?;
    let after = with_closure(&change.before, made(&change, Uuid::nil(), asked)?);
    change.seen(&after, &[]).await
}

/// Creates a closure; a repeated key returns the first one.
pub async fn create(
    app: &App,
    caller: &OperatorCaller,
    garage: &GarageId,
    key: &IdempotencyKey,
    asked: &wire::NewClosure,
    wish: wire::AffectedPolicy,
) -> Result<wire::ClosureEntry, SharingError> {
    let mut change = SharingChange::begin(app, caller, garage).await?;
    let mut new = made(&change, change.id_of("closure", key), asked)?;
    if !closure::insert(&mut change.tx, garage, &new).await? {
        let known = closure::find(&mut change.tx, garage, new.id).await?.ok_or(IdempotencyKeyReused)?;
        idempotency::require_same(request_fields(&known), request_fields(&new))?;
        return Ok(answers::closure(&known));
    }
    let by = operator::name(&mut change.tx, &caller.operator).await?;
    new.operator_name = by.unwrap_or_default();
    let after = with_closure(&change.before, new.clone());
    let id = new.id.to_string();
    let action = AuditAction::ClosureCreate(change.part(&id));
    change.finish(&after, wish, &new.reason, action).await?;
    Ok(answers::closure(&new))
}

/// Ends a closure: the spaces are shared again from now on. If the closure concerned an audience with priority, such as
/// parents, others may have reserved spaces that are kept again now: these reservations are affected.
pub async fn end(
    app: &App,
    caller: &OperatorCaller,
    garage: &GarageId,
    id: Uuid,
    wish: wire::AffectedPolicy,
) -> Result<(), SharingError> {
    let mut change = SharingChange::begin(app, caller, garage).await?;
    closure::find(&mut change.tx, garage, id).await?.ok_or(SharingError::NotFound)?;
    closure::end(&mut change.tx, garage, id, change.now).await?;
    let mut after = change.before.clone();
    after.closures.retain(|closure| closure.id != id);
    let id = id.to_string();
    let action = AuditAction::ClosureEnd(change.part(&id));
    change.finish(&after, wish, "", action).await
}

fn made(
    change: &SharingChange<'_>,
    id: Uuid,
    asked: &wire::NewClosure,
) -> Result<StoredClosure, SharingError> {
    let reason = reason(&asked.reason, reason::LONGEST);
    let reason = reason.ok_or_else(|| invalid("reason", "the reason must have 2 to 500 characters"))?;
    for (field, at) in [("from", asked.from), ("until", asked.until)] {
        if Minute::exact(at).is_none() {
            return Err(invalid(field, "must be a whole minute"));
        }
    }
    check_span(asked, change.now)?;
    if let Some(pool) = &asked.pool
        && !change.before.pools.iter().any(|known| known.id == *pool)
    {
        return Err(invalid("pool", format!("there is no pool `{pool}`")));
    }
    if asked.spaces == Some(0) {
        return Err(invalid("spaces", "must be at least 1; absent closes all"));
    }
    Ok(StoredClosure {
        id,
        pool: asked.pool.clone(),
        audience: asked.audience,
        from: asked.from,
        until: asked.until,
        spaces: asked.spaces,
        reason,
        operator: change.operator().to_owned(),
        operator_name: String::new(),
        created_at: change.now,
    })
}

fn check_span(asked: &wire::NewClosure, now: Timestamp) -> Result<(), SharingError> {
    if asked.until <= asked.from || asked.until <= now {
        return Err(invalid("until", "must be after from, and not over"));
    }
    if asked.until.since(asked.from) > LONGEST {
        return Err(invalid("until", "must be at most 400 days after from"));
    }
    Ok(())
}

/// What a request determines of a closure.
fn request_fields(closure: &StoredClosure) -> impl PartialEq {
    let StoredClosure { pool, audience, from, until, spaces, reason, .. } = closure.clone();
    (pool, audience, from, until, spaces, reason)
}

fn with_closure(ground: &SharingState, new: StoredClosure) -> SharingState {
    let mut after = ground.clone();
    after.closures.push(new);
    after
}
