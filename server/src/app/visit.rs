//! Cars that are inside.

use domain::ids::GarageId;
use domain::plate::Plate;

use super::App;
use store::seal::SealPurpose;
use store::{StoreError, visit};

/// Plates of the cars inside a garage, in order of their entry.
pub async fn inside(app: &App, garage: &GarageId) -> Result<Vec<Plate>, StoreError> {
    let mut tx = app.store.begin_read().await?;
    let sealed = visit::plates_inside(&mut tx, garage).await?;
    drop(tx);
    let opened = sealed.iter().map(|plate| {
        let text = app.keys.open(SealPurpose::Plate, plate)?;
        Plate::parse(&text).map_err(|_| StoreError::Corrupt { column: "visit.plate_enc" })
    });
    opened.collect()
}
