//! The stored proof that detects a wrong data key.

use super::{StoreError, Tx};

/// Stores the proof unless there is one.
pub async fn put_first(tx: &mut Tx, proof_hash: &[u8]) -> Result<(), StoreError> {
    execute!(
        tx,
        "insert into key_check (id, proof_hash) values (1, $1) on conflict (id) do nothing",
        proof_hash
    )?;
    Ok(())
}

pub async fn read(tx: &mut Tx) -> Result<Option<Vec<u8>>, StoreError> {
    let row: Option<(Vec<u8>,)> = fetch_optional!(tx, "select proof_hash from key_check where id = 1")?;
    Ok(row.map(|(proof,)| proof))
}
