//! An operator ends a fire alarm that only pulses raised and that no input will end. The order takes the way of a
//! remote opening, and the gateway decides: an input that is still on, or a report later than the operator has seen,
//! keeps the alarm.

use domain::ids::GarageId;
use domain::time::Timestamp;
use protocol::alarm::{GatewayAlarm, GatewayAlarmKind};
use protocol::order::{NewFireEnd, RemoteOrderAction, RemoteOrderEntry};
use store::open_order::{self, NewRemoteOrder, RemoteOrderActor, RemoteOrderTarget};
use store::{StoreError, Tx, garage, gateway};
use uuid::Uuid;

use super::open_order::{LIFE, opened};
use super::{OperatorCaller, OperatorError, require};
use crate::app::audit::{AuditAction, record};
use crate::app::idempotency::{IdempotencyKey, IdempotencyKeyReused};
use crate::app::{App, idempotency, open_order as orders};

const MIN_REASON: usize = 2;
const MAX_REASON: usize = 200;

#[derive(Debug, thiserror::Error)]
pub enum FireEndError {
    #[error("the reason must have 2 to 200 characters")]
    Reason,
    #[error("the gateway reports no fire alarm")]
    NoFire,
    #[error("a fire input is still on; the alarm ends when the input is off")]
    InputOn,
    #[error("a fire input has reported fire again at {last_at}")]
    Again { last_at: Timestamp },
    #[error("an order to end the fire alarm is still waiting")]
    Waiting,
    #[error(transparent)]
    KeyReused(#[from] IdempotencyKeyReused),
    #[error(transparent)]
    Operator(#[from] OperatorError),
}

impl From<StoreError> for FireEndError {
    fn from(error: StoreError) -> Self {
        Self::Operator(error.into())
    }
}

/// Orders the end of the alarm; a repeated key returns the same order in its current state.
pub async fn add(
    app: &App,
    caller: &OperatorCaller,
    garage: &GarageId,
    key: &IdempotencyKey,
    new: &NewFireEnd,
) -> Result<RemoteOrderEntry, FireEndError> {
    let reason = new.reason.trim().replace('\0', "");
    if !(MIN_REASON..=MAX_REASON).contains(&reason.chars().count()) {
        return Err(FireEndError::Reason);
    }
    let (id, now) = (Uuid::now_v7(), app.now());
    let mut tx = app.store.begin().await?;
    require(&mut tx, caller, garage).await?;
    garage::lock(&mut tx, garage).await?.ok_or(OperatorError::NoSuchGarage)?;
    if let Some(before) = open_order::by_key(&mut tx, garage, &caller.operator, key.as_str()).await? {
        let first = (before.order.action, before.through, &before.order.reason);
        idempotency::require_same(first, (RemoteOrderAction::EndFire, Some(new.through), &reason))?;
        return Ok(opened(app, before, now)?);
    }
    check(&mut tx, garage, new.through, now).await?;
    let row = NewRemoteOrder {
        id,
        garage,
        target: RemoteOrderTarget::Fire { through: new.through },
        by: RemoteOrderActor::Operator(&caller.operator),
        idempotency_key: key.as_str(),
        reason: &reason,
        plate_enc: None,
        made_at: now,
        expires_at: now + LIFE,
    };
    open_order::insert(&mut tx, &row).await?;
    record(&mut tx, now, caller.actor(), AuditAction::FireEnd(garage), &id.to_string()).await?;
    let order = open_order::by_key(&mut tx, garage, &caller.operator, key.as_str()).await?;
    let order = order.ok_or(StoreError::Corrupt { column: "open_order.idempotency_key" })?;
    tx.commit().await?;
    orders::announce(app, garage).await;
    Ok(opened(app, order, now)?)
}

/// The gateway's last report must be the one that the operator saw.
async fn check(
    tx: &mut Tx,
    garage: &GarageId,
    through: Timestamp,
    now: Timestamp,
) -> Result<(), FireEndError> {
    let alarms = gateway::alarms(tx, garage).await?;
    let fire = alarms.into_iter().find(|alarm| alarm.kind == GatewayAlarmKind::Fire);
    let fire: GatewayAlarm = fire.ok_or(FireEndError::NoFire)?;
    if !fire.only_pulses {
        return Err(FireEndError::InputOn);
    }
    let last_at = fire.last_at.unwrap_or(fire.since);
    if last_at != through {
        return Err(FireEndError::Again { last_at });
    }
    if open_order::fire_end_is_waiting(tx, garage, now).await? {
        return Err(FireEndError::Waiting);
    }
    Ok(())
}
