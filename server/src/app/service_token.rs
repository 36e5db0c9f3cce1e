//! Which processes may call `/internal/v1`.

use super::App;
use super::token::{RandomError, random_token};
use crate::store::seal::token_hash;
use crate::store::{StoreError, audit, service_token};

#[derive(Debug, thiserror::Error)]
pub enum ServiceTokenError {
    #[error("a service's name must be 1 to 40 characters")]
    Name,
    #[error("a token could not be made")]
    Random(#[from] RandomError),
    #[error("service tokens could not be read or written")]
    Store(#[from] StoreError),
}

/// A new token for the service called `name`; it is shown once, and an older one ends.
pub async fn create(app: &App, name: &str) -> Result<String, ServiceTokenError> {
    if name.is_empty() || name.chars().count() > 40 {
        return Err(ServiceTokenError::Name);
    }
    let (token, now) = (random_token()?, app.now());
    let mut tx = app.store.begin().await?;
    service_token::put(&mut tx, name, &token_hash(&token), now).await?;
    let entry = audit::Entry {
        at: now,
        actor_kind: "cli",
        actor_id: "server",
        action: "service_token.create",
        subject: name,
        detail: "",
    };
    audit::append(&mut tx, &entry).await?;
    tx.commit().await?;
    app.doors.services.forget_all();
    Ok(token)
}

/// The service that holds this token, or held it a few seconds ago: see [`super::doors`].
pub async fn authenticate(app: &App, token: &str) -> Result<Option<String>, StoreError> {
    let hash = token_hash(token);
    if let Some(name) = app.doors.services.get(&hash) {
        return Ok(Some(name));
    }
    let began = app.doors.services.begin();
    let mut tx = app.store.begin_read().await?;
    let name = service_token::find(&mut tx, &hash).await?;
    if let Some(name) = &name {
        app.doors.services.put(began, hash, name.clone());
    }
    Ok(name)
}
