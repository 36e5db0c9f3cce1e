//! Which processes may call `/internal/v1`.

use super::App;
use super::audit::{AuditAction, AuditActor, record};
use super::token::{RandomError, random_token};
use store::seal::token_hash;
use store::{StoreError, service_token};

#[derive(Debug, thiserror::Error)]
pub enum ServiceTokenError {
    #[error("a service's name must be 1 to 40 characters")]
    Name,
    #[error("a token could not be made")]
    Random(#[from] RandomError),
    #[error("service tokens could not be read or written")]
    Store(#[from] StoreError),
}

/// Creates a token for the service `name`. The plain text is returned only here; an older token is invalidated.
pub async fn create(app: &App, name: &str) -> Result<String, ServiceTokenError> {
    if name.is_empty() || name.chars().count() > 40 {
        return Err(ServiceTokenError::Name);
    }
    let (token, now) = (random_token()?, app.now());
    let mut tx = app.store.begin().await?;
    service_token::put(&mut tx, name, &token_hash(&token), now).await?;
    record(&mut tx, now, AuditActor::CommandLine, AuditAction::ServiceTokenCreate(name), "").await?;
    tx.commit().await?;
    app.read_cache.services.invalidate_all();
    Ok(token)
}

/// The service with this token. A token replaced some seconds ago may still be in the read cache.
pub async fn authenticate(app: &App, token: &str) -> Result<Option<String>, StoreError> {
    let hash = token_hash(token);
    if let Some(name) = app.read_cache.services.get(&hash) {
        return Ok(Some(name));
    }
    let began = app.read_cache.services.begin_read();
    let mut tx = app.store.begin_read().await?;
    let name = service_token::find(&mut tx, &hash).await?;
    if let Some(name) = &name {
        app.read_cache.services.put(began, hash, name.clone());
    }
    Ok(name)
}
