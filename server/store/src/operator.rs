//! Operators: their garages, passwords (hashed) and sessions (by the hash of their token).

use domain::ids::GarageId;
use domain::time::Timestamp;

use super::{StoreError, Tx};

/// The data that a log-in needs.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct OperatorAccount {
    pub id: String,
    /// Null: log-in is impossible until a password is set.
    pub password_hash: Option<String>,
}

pub async fn by_username(tx: &mut Tx, username: &str) -> Result<Option<OperatorAccount>, StoreError> {
    fetch_optional!(tx, "select id, password_hash from operator where username = $1", username)
}

/// Stores an operator; `false` if the user name is taken.
pub async fn insert(tx: &mut Tx, id: &str, username: &str, name: &str) -> Result<bool, StoreError> {
    let inserted = execute!(
        tx,
        "insert into operator (id, username, name) values ($1, $2, $3) on conflict do nothing",
        id,
        username,
        name,
    )?;
    Ok(inserted == 1)
}

pub async fn set_password(tx: &mut Tx, id: &str, password_hash: &str) -> Result<(), StoreError> {
    execute!(tx, "update operator set password_hash = $2 where id = $1", id, password_hash)?;
    Ok(())
}

/// Assigns a garage to an operator. A repetition is no error.
pub async fn add_garage(tx: &mut Tx, id: &str, garage: &GarageId) -> Result<(), StoreError> {
    execute!(
        tx,
        "insert into operates (operator_id, garage_id) values ($1, $2) on conflict do nothing",
        id,
        garage.as_str(),
    )?;
    Ok(())
}

/// The operator's display name.
pub async fn name(tx: &mut Tx, id: &str) -> Result<Option<String>, StoreError> {
    let row: Option<(String,)> = fetch_optional!(tx, "select name from operator where id = $1", id)?;
    Ok(row.map(|(name,)| name))
}

pub async fn runs(tx: &mut Tx, id: &str, garage: &GarageId) -> Result<bool, StoreError> {
    let row: Option<(String,)> = fetch_optional!(
        tx,
        "select garage_id from operates where operator_id = $1 and garage_id = $2",
        id,
        garage.as_str(),
    )?;
    Ok(row.is_some())
}

pub async fn insert_session(
    tx: &mut Tx,
    token_hash: &[u8],
    operator: &str,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    execute!(
        tx,
        "insert into operator_session (token_hash, operator_id, created_at, expires_at) values ($1, $2, $3, $4)",
        token_hash,
        operator,
        now.micros(),
        expires_at.micros(),
    )?;
    Ok(())
}

/// The operator of a live session.
pub async fn of_session(
    tx: &mut Tx,
    token_hash: &[u8],
    now: Timestamp,
) -> Result<Option<String>, StoreError> {
    let row: Option<(String,)> = fetch_optional!(
        tx,
        "select operator_id from operator_session where token_hash = $1 and expires_at > $2",
        token_hash,
        now.micros(),
    )?;
    Ok(row.map(|(operator,)| operator))
}

pub async fn delete_session(tx: &mut Tx, token_hash: &[u8]) -> Result<bool, StoreError> {
    Ok(execute!(tx, "delete from operator_session where token_hash = $1", token_hash)? == 1)
}

/// Ends every session of an operator, for example after a change of password.
pub async fn delete_sessions(tx: &mut Tx, operator: &str) -> Result<u64, StoreError> {
    execute!(tx, "delete from operator_session where operator_id = $1", operator)
}
