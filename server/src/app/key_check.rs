//! Is this the key that the database was filled with? A wrong one is an error at the start: with it, nobody would be
//! found and every name would be damaged.

use super::App;
use crate::store::seal::Purpose;
use crate::store::{StoreError, key_check};

/// What is hashed as a proof; it says nothing about the key.
const PROOF: &str = "shared-parking key check 1";

#[derive(Debug, thiserror::Error)]
pub enum KeyCheckError {
    #[error(
        "the data key is not the one that this database was filled with; with it this version could read no name and find \
         no plate. Give the key of this database (its copy is kept apart from the backups), or another database"
    )]
    WrongKey,
    #[error("the data key could not be checked")]
    Store(#[from] StoreError),
}

/// The first start decides: its key is the database's key from then on.
pub async fn run(app: &App) -> Result<(), KeyCheckError> {
    let proof = app.keys.hash(Purpose::KeyCheck, PROOF);
    let mut tx = app.store.begin().await?;
    key_check::put_first(&mut tx, &proof).await?;
    let known = key_check::read(&mut tx).await?;
    tx.commit().await?;
    if known == Some(proof) { Ok(()) } else { Err(KeyCheckError::WrongKey) }
}
