//! Tokens of gateways, stored as hashes. The server creates a token for a gateway's configuration, or the gateway
//! generates it.

use std::time::Duration;

use domain::ids::GarageId;

use super::App;
use super::audit::{AuditAction, AuditActor, record};
use super::token::{RandomError, random_token};
use crate::context::ServerContext;
use store::credential::{self, GatewayTokenSlot};
use store::seal::token_hash;
use store::{StoreError, garage};

/// Identifies the kind of secret if one leaks into a log or a file.
const PREFIX: &str = "pkg_";

/// Shortest token accepted from outside: it is compared by plain hash, so it must be random.
const MIN_LENGTH: usize = 32;

#[derive(Debug, thiserror::Error)]
pub enum GatewayTokenError {
    #[error("there is no garage {0}")]
    UnknownGarage(GarageId),
    #[error("a gateway token has at least 32 characters")]
    TooShort,
    #[error(transparent)]
    Random(#[from] RandomError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Lifetime of a credential that a gateway renews by itself: limits the value of a leaked one to a month.
pub const RENEW_AFTER: Duration = Duration::from_secs(30 * 24 * 3600);

/// Whether a gateway must renew its credential now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GatewayTokenRenewal {
    Due,
    NotDue,
}

/// Creates a new token for a garage's gateway; the previous one stops working.
pub async fn create(app: &App, garage: &GarageId) -> Result<String, GatewayTokenError> {
    let token = format!("{PREFIX}{}", random_token()?);
    set(app, garage, &token).await?;
    Ok(token)
}

/// Stores a token that was generated elsewhere.
pub async fn set(context: &ServerContext, garage: &GarageId, token: &str) -> Result<(), GatewayTokenError> {
    if token.len() < MIN_LENGTH {
        return Err(GatewayTokenError::TooShort);
    }
    let mut tx = context.store.begin().await?;
    if garage::find(&mut tx, garage).await?.is_none() {
        return Err(GatewayTokenError::UnknownGarage(garage.clone()));
    }
    credential::set(&mut tx, garage, &token_hash(token), None).await?;
    record(&mut tx, context.now(), AuditActor::CommandLine, AuditAction::GatewayTokenSet(garage), "").await?;
    Ok(tx.commit().await?)
}

/// The garage of the gateway with this token. The first use of a token invalidates its predecessor.
pub async fn garage_of(
    context: &ServerContext,
    token: &str,
) -> Result<Option<(GarageId, GatewayTokenRenewal)>, StoreError> {
    let hash = token_hash(token);
    let mut tx = context.store.begin_read().await?;
    let Some(known) = credential::find(&mut tx, &hash).await? else { return Ok(None) };
    drop(tx);
    if known.place == GatewayTokenSlot::Next {
        promote(context, &known.garage, &hash).await?;
        return Ok(Some((known.garage, GatewayTokenRenewal::NotDue)));
    }
    let is_due = known.renew_at.is_some_and(|at| at <= context.now());
    Ok(Some((known.garage, if is_due { GatewayTokenRenewal::Due } else { GatewayTokenRenewal::NotDue })))
}

async fn promote(context: &ServerContext, garage: &GarageId, hash: &[u8]) -> Result<(), StoreError> {
    let mut tx = context.store.begin().await?;
    if credential::promote(&mut tx, hash, context.now() + RENEW_AFTER).await? {
        let action = AuditAction::GatewayCredentialRenew(garage);
        record(&mut tx, context.now(), AuditActor::Gateway(garage), action, "").await?;
    }
    tx.commit().await
}
