//! Tokens of gateways: made here, shown once, kept as hashes.

use domain::ids::GarageId;

use super::App;
use super::token::{RandomError, random_token};
use crate::store::seal::token_hash;
use crate::store::{StoreError, audit, garage, gateway};

/// Says in a log or a file what kind of secret leaked.
const PREFIX: &str = "pkg_";

/// Shortest token that may be set from outside: it is compared by plain hash, so it must be random.
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

/// Makes a new token for a garage's gateway; the one before stops working.
pub async fn create(app: &App, garage: &GarageId) -> Result<String, GatewayTokenError> {
    let token = format!("{PREFIX}{}", random_token()?);
    set(app, garage, &token).await?;
    Ok(token)
}

/// Takes a token that was made elsewhere.
pub async fn set(app: &App, garage: &GarageId, token: &str) -> Result<(), GatewayTokenError> {
    if token.len() < MIN_LENGTH {
        return Err(GatewayTokenError::TooShort);
    }
    let mut tx = app.store.begin().await?;
    if garage::find(&mut tx, garage).await?.is_none() {
        return Err(GatewayTokenError::UnknownGarage(garage.clone()));
    }
    gateway::set_token(&mut tx, garage, &token_hash(token)).await?;
    let entry = audit::Entry {
        at: app.now(),
        actor_kind: "cli",
        actor_id: "",
        action: "gateway_token.set",
        subject: garage.as_str(),
        detail: "",
    };
    audit::append(&mut tx, &entry).await?;
    Ok(tx.commit().await?)
}

/// The garage whose gateway has this token.
pub async fn garage_of(app: &App, token: &str) -> Result<Option<GarageId>, StoreError> {
    let mut tx = app.store.begin_read().await?;
    gateway::garage_of_token(&mut tx, &token_hash(token)).await
}
