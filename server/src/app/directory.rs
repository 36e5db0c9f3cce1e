//! Names and positions of garages, cached: every response about a reservation names its garage.

use std::sync::Arc;

use domain::ids::GarageId;

use super::App;
use store::StoreError;
use store::garage::{self, StoredGarage};

/// Metres.
const EARTH_RADIUS: f64 = 6_371_000.0;

#[derive(Debug)]
pub struct GarageDirectory {
    /// Sorted by number.
    pub garages: Vec<StoredGarage>,
}

impl GarageDirectory {
    pub fn get(&self, id: &GarageId) -> Option<&StoredGarage> {
        self.garages.iter().find(|garage| garage.id == *id)
    }

    pub fn numbered(&self, number: i64) -> Option<&StoredGarage> {
        self.garages.iter().find(|garage| garage.number == number)
    }
}

/// Every garage of the district; its counts may be some seconds old.
pub async fn read(app: &App) -> Result<Arc<GarageDirectory>, StoreError> {
    let known = &app.read_cache.directory;
    if let Some(directory) = known.get(&()) {
        return Ok(directory);
    }
    let began = known.begin_read();
    let mut tx = app.store.begin_read().await?;
    let directory = Arc::new(GarageDirectory { garages: garage::all(&mut tx).await? });
    known.put(began, (), Arc::clone(&directory));
    Ok(directory)
}

/// Distance in metres by the haversine formula.
pub fn distance(a: &StoredGarage, b: &StoredGarage) -> u32 {
    let (lat_a, lat_b) = (degrees(a.lat_e6).to_radians(), degrees(b.lat_e6).to_radians());
    let lat = ((lat_b - lat_a) / 2.0).sin().powi(2);
    let lon = (degrees(b.lon_e6 - a.lon_e6).to_radians() / 2.0).sin().powi(2);
    let metres = 2.0 * EARTH_RADIUS * (lat + lat_a.cos() * lat_b.cos() * lon).sqrt().asin();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 20,038 km in metres")]
    let whole = metres.round() as u32;
    whole
}

/// Millionths of a degree to degrees; an `f64` holds them without loss.
pub fn degrees(e6: i64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "360 million is far below 2^53")]
    let degrees = e6 as f64;
    degrees / 1e6
}

#[cfg(test)]
mod tests {
    use domain::time::Timestamp;

    use super::*;

    fn at(lat_e6: i64, lon_e6: i64) -> StoredGarage {
        let text = String::new;
        StoredGarage {
            id: GarageId::parse("g").unwrap(),
            number: 1,
            name: text(),
            name_en: text(),
            operator_name: text(),
            address: text(),
            lat_e6,
            lon_e6,
            capacity: 1,
            occupied: None,
            count_changed_at: None,
            created_at: Timestamp::from_micros(0),
            modified_at: Timestamp::from_micros(0),
        }
    }

    #[test]
    fn a_thousandth_of_a_degree_north_is_111_metres() {
        assert_eq!(distance(&at(36_060_000, 120_380_000), &at(36_061_000, 120_380_000)), 111);
        assert_eq!(distance(&at(36_060_000, 120_380_000), &at(36_060_000, 120_381_000)), 90);
        assert_eq!(distance(&at(1, 1), &at(1, 1)), 0);
    }
}
