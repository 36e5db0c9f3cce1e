//! When a garage's windows are open, for those who only look: asking the book itself waits for the transaction in which it
//! is, so what changes rarely is remembered for some seconds ([`crate::app::doors`]).

use std::sync::Arc;

use domain::ids::GarageId;
use domain::shared_window::WindowOpening;

use super::ReservationError;
use crate::app::{App, allocation};

pub(super) async fn of(app: &App, garage: &GarageId) -> Result<Arc<Vec<WindowOpening>>, ReservationError> {
    let known = &app.doors.openings;
    if let Some(openings) = known.get(garage) {
        return Ok(openings);
    }
    let began = known.begin();
    let openings = allocation::read(app, garage, |book| Arc::new(book.layout().openings.clone())).await?;
    known.put(began, garage.clone(), Arc::clone(&openings));
    Ok(openings)
}
