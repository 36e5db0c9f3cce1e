//! Checks at the start that the key is the one of the database. A wrong key stops the process: with it, no person would
//! be found and every name would be damaged.

use crate::context::ServerContext;
use store::seal::SealPurpose;
use store::{StoreError, key_check};

/// Hashed as a proof; the hash reveals nothing about the key.
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

/// The first start stores the proof; its key is the database's key from then on.
pub async fn run(context: &ServerContext) -> Result<(), KeyCheckError> {
    let proof = context.keys.hash(SealPurpose::KeyCheck, PROOF);
    let mut tx = context.store.begin().await?;
    key_check::put_first(&mut tx, &proof).await?;
    let known = key_check::read(&mut tx).await?;
    tx.commit().await?;
    if known == Some(proof) { Ok(()) } else { Err(KeyCheckError::WrongKey) }
}
