//! People's sessions. The database holds only the hash of a token.

use domain::ids::PersonId;
use domain::time::Timestamp;

use super::{StoreError, Tx, codec};

/// A session that has not expired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiveSession {
    pub person: PersonId,
    pub expires_at: Timestamp,
}

pub async fn insert(
    tx: &mut Tx,
    token_hash: &[u8],
    person: PersonId,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    execute!(
        tx,
        "insert into session (token_hash, person_id, created_at, expires_at) values ($1, $2, $3, $4)",
        token_hash,
        person.to_string(),
        now.micros(),
        expires_at.micros(),
    )?;
    Ok(())
}

pub async fn find(tx: &mut Tx, token_hash: &[u8], now: Timestamp) -> Result<Option<LiveSession>, StoreError> {
    let row: Option<(String, i64)> = fetch_optional!(
        tx,
        "select person_id, expires_at from session where token_hash = $1 and expires_at > $2",
        token_hash,
        now.micros(),
    )?;
    let live = |(person, expires_at): (String, i64)| {
        let expires_at = Timestamp::from_micros(expires_at);
        Ok(LiveSession { person: codec::id("session.person_id", &person)?, expires_at })
    };
    row.map(live).transpose()
}

pub async fn renew(tx: &mut Tx, token_hash: &[u8], expires_at: Timestamp) -> Result<bool, StoreError> {
    let changed = execute!(
        tx,
        "update session set expires_at = $2 where token_hash = $1 and expires_at < $2",
        token_hash,
        expires_at.micros(),
    )?;
    Ok(changed == 1)
}

pub async fn delete(tx: &mut Tx, token_hash: &[u8]) -> Result<bool, StoreError> {
    Ok(execute!(tx, "delete from session where token_hash = $1", token_hash)? == 1)
}

/// Ends every session of a person; returns their number.
pub async fn delete_of(tx: &mut Tx, person: PersonId) -> Result<u64, StoreError> {
    execute!(tx, "delete from session where person_id = $1", person.to_string())
}
