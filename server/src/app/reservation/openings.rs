//! Openings of a garage's windows for display. A read of the book waits for the transaction that holds it, so the
//! openings, which rarely change, are cached for some seconds.

use std::sync::Arc;

use domain::allocation::reserved_entry::GarageHours;
use domain::ids::GarageId;

use super::ReservationError;
use crate::app::{App, allocation};

pub(super) async fn of(app: &App, garage: &GarageId) -> Result<Arc<GarageHours>, ReservationError> {
    let known = &app.read_cache.openings;
    if let Some(openings) = known.get(garage) {
        return Ok(openings);
    }
    let began = known.begin_read();
    let openings = allocation::read(app, garage, |book| Arc::new(GarageHours::of(book.layout()))).await?;
    known.put(began, garage.clone(), Arc::clone(&openings));
    Ok(openings)
}
