//! Remote opening: an operator opens a barrier of a lane of an own garage, with a reason and for a short time only. The
//! list of remote openings shows the outcome.

use std::time::Duration;

use domain::ids::GarageId;
use domain::plate::{Plate, PlateError};
use domain::time::Timestamp;
use protocol::operator::CursorPage;
use protocol::order::{NewRemoteOpening, RemoteOrderAction, RemoteOrderEntry, RemoteOrderState};
use store::open_order::{RemoteOrderActor, RemoteOrderTarget, StoredRemoteOrder};
use store::seal::SealPurpose;
use store::{StoreError, garage, gateway, open_order};
use uuid::Uuid;

use super::reason::reason;
use super::{OperatorCaller, OperatorError, require};
use crate::app::audit::{AuditAction, record};
use crate::app::idempotency::{IdempotencyKey, IdempotencyKeyReused};
use crate::app::{App, idempotency, open_order as orders};
use crate::context::ServerContext;

/// Lifetime of an order: so long the driver waits before the barrier and the operator looks at the picture. A gateway
/// that receives the order later opens nothing.
pub const LIFE: Duration = Duration::from_secs(30);

/// Time after the expiry in which the gateway may still report the outcome.
const REPORT_GRACE: Duration = Duration::from_secs(15);

/// Rows on one page.
const PAGE: usize = 20;

/// Lists of orders show it in one line.
const MAX_REASON: usize = 200;

#[derive(Debug, thiserror::Error)]
pub enum RemoteOpenError {
    #[error("the reason must have 2 to 200 characters")]
    Reason,
    #[error(transparent)]
    Plate(#[from] PlateError),
    #[error("the garage's gateway has reported no such lane")]
    Lane,
    #[error("an order for this lane is still waiting")]
    Waiting,
    #[error(transparent)]
    KeyReused(#[from] IdempotencyKeyReused),
    #[error(transparent)]
    Operator(#[from] OperatorError),
}

impl From<StoreError> for RemoteOpenError {
    fn from(error: StoreError) -> Self {
        Self::Operator(error.into())
    }
}

/// Orders a remote opening; a repeated key returns the same order in its current state.
pub async fn add(
    app: &App,
    caller: &OperatorCaller,
    garage: &GarageId,
    key: &IdempotencyKey,
    new: &NewRemoteOpening,
) -> Result<RemoteOrderEntry, RemoteOpenError> {
    let reason = reason(&new.reason, MAX_REASON).ok_or(RemoteOpenError::Reason)?;
    let plate = new.plate.as_deref().map(Plate::parse).transpose()?;
    let (id, now) = (Uuid::now_v7(), app.now());
    let mut tx = app.store.begin().await?;
    require(&mut tx, caller, garage).await?;
    // Of two concurrent operators one orders, and the other gets an error.
    garage::lock(&mut tx, garage).await?.ok_or(OperatorError::NoSuchGarage)?;
    if let Some(before) = open_order::by_key(&mut tx, garage, &caller.operator, key.as_str()).await? {
        let before = opened(app, before, now)?;
        let first = (before.action, before.lane.as_ref(), &before.reason, before.plate.as_deref());
        let again = (RemoteOrderAction::Open, Some(&new.lane), &reason, plate.as_ref().map(Plate::as_str));
        idempotency::require_same(first, again)?;
        return Ok(before);
    }
    if !gateway::has_lane(&mut tx, garage, &new.lane).await? {
        return Err(RemoteOpenError::Lane);
    }
    if open_order::is_waiting(&mut tx, garage, &new.lane, now).await? {
        return Err(RemoteOpenError::Waiting);
    }
    let plate_enc = plate.map(|plate| app.keys.seal(SealPurpose::Plate, plate.as_str())).transpose();
    let plate_enc = plate_enc.map_err(StoreError::from)?;
    let row = open_order::NewRemoteOrder {
        id,
        garage,
        target: RemoteOrderTarget::Lane(&new.lane),
        by: RemoteOrderActor::Operator(&caller.operator),
        idempotency_key: key.as_str(),
        reason: &reason,
        plate_enc: plate_enc.as_deref(),
        made_at: now,
        expires_at: now + LIFE,
    };
    open_order::insert(&mut tx, &row).await?;
    record(&mut tx, now, caller.actor(), AuditAction::GateOpen(garage), &id.to_string()).await?;
    let order = open_order::by_key(&mut tx, garage, &caller.operator, key.as_str()).await?;
    let order = order.ok_or(StoreError::Corrupt { column: "open_order.idempotency_key" })?;
    tx.commit().await?;
    orders::announce(app, garage).await;
    Ok(opened(app, order, now)?)
}

/// The garage's orders, newest first.
pub async fn page(
    context: &ServerContext,
    caller: &OperatorCaller,
    garage: &GarageId,
    cursor: Option<Uuid>,
) -> Result<CursorPage<RemoteOrderEntry>, OperatorError> {
    let now = context.now();
    let mut tx = context.store.begin_read().await?;
    require(&mut tx, caller, garage).await?;
    let mut items = open_order::page(&mut tx, garage, cursor, PAGE as i64 + 1).await?;
    let more = items.len() > PAGE;
    items.truncate(PAGE);
    let next = items.last().filter(|_| more).map(|last| last.order.id.to_string());
    let items = items.into_iter().map(|order| opened(context, order, now)).collect::<Result<_, _>>()?;
    Ok(CursorPage { items, next })
}

/// The order with its plate, in its current state.
pub(super) fn opened(
    context: &ServerContext,
    stored: StoredRemoteOrder,
    now: Timestamp,
) -> Result<RemoteOrderEntry, StoreError> {
    let plate = stored.plate_enc.map(|enc| context.keys.open(SealPurpose::Plate, &enc)).transpose()?;
    Ok(RemoteOrderEntry { plate, ..seen(stored.order, now) })
}

/// Derives the state from the time: an order expires without a write.
pub(in crate::app) fn seen(order: RemoteOrderEntry, now: Timestamp) -> RemoteOrderEntry {
    let state = match order.state {
        RemoteOrderState::Waiting if order.expires_at <= now => RemoteOrderState::Expired,
        RemoteOrderState::Taken if order.expires_at + REPORT_GRACE <= now => RemoteOrderState::Unknown,
        state => state,
    };
    RemoteOrderEntry { state, ..order }
}
