//! Cars that are inside.

use domain::ids::GarageId;
use domain::plate::Plate;

use crate::context::ServerContext;
use store::seal::SealPurpose;
use store::{StoreError, visit};

/// Plates of the cars inside a garage, in order of their entry.
pub async fn inside(context: &ServerContext, garage: &GarageId) -> Result<Vec<Plate>, StoreError> {
    let mut tx = context.store.begin_read().await?;
    let sealed = visit::plates_inside(&mut tx, garage).await?;
    drop(tx);
    let opened = sealed.iter().map(|plate| {
        let text = context.keys.open(SealPurpose::Plate, plate)?;
        Plate::parse(&text).map_err(|_| StoreError::Corrupt { column: "visit.plate_enc" })
    });
    opened.collect()
}
