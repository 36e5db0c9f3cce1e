//! Operators' accounts, created at the command line.

use domain::ids::GarageId;
use uuid::Uuid;

use super::password::{self, PasswordError};
use crate::app::App;
use crate::app::audit::{AuditAction, AuditActor, record};
use crate::context::ServerContext;
use store::{StoreError, garage, operator};

#[derive(Debug, thiserror::Error)]
pub enum OperatorAccountError {
    #[error("the user name is taken, or is not 1 to 64 visible characters")]
    Username,
    #[error("there is no operator {0}")]
    UnknownOperator(String),
    #[error("there is no garage {0}")]
    UnknownGarage(GarageId),
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Creates an operator of these garages, who cannot log in until a password is set.
pub async fn create(
    context: &ServerContext,
    username: &str,
    name: &str,
    garages: &[GarageId],
) -> Result<(), OperatorAccountError> {
    let visible = |c: char| !c.is_whitespace() && !c.is_control();
    if !(1..=64).contains(&username.chars().count()) || !username.chars().all(visible) {
        return Err(OperatorAccountError::Username);
    }
    let id = Uuid::now_v7().to_string();
    let mut tx = context.store.begin().await?;
    if !operator::insert(&mut tx, &id, username, name).await? {
        return Err(OperatorAccountError::Username);
    }
    for garage in garages {
        if garage::find(&mut tx, garage).await?.is_none() {
            return Err(OperatorAccountError::UnknownGarage(garage.clone()));
        }
        operator::add_garage(&mut tx, &id, garage).await?;
    }
    record(&mut tx, context.now(), AuditActor::CommandLine, AuditAction::OperatorCreate(&id), "").await?;
    Ok(tx.commit().await?)
}

/// Sets a password and ends all sessions of the operator.
pub async fn set_password(app: &App, username: &str, password: String) -> Result<(), OperatorAccountError> {
    let hash = password::hash(&app.operators, password).await?;
    let mut tx = app.store.begin().await?;
    let account = operator::by_username(&mut tx, username).await?;
    let id = account.ok_or_else(|| OperatorAccountError::UnknownOperator(username.to_owned()))?.id;
    operator::set_password(&mut tx, &id, &hash).await?;
    operator::delete_sessions(&mut tx, &id).await?;
    record(&mut tx, app.now(), AuditActor::CommandLine, AuditAction::OperatorSetPassword(&id), "").await?;
    Ok(tx.commit().await?)
}
