//! Enrolment of a garage's gateway: its first credential, and the renewal of credentials.
//!
//! The gateway generates the credential and stores it before it sends it; the server keeps only the hash. So no
//! response carries a secret, and a lost response does no harm: the same request has the same outcome. An
//! administrator's code admits the first credential. Each later one is admitted by its predecessor, which stays valid
//! until the successor has been used once.

use std::net::IpAddr;
use std::time::Duration;

use domain::ids::GarageId;
use domain::time::Timestamp;
use protocol::enrolment::{CredentialRenewal, GatewayEnrolment};

use super::App;
use super::attempts::AttemptLimiter;
use super::audit::{AuditAction, AuditActor, record};
use super::gateway_token::RENEW_AFTER;
use super::token::{RandomError, normal_code, random_code};
use crate::context::ServerContext;
use store::seal::{SealPurpose, token_hash};
use store::{StoreError, credential, garage};

/// A code is read out to a technician who stands at the gateway or travels there.
pub const CODE_VALID: Duration = Duration::from_secs(24 * 3600);

/// Longest code that is checked, as typed.
const MAX_CODE: usize = 64;

#[derive(Debug, thiserror::Error)]
pub enum GatewayEnrolmentError {
    /// One error for all of these cases: the exact case would help an attacker who guesses codes.
    #[error("the code is unknown, used, too old or another garage's")]
    Code,
    #[error("too many wrong codes")]
    TooManyAttempts,
    #[error("there is no garage {0}")]
    UnknownGarage(GarageId),
    #[error("the gateway of {0} has not enrolled: its token stays as it is")]
    NotEnrolled(GarageId),
    #[error(transparent)]
    Random(#[from] RandomError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A new code. The plain text is returned only here.
#[derive(Debug, Clone)]
pub struct NewEnrolmentCode {
    pub code: String,
    pub expires_at: Timestamp,
}

/// Creates a code for a garage's gateway; invalidates an unused older one. The present gateway stays valid until the
/// code is used.
pub async fn create_code(
    context: &ServerContext,
    garage: &GarageId,
) -> Result<NewEnrolmentCode, GatewayEnrolmentError> {
    let (code, expires_at) = (random_code()?, context.now() + CODE_VALID);
    let mut tx = context.store.begin().await?;
    if garage::find(&mut tx, garage).await?.is_none() {
        return Err(GatewayEnrolmentError::UnknownGarage(garage.clone()));
    }
    credential::put_code(&mut tx, &code_hash(context, &code), garage, expires_at).await?;
    let action = AuditAction::GatewayCodeCreate(garage);
    record(&mut tx, context.now(), AuditActor::CommandLine, action, "").await?;
    tx.commit().await?;
    Ok(NewEnrolmentCode { code, expires_at })
}

/// Admits a gateway's first credential; the credential of any other gateway of this garage stops working.
pub async fn enrol(
    app: &App,
    asked: &GatewayEnrolment,
    from: Option<IpAddr>,
) -> Result<(), GatewayEnrolmentError> {
    let attempts: &AttemptLimiter = &app.enrolments;
    if asked.code.len() > MAX_CODE {
        return Err(GatewayEnrolmentError::Code);
    }
    if !attempts.begin(asked.garage.as_str(), from, app.now()) {
        return Err(GatewayEnrolmentError::TooManyAttempts);
    }
    let (now, hash) = (app.now(), token_hash(asked.credential.expose()));
    let code = code_hash(app, &asked.code);
    let mut tx = app.store.begin().await?;
    if credential::redeem_code(&mut tx, (&code, &asked.garage), &hash, now).await? {
        credential::set(&mut tx, &asked.garage, &hash, Some(now + RENEW_AFTER)).await?;
        let (actor, action) = (AuditActor::Gateway(&asked.garage), AuditAction::GatewayEnrol(&asked.garage));
        record(&mut tx, now, actor, action, "").await?;
    } else if !credential::is_redeemed_for(&mut tx, (&code, &asked.garage), &hash, now).await? {
        return Err(GatewayEnrolmentError::Code);
    }
    tx.commit().await?;
    attempts.succeeded(asked.garage.as_str(), from);
    Ok(())
}

/// Stores the credential that the gateway with the token `current` will use next.
pub async fn offer(
    context: &ServerContext,
    garage: &GarageId,
    current: &str,
    asked: &CredentialRenewal,
) -> Result<(), GatewayEnrolmentError> {
    if asked.credential.expose() == current {
        // The response to its offer was lost, and the gateway already uses the new credential.
        return Ok(());
    }
    let mut tx = context.store.begin().await?;
    let next = token_hash(asked.credential.expose());
    if !credential::offer(&mut tx, &token_hash(current), &next).await? {
        return Err(GatewayEnrolmentError::NotEnrolled(garage.clone()));
    }
    Ok(tx.commit().await?)
}

/// Requests that a garage's gateway renew its credential now, for example after a suspected leak.
pub async fn renew(context: &ServerContext, garage: &GarageId) -> Result<(), GatewayEnrolmentError> {
    let mut tx = context.store.begin().await?;
    if !credential::renew(&mut tx, garage, context.now()).await? {
        return Err(GatewayEnrolmentError::NotEnrolled(garage.clone()));
    }
    let action = AuditAction::GatewayCredentialAsk(garage);
    record(&mut tx, context.now(), AuditActor::CommandLine, action, "").await?;
    Ok(tx.commit().await?)
}

fn code_hash(context: &ServerContext, code: &str) -> Vec<u8> {
    context.keys.hash(SealPurpose::GatewayCode, &normal_code(code))
}
