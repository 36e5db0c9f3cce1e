//! An operator answers a `not_understood` alarm: messages of this shape are not readings. The mark travels with the
//! access plan.
//!
//! Only a shape that a lane of the garage reports now can be marked, and never one that resembles a reading: a mark
//! must not hide a car.

use domain::ids::{DeviceId, GarageId};
use protocol::operator::{MarkedShapeEntry, NewNoReadingShape};

use super::{OperatorCaller, OperatorError, require};
use crate::app::audit::{AuditAction, record};
use crate::context::ServerContext;
use store::no_reading_shape::{self, NewShapeMark};
use store::{StoreError, garage, gateway};

const MIN_REASON: usize = 2;
const MAX_REASON: usize = 200;

/// Most marks of one garage: each is in every access plan. A device with more kinds of unknown messages must be
/// corrected.
const MAX_MARKS: usize = 200;

#[derive(Debug, thiserror::Error)]
pub enum ShapeMarkError {
    #[error("the reason must have 2 to 200 characters")]
    Reason,
    #[error("no lane with this device reports such a message now")]
    NotReported,
    #[error("messages of this shape contain a plate, a trigger or a picture; correct the device or its make")]
    ResemblesReading,
    #[error("a garage has at most {MAX_MARKS} marked shapes")]
    TooMany,
    #[error("the shape is not marked")]
    NotMarked,
    #[error(transparent)]
    Operator(#[from] OperatorError),
}

impl From<StoreError> for ShapeMarkError {
    fn from(error: StoreError) -> Self {
        Self::Operator(error.into())
    }
}

/// Marks a shape; marking it again changes nothing and returns the first mark.
pub async fn mark(
    context: &ServerContext,
    caller: &OperatorCaller,
    garage: &GarageId,
    new: &NewNoReadingShape,
) -> Result<MarkedShapeEntry, ShapeMarkError> {
    let reason = new.reason.trim().replace('\0', "");
    if !(MIN_REASON..=MAX_REASON).contains(&reason.chars().count()) {
        return Err(ShapeMarkError::Reason);
    }
    let mut tx = context.store.begin().await?;
    require(&mut tx, caller, garage).await?;
    garage::lock(&mut tx, garage).await?.ok_or(OperatorError::NoSuchGarage)?;
    let marks = no_reading_shape::of_garage(&mut tx, garage).await?;
    if let Some(known) = find(&marks, &new.device, &new.shape) {
        return Ok(known.clone());
    }
    let reported = gateway::reported_shape(&mut tx, garage, &new.device, &new.shape).await?;
    let reported =
        reported.filter(|shape| shape.summary == new.summary).ok_or(ShapeMarkError::NotReported)?;
    if reported.resembles_reading {
        return Err(ShapeMarkError::ResemblesReading);
    }
    if marks.len() >= MAX_MARKS {
        return Err(ShapeMarkError::TooMany);
    }
    let at = context.now();
    let row = NewShapeMark {
        garage,
        device: &new.device,
        shape: &reported.id,
        summary: &reported.summary,
        reason: &reason,
        operator: &caller.operator,
        at,
    };
    no_reading_shape::insert(&mut tx, &row).await?;
    let detail = detail(&new.device, &reported.id);
    record(&mut tx, at, caller.actor(), AuditAction::NoReadingShapeMark(garage), &detail).await?;
    let marks = no_reading_shape::of_garage(&mut tx, garage).await?;
    let marked = find(&marks, &new.device, &new.shape).cloned();
    let marked = marked.ok_or(StoreError::Corrupt { column: "no_reading_shape.shape" })?;
    tx.commit().await?;
    Ok(marked)
}

fn find<'a>(marks: &'a [MarkedShapeEntry], device: &DeviceId, shape: &str) -> Option<&'a MarkedShapeEntry> {
    marks.iter().find(|mark| mark.device == *device && mark.shape == shape)
}

fn detail(device: &DeviceId, shape: &str) -> String {
    format!("{device} {shape}")
}

/// The garage's marked shapes, newest first.
pub async fn list(
    context: &ServerContext,
    caller: &OperatorCaller,
    garage: &GarageId,
) -> Result<Vec<MarkedShapeEntry>, OperatorError> {
    let mut tx = context.store.begin_read().await?;
    require(&mut tx, caller, garage).await?;
    Ok(no_reading_shape::of_garage(&mut tx, garage).await?)
}

/// Removes a mark: messages of the shape raise the alarm again.
pub async fn unmark(
    context: &ServerContext,
    caller: &OperatorCaller,
    garage: &GarageId,
    device: &DeviceId,
    shape: &str,
) -> Result<(), ShapeMarkError> {
    let mut tx = context.store.begin().await?;
    require(&mut tx, caller, garage).await?;
    // PostgreSQL accepts no NUL, and no mark contains one.
    let is_marked = !shape.contains('\0') && no_reading_shape::delete(&mut tx, garage, device, shape).await?;
    if !is_marked {
        return Err(ShapeMarkError::NotMarked);
    }
    let (at, detail) = (context.now(), detail(device, shape));
    record(&mut tx, at, caller.actor(), AuditAction::NoReadingShapeUnmark(garage), &detail).await?;
    tx.commit().await?;
    Ok(())
}
