//! An operator ends a fire alarm of the garage, or of a lane whose device is no fire input. The order takes the way of a
//! remote opening, and the gateway decides: a named fire input that is on, or a report later than the operator has
//! seen, keeps the alarm.

use domain::ids::{DeviceId, GarageId, LaneId};
use domain::time::Timestamp;
use protocol::alarm::{GatewayAlarmKind, LaneAlarmKind};
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
    #[error("a fire input is still on ({inputs}); the alarm ends when the input is off")]
    InputOn { inputs: String },
    #[error("fire has been reported again at {last_at}")]
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

/// Orders the end of an alarm; a repeated key returns the same order in its current state.
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
        let first = (before.order.action, before.order.lane.as_ref(), before.through, &before.order.reason);
        let again = (RemoteOrderAction::EndFire, new.lane.as_ref(), Some(new.through), &reason);
        idempotency::require_same(first, again)?;
        return Ok(opened(app, before, now)?);
    }
    check(&mut tx, garage, new, now).await?;
    let row = NewRemoteOrder {
        id,
        garage,
        target: RemoteOrderTarget::Fire { through: new.through, lane: new.lane.as_ref() },
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

/// The last report must be the one that the operator saw.
async fn check(tx: &mut Tx, garage: &GarageId, new: &NewFireEnd, now: Timestamp) -> Result<(), FireEndError> {
    let last_at = match &new.lane {
        None => garage_fire(tx, garage).await?,
        Some(lane) => lane_fire(tx, garage, lane).await?,
    };
    if last_at != new.through {
        return Err(FireEndError::Again { last_at });
    }
    if open_order::fire_end_is_waiting(tx, garage, new.lane.as_ref(), now).await? {
        return Err(FireEndError::Waiting);
    }
    Ok(())
}

/// Time of the last report of the garage's alarm, if an operator may end it.
async fn garage_fire(tx: &mut Tx, garage: &GarageId) -> Result<Timestamp, FireEndError> {
    let alarms = gateway::alarms(tx, garage).await?;
    let fire = alarms.into_iter().find(|alarm| alarm.kind == GatewayAlarmKind::Fire);
    let fire = fire.ok_or(FireEndError::NoFire)?;
    if !fire.may_be_ended {
        return Err(FireEndError::InputOn { inputs: names(&fire.asserted_by) });
    }
    Ok(fire.last_at.unwrap_or(fire.since))
}

/// A gateway of an earlier version does not report which inputs are on.
fn names(inputs: &[DeviceId]) -> String {
    if inputs.is_empty() {
        return "not named by its gateway".to_owned();
    }
    inputs.iter().map(DeviceId::as_str).collect::<Vec<_>>().join(", ")
}

/// Time of the last report of a lane's device that is no fire input.
async fn lane_fire(tx: &mut Tx, garage: &GarageId, lane: &LaneId) -> Result<Timestamp, FireEndError> {
    let alarms = gateway::alarms_of_lane(tx, garage, lane).await?;
    let fire = alarms.into_iter().find(|alarm| alarm.kind == LaneAlarmKind::FireAtLane);
    fire.map(|alarm| alarm.last_at).ok_or(FireEndError::NoFire)
}
