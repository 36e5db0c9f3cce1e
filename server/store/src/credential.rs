//! Gateway credentials: hashes of tokens, and one-off enrolment codes for a box's first contact.

use domain::ids::GarageId;
use domain::time::Timestamp;

use super::{StoreError, Tx, codec};

/// Which of a gateway's two tokens a hash belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GatewayTokenSlot {
    Current,
    /// The gateway has offered it and has not used it yet.
    Next,
}

/// The garage and slot of a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownGatewayToken {
    pub garage: GarageId,
    pub place: GatewayTokenSlot,
    /// When the gateway must create a new token; `None` for a token that an administrator created.
    pub renew_at: Option<Timestamp>,
}

/// The gateway with this token.
pub async fn find(tx: &mut Tx, token_hash: &[u8]) -> Result<Option<KnownGatewayToken>, StoreError> {
    let row: Option<(String, i64, Option<i64>)> = fetch_optional!(
        tx,
        "select garage_id, cast(case when token_hash = $1 then 0 else 1 end as bigint), renew_at \
         from gateway where token_hash = $1 or next_token_hash = $1",
        token_hash,
    )?;
    let known = |(garage, next, renew_at): (String, i64, Option<i64>)| {
        Ok(KnownGatewayToken {
            garage: codec::parse("gateway.garage_id", &garage)?,
            place: if next == 0 { GatewayTokenSlot::Current } else { GatewayTokenSlot::Next },
            renew_at: renew_at.map(Timestamp::from_micros),
        })
    };
    row.map(known).transpose()
}

/// Sets the token of a garage's gateway. The previous tokens stop working with the commit.
pub async fn set(
    tx: &mut Tx,
    garage: &GarageId,
    token_hash: &[u8],
    renew_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    execute!(
        tx,
        "insert into gateway (garage_id, token_hash, renew_at) values ($1, $2, $3) \
         on conflict (garage_id) do update set token_hash = excluded.token_hash, \
         renew_at = excluded.renew_at, next_token_hash = null",
        garage.as_str(),
        token_hash,
        renew_at.map(Timestamp::micros),
    )?;
    Ok(())
}

/// Stores the next token of a gateway whose current token is `current`. Does nothing for a gateway that does not
/// renew its token.
pub async fn offer(tx: &mut Tx, current: &[u8], next: &[u8]) -> Result<bool, StoreError> {
    let rows = execute!(
        tx,
        "update gateway set next_token_hash = $2 where token_hash = $1 and renew_at is not null",
        current,
        next,
    )?;
    Ok(rows == 1)
}

/// Makes the next token the only one, at its first use. Of two concurrent callers one succeeds.
pub async fn promote(tx: &mut Tx, next: &[u8], renew_at: Timestamp) -> Result<bool, StoreError> {
    let rows = execute!(
        tx,
        "update gateway set token_hash = next_token_hash, next_token_hash = null, renew_at = $2 \
         where next_token_hash = $1",
        next,
        renew_at.micros(),
    )?;
    Ok(rows == 1)
}

/// Sets the time `at` from which a gateway must renew its credential; `false` for one that does not renew its token.
pub async fn renew(tx: &mut Tx, garage: &GarageId, at: Timestamp) -> Result<bool, StoreError> {
    let rows = execute!(
        tx,
        "update gateway set renew_at = $2 where garage_id = $1 and renew_at is not null",
        garage.as_str(),
        at.micros(),
    )?;
    Ok(rows == 1)
}

/// Stores a new enrolment code for a garage and ends the garage's unused codes.
pub async fn put_code(
    tx: &mut Tx,
    code_hash: &[u8],
    garage: &GarageId,
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    execute!(tx, "delete from gateway_code where garage_id = $1 and used_for is null", garage.as_str())?;
    execute!(
        tx,
        "insert into gateway_code (code_hash, garage_id, expires_at) values ($1, $2, $3)",
        code_hash,
        garage.as_str(),
        expires_at.micros(),
    )?;
    Ok(())
}

/// Consumes a garage's code for a credential, if the code exists, is unused and has not expired. Of two concurrent
/// callers one succeeds.
pub async fn redeem_code(
    tx: &mut Tx,
    (code_hash, garage): (&[u8], &GarageId),
    token_hash: &[u8],
    now: Timestamp,
) -> Result<bool, StoreError> {
    let rows = execute!(
        tx,
        "update gateway_code set used_for = $3 \
         where code_hash = $1 and garage_id = $2 and used_for is null and expires_at > $4",
        code_hash,
        garage.as_str(),
        token_hash,
        now.micros(),
    )?;
    Ok(rows == 1)
}

/// Whether the code was used for this credential and the gateway still has it: the response was lost.
pub async fn is_redeemed_for(
    tx: &mut Tx,
    (code_hash, garage): (&[u8], &GarageId),
    token_hash: &[u8],
    now: Timestamp,
) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = fetch_optional!(
        tx,
        "select cast(1 as bigint) from gateway_code c join gateway g on g.garage_id = c.garage_id \
         where c.code_hash = $1 and c.garage_id = $2 and c.used_for = $3 and g.token_hash = $3 \
         and c.expires_at > $4",
        code_hash,
        garage.as_str(),
        token_hash,
        now.micros(),
    )?;
    Ok(row.is_some())
}
