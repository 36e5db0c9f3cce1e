//! Cars that wait at an own garage's gates, and the expected cars that each may be.

use std::collections::HashSet;

use domain::access::candidates;
use domain::ids::GarageId;
use domain::plate::Plate;
use protocol::at_gate::{ExpectedCar, WaitingCar};

use super::{OperatorCaller, OperatorError, require};
use crate::app::at_gate::{self, CarAtBarrier};
use crate::app::audit::{AuditAction, record};
use crate::app::{App, access_plan};
use crate::context::ServerContext;
use store::seal::SealPurpose;
use store::{StoreError, Tx, codec, garage, visit};

/// More candidates are no help at a gate.
const CANDIDATES: usize = 3;

/// Lists the cars. The audit log gets one line for each request that returned a plate.
pub async fn list(
    app: &App,
    caller: &OperatorCaller,
    garage: &GarageId,
) -> Result<Vec<WaitingCar>, OperatorError> {
    let mut tx = app.store.begin().await?;
    require(&mut tx, caller, garage).await?;
    let cars = at_gate::waiting(app, &mut tx, garage).await?;
    if cars.is_empty() {
        return Ok(Vec::new());
    }
    let found = garage::find(&mut tx, garage).await?.ok_or(OperatorError::NoSuchGarage)?;
    let plan = access_plan::current(app, &mut tx, &found).await?;
    let inside = inside(app, &mut tx, garage).await?;
    let expected = |car: &CarAtBarrier| -> Vec<ExpectedCar> {
        let Some(reading) = &car.plate else { return Vec::new() };
        let found = candidates(&plan.document.plan, reading, app.now()).into_iter();
        let found = found.filter(|candidate| !inside.contains(&candidate.plate)).take(CANDIDATES);
        found
            .map(|candidate| ExpectedCar {
                plate: candidate.plate.to_string(),
                audience: candidate.audience,
                reserved_from: candidate.reserved_from,
            })
            .collect()
    };
    let items = cars.iter().map(|car| WaitingCar {
        lane: car.lane.clone(),
        since: car.since,
        plate: car.plate.as_ref().map(ToString::to_string),
        confidence: car.confidence,
        reason: car.reason,
        candidates: expected(car),
    });
    let items: Vec<WaitingCar> = items.collect();
    if items.iter().any(|car| car.plate.is_some()) {
        record(&mut tx, app.now(), caller.actor(), AuditAction::WaitingCarRead(garage), "").await?;
    }
    tx.commit().await?;
    Ok(items)
}

async fn inside(
    context: &ServerContext,
    tx: &mut Tx,
    garage: &GarageId,
) -> Result<HashSet<Plate>, StoreError> {
    let plates = visit::plates_inside(tx, garage).await?;
    let plate = |enc: Vec<u8>| codec::parse("visit.plate_enc", &context.keys.open(SealPurpose::Plate, &enc)?);
    plates.into_iter().map(plate).collect()
}
