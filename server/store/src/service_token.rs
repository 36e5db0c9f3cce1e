//! Tokens of the processes that may call `/internal/v1`.

use domain::time::Timestamp;

use super::{StoreError, Tx};

/// Sets a new token for the service `name`; the previous token ends.
pub async fn put(tx: &mut Tx, name: &str, token_hash: &[u8], now: Timestamp) -> Result<(), StoreError> {
    execute!(
        tx,
        "insert into service_token (token_hash, name, created_at) values ($1, $2, $3) \
         on conflict (name) do update set token_hash = excluded.token_hash, created_at = excluded.created_at",
        token_hash,
        name,
        now.micros(),
    )?;
    Ok(())
}

/// The name of the service with this token.
pub async fn find(tx: &mut Tx, token_hash: &[u8]) -> Result<Option<String>, StoreError> {
    let row: Option<(String,)> =
        fetch_optional!(tx, "select name from service_token where token_hash = $1", token_hash)?;
    Ok(row.map(|(name,)| name))
}
