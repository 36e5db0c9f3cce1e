//! Open spaces for the public in the coming hours, from windows and reservations, without personal data.

use std::sync::Arc;

use domain::access::Audience;
use domain::ids::GarageId;
use protocol::reservation::PoolForecasts;
use protocol::reservation::query::PoolForecastQuery;

use super::snapshot;
use crate::app::reservation::{ReservationError, forecast};
use crate::app::{App, directory, etag};

pub use crate::app::reservation::forecast::{DEFAULT_HOURS, MOST_HOURS};

/// A garage and the number of hours.
pub type ForecastKey = (GarageId, u32);

#[derive(Debug)]
pub struct ForecastSnapshot {
    pub body: PoolForecasts,
    /// Tag of the content; it does not depend on the time at which it was made.
    pub etag: String,
}

/// The forecast of the site with this number; a second old at most.
pub async fn forecast(app: &App, number: i64, hours: u32) -> Result<Arc<ForecastSnapshot>, ReservationError> {
    if snapshot(app).await?.find(number).is_none() {
        return Err(ReservationError::NoSuchGarage);
    }
    let directory = directory::read(app).await?;
    let garage = directory.numbered(number).ok_or(ReservationError::NoSuchGarage)?;
    let (known, question) = (&app.public_sites.forecasts, (garage.id.clone(), hours));
    if let Some(snapshot) = known.get(&question) {
        return Ok(snapshot);
    }
    let began = known.begin_read();
    let asked = PoolForecastQuery { hours: Some(hours), ..PoolForecastQuery::default() };
    let body = forecast::of(app, &garage.id, &[Audience::Public], &asked).await?;
    let snapshot = Arc::new(ForecastSnapshot { etag: etag::weak(&body.pools), body });
    known.put(began, question, Arc::clone(&snapshot));
    Ok(snapshot)
}
