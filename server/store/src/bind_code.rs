//! One-off codes that bind a person to a WeChat account, and the count of failed attempts.

use domain::ids::PersonId;
use domain::time::Timestamp;

use super::{StoreError, Tx, codec};

/// Stores a new code for a person and ends the person's unused codes.
pub async fn put(
    tx: &mut Tx,
    code_hash: &[u8],
    person: PersonId,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    execute!(tx, "delete from bind_code where person_id = $1 and used_at is null", person.to_string())?;
    execute!(
        tx,
        "insert into bind_code (code_hash, person_id, expires_at) values ($1, $2, $3)",
        code_hash,
        person.to_string(),
        expires_at.micros(),
    )?;
    Ok(())
}

/// Consumes a code and returns its person if the code exists, is unused and has not expired. Of two concurrent
/// callers one succeeds.
pub async fn redeem(tx: &mut Tx, code_hash: &[u8], now: Timestamp) -> Result<Option<PersonId>, StoreError> {
    let row: Option<(String,)> = fetch_optional!(
        tx,
        "update bind_code set used_at = $2 where code_hash = $1 and used_at is null and expires_at > $2 \
         returning person_id",
        code_hash,
        now.micros(),
    )?;
    row.map(|(person,)| codec::id("bind_code.person_id", &person)).transpose()
}

/// Counts an attempt before its code is checked and returns the number of attempts in the current period. A period
/// begins with the first attempt after `window_start`.
pub async fn count_attempt(
    tx: &mut Tx,
    openid_hash: &[u8],
    now: Timestamp,
    window_start: Timestamp,
) -> Result<i64, StoreError> {
    let (attempts,): (i64,) = fetch_one!(
        tx,
        "insert into bind_attempt (openid_hash, since, failures) values ($1, $2, 1) \
         on conflict (openid_hash) do update set \
         failures = case when bind_attempt.since <= $3 then 1 else bind_attempt.failures + 1 end, \
         since = case when bind_attempt.since <= $3 then $2 else bind_attempt.since end \
         returning failures",
        openid_hash,
        now.micros(),
        window_start.micros(),
    )?;
    Ok(attempts)
}

/// Ends the period after a correct code.
pub async fn forget_attempts(tx: &mut Tx, openid_hash: &[u8]) -> Result<(), StoreError> {
    execute!(tx, "delete from bind_attempt where openid_hash = $1", openid_hash)?;
    Ok(())
}
