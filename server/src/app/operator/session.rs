//! Operators' sessions: a cookie's random token, hashed at rest, for one shift.

use std::net::IpAddr;
use std::time::Duration;

use protocol::operator::OperatorLogIn;

use super::OperatorCaller;
use super::password::{self, PasswordError};
use crate::app::App;
use crate::app::audit::{AuditAction, AuditActor, record};
use crate::app::token::{RandomError, random_token};
use crate::context::ServerContext;
use store::seal::token_hash;
use store::{StoreError, operator};

/// A shift: a console that is left open expires.
pub const TTL: Duration = Duration::from_secs(12 * 3600);

/// Longest user name and password that are checked.
const MAX_INPUT: usize = 256;

#[derive(Debug, thiserror::Error)]
pub enum LogInError {
    #[error("wrong user name or password")]
    Wrong,
    #[error("too many wrong passwords")]
    TooManyAttempts,
    #[error("no such session, or it has ended")]
    Ended,
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error(transparent)]
    Random(#[from] RandomError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Checks a password and returns a new session's token. `from` is the connection's peer, if known.
pub async fn log_in(app: &App, asked: OperatorLogIn, from: Option<IpAddr>) -> Result<String, LogInError> {
    let OperatorLogIn { username, password } = asked;
    if username.len() > MAX_INPUT || password.len() > MAX_INPUT {
        return Err(LogInError::Wrong);
    }
    let attempts = &app.operators.attempts;
    if !attempts.begin(&username, from, app.now()) {
        return Err(LogInError::TooManyAttempts);
    }
    let mut tx = app.store.begin_read().await?;
    let account = operator::by_username(&mut tx, &username).await?;
    drop(tx);
    let stored = account.as_ref().and_then(|account| account.password_hash.clone());
    let right = password::matches(&app.operators, password, stored).await?;
    let account = account.filter(|_| right).ok_or(LogInError::Wrong)?;
    attempts.succeeded(&username, from);
    open(app, &account.id).await
}

/// Opens a session for an operator whose identity the caller vouches for.
pub async fn issue(app: &App, username: &str) -> Result<String, LogInError> {
    let mut tx = app.store.begin_read().await?;
    let account = operator::by_username(&mut tx, username).await?.ok_or(LogInError::Wrong)?;
    drop(tx);
    open(app, &account.id).await
}

async fn open(context: &ServerContext, id: &str) -> Result<String, LogInError> {
    let (token, now) = (random_token()?, context.now());
    let mut tx = context.store.begin().await?;
    operator::insert_session(&mut tx, &token_hash(&token), id, now, now + TTL).await?;
    record(&mut tx, now, AuditActor::Operator(id), AuditAction::OperatorSessionOpen(id), "").await?;
    tx.commit().await?;
    Ok(token)
}

pub async fn authenticate(context: &ServerContext, token: &str) -> Result<OperatorCaller, LogInError> {
    let token_hash = token_hash(token);
    let mut tx = context.store.begin_read().await?;
    let operator =
        operator::of_session(&mut tx, &token_hash, context.now()).await?.ok_or(LogInError::Ended)?;
    Ok(OperatorCaller { operator, token_hash })
}

/// Ends the caller's session.
pub async fn end(context: &ServerContext, caller: &OperatorCaller) -> Result<(), LogInError> {
    let mut tx = context.store.begin().await?;
    if operator::delete_session(&mut tx, &caller.token_hash).await? {
        record(&mut tx, context.now(), caller.actor(), AuditAction::OperatorSessionEnd(&caller.operator), "")
            .await?;
    }
    Ok(tx.commit().await?)
}
