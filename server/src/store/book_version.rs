//! The version of a garage's book: whoever changes what its reservations depend on raises it, so that no replica goes on
//! with the book that it has in memory.

use domain::ids::GarageId;

use super::{StoreError, Tx};

/// Holds the book's row until the commit.
pub async fn raise(tx: &mut Tx, garage: &GarageId) -> Result<(), StoreError> {
    execute!(tx, "update book set version = version + 1 where garage_id = $1", garage.as_str())?;
    Ok(())
}
