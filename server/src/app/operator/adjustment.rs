//! Corrections of a count: checked against the count that the operator saw, with a reason, appended and audited. The
//! gateway receives the new count with its next receipt.

use domain::ids::GarageId;
use protocol::operator::{CountAdjustment, CursorPage, NewCountAdjustment};
use uuid::Uuid;

use super::reason::{self, reason};
use super::{OperatorCaller, OperatorError, require};
use crate::app::audit::{AuditAction, record};
use crate::app::idempotency::{self, IdempotencyKey, IdempotencyKeyReused};
use crate::context::ServerContext;
use store::{StoreError, adjustment, garage};

/// Rows on one page.
const PAGE: usize = 50;

#[derive(Debug, thiserror::Error)]
pub enum CountAdjustmentError {
    #[error("the reason must have 2 to 500 characters")]
    Reason,
    #[error("occupied must be 0 to {capacity}")]
    Occupied { capacity: u32 },
    #[error("the count has changed to {now:?}")]
    Changed { now: Option<i64> },
    #[error(transparent)]
    KeyReused(#[from] IdempotencyKeyReused),
    #[error(transparent)]
    Operator(#[from] OperatorError),
}

impl From<StoreError> for CountAdjustmentError {
    fn from(error: StoreError) -> Self {
        Self::Operator(error.into())
    }
}

/// Appends a correction; a repeated key returns the first correction.
pub async fn add(
    context: &ServerContext,
    caller: &OperatorCaller,
    garage: &GarageId,
    key: &IdempotencyKey,
    new: &NewCountAdjustment,
) -> Result<CountAdjustment, CountAdjustmentError> {
    let reason = reason(&new.reason, reason::LONGEST).ok_or(CountAdjustmentError::Reason)?;
    let mut tx = context.store.begin().await?;
    require(&mut tx, caller, garage).await?;
    let found = garage::lock(&mut tx, garage).await?.ok_or(OperatorError::NoSuchGarage)?;
    if let Some(written) = adjustment::by_key(&mut tx, garage, &caller.operator, key.as_str()).await? {
        let first = (written.after, written.before, &written.reason);
        idempotency::require_same(first, (new.occupied, new.seen, &reason))?;
        return Ok(written);
    }
    if !(0..=i64::from(found.capacity)).contains(&new.occupied) {
        return Err(CountAdjustmentError::Occupied { capacity: found.capacity });
    }
    if found.occupied != new.seen {
        return Err(CountAdjustmentError::Changed { now: found.occupied });
    }
    let (id, at) = (Uuid::now_v7(), context.now());
    garage::set_count(&mut tx, garage, new.occupied, at).await?;
    let row = adjustment::NewAdjustmentRow {
        id,
        garage,
        operator: &caller.operator,
        idempotency_key: key.as_str(),
        at,
        before: found.occupied,
        after: new.occupied,
        reason: &reason,
    };
    adjustment::insert(&mut tx, &row).await?;
    record(&mut tx, at, caller.actor(), AuditAction::CountAdjust(garage), &id.to_string()).await?;
    let written = adjustment::by_key(&mut tx, garage, &caller.operator, key.as_str()).await?;
    let written = written.ok_or(StoreError::Corrupt { column: "adjustment.idempotency_key" })?;
    tx.commit().await?;
    Ok(written)
}

/// The garage's corrections, newest first.
pub async fn page(
    context: &ServerContext,
    caller: &OperatorCaller,
    garage: &GarageId,
    cursor: Option<Uuid>,
) -> Result<CursorPage<CountAdjustment>, OperatorError> {
    let mut tx = context.store.begin_read().await?;
    require(&mut tx, caller, garage).await?;
    let mut items = adjustment::page(&mut tx, garage, cursor, PAGE as i64 + 1).await?;
    let more = items.len() > PAGE;
    items.truncate(PAGE);
    let next = items.last().filter(|_| more).map(|last| last.id.to_string());
    Ok(CursorPage { items, next })
}
