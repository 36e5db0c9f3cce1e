//! "What would the gate decide for this plate now?", by the same plan and the same function as the gate (invariant 3).

use domain::access::display_text;
use domain::ids::GarageId;
use domain::occupancy::LaneDirection;
use domain::plate::{Plate, PlateError};
use protocol::operator::AccessCheckResult;

use super::{OperatorCaller, OperatorError, require};
use crate::app::audit::{AuditAction, record};
use crate::app::{App, access_plan};
use store::{StoreError, garage};

#[derive(Debug, thiserror::Error)]
pub enum AccessCheckError {
    #[error(transparent)]
    Plate(#[from] PlateError),
    #[error(transparent)]
    Operator(#[from] OperatorError),
}

impl From<StoreError> for AccessCheckError {
    fn from(error: StoreError) -> Self {
        Self::Operator(error.into())
    }
}

/// The decision for a plate read with full confidence at the entry now.
pub async fn check(
    app: &App,
    caller: &OperatorCaller,
    garage: &GarageId,
    reading: &str,
) -> Result<AccessCheckResult, AccessCheckError> {
    let plate = Plate::parse(reading)?;
    let mut tx = app.store.begin().await?;
    require(&mut tx, caller, garage).await?;
    let found = garage::find(&mut tx, garage).await?.ok_or(OperatorError::NoSuchGarage)?;
    let decision = access_plan::decide_now(app, &mut tx, &found, &plate).await?;
    record(&mut tx, app.now(), caller.actor(), AuditAction::AccessCheck(garage), "").await?;
    tx.commit().await?;
    let display = display_text(decision, LaneDirection::In, app.now());
    Ok(AccessCheckResult { plate: plate.to_string(), decision, display })
}
