//! How a garage's box gets a credential of its own, and renews it.
//!
//! The box makes the credential itself and stores it before it says so; the server keeps only its hash. So no answer
//! carries a secret, and an answer that is lost costs nothing: the same request again has the same outcome. An
//! administrator's code admits the first credential; each later one is admitted by the one before, which goes on
//! working until its successor has been used once.

use std::net::IpAddr;
use std::time::Duration;

use domain::ids::GarageId;
use domain::time::Timestamp;
use protocol::enrolment::{Enrolment, NewCredential};

use super::App;
use super::attempts::{Attempts, Limits};
use super::gateway_token::log;
use super::token::{RandomError, normal_code, random_code};
use crate::store::seal::{Purpose, token_hash};
use crate::store::{StoreError, credential, garage};

/// A code is read out to somebody who stands at the box, or is on the way there.
pub const CODE_VALID: Duration = Duration::from_secs(24 * 3600);

/// What leaks from a box is worth something for a month at most.
pub const RENEW_AFTER: Duration = Duration::from_secs(30 * 24 * 3600);

/// Longest code that is looked at, as it was typed.
const MAX_CODE: usize = 64;

/// Wrong codes: of one garage from one address, of one address, of one garage.
pub(super) const LIMITS: Limits = Limits { name_from: 5, from: 30, name: 100 };

#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    /// One error for all of these: which it is would help whoever guesses.
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

/// A code as it is handed out; it is shown once.
#[derive(Debug, Clone)]
pub struct NewCode {
    pub code: String,
    pub expires_at: Timestamp,
}

/// Makes a code for a garage's box; an unused older one ends. The gateway that is there goes on until it is used.
pub async fn create_code(app: &App, garage: &GarageId) -> Result<NewCode, EnrolError> {
    let (code, expires_at) = (random_code()?, app.now() + CODE_VALID);
    let mut tx = app.store.begin().await?;
    if garage::find(&mut tx, garage).await?.is_none() {
        return Err(EnrolError::UnknownGarage(garage.clone()));
    }
    credential::put_code(&mut tx, &code_hash(app, &code), garage, expires_at).await?;
    log(app, &mut tx, "cli", garage, "gateway_code.create").await?;
    tx.commit().await?;
    Ok(NewCode { code, expires_at })
}

/// Admits a box's first credential; that of another box of this garage stops working.
pub async fn enrol(app: &App, asked: &Enrolment, from: Option<IpAddr>) -> Result<(), EnrolError> {
    let attempts: &Attempts = &app.enrolments;
    if asked.code.len() > MAX_CODE {
        return Err(EnrolError::Code);
    }
    if !attempts.begin(asked.garage.as_str(), from, app.now()) {
        return Err(EnrolError::TooManyAttempts);
    }
    let (now, hash) = (app.now(), token_hash(asked.credential.expose()));
    let code = code_hash(app, &asked.code);
    let mut tx = app.store.begin().await?;
    if credential::redeem_code(&mut tx, (&code, &asked.garage), &hash, now).await? {
        credential::set(&mut tx, &asked.garage, &hash, Some(now + RENEW_AFTER)).await?;
        log(app, &mut tx, "gateway", &asked.garage, "gateway.enrol").await?;
    } else if !credential::is_redeemed_for(&mut tx, (&code, &asked.garage), &hash, now).await? {
        return Err(EnrolError::Code);
    }
    tx.commit().await?;
    attempts.succeeded(asked.garage.as_str(), from);
    Ok(())
}

/// Keeps the credential that the gateway with the token `current` will use next.
pub async fn offer(
    app: &App,
    garage: &GarageId,
    current: &str,
    asked: &NewCredential,
) -> Result<(), EnrolError> {
    if asked.credential.expose() == current {
        // The answer to its offer was lost, and it has gone on to use it.
        return Ok(());
    }
    let mut tx = app.store.begin().await?;
    let next = token_hash(asked.credential.expose());
    if !credential::offer(&mut tx, &token_hash(current), &next).await? {
        return Err(EnrolError::NotEnrolled(garage.clone()));
    }
    Ok(tx.commit().await?)
}

/// Tells a garage's gateway to renew its credential now, as after a suspicion.
pub async fn renew(app: &App, garage: &GarageId) -> Result<(), EnrolError> {
    let mut tx = app.store.begin().await?;
    if !credential::renew(&mut tx, garage, app.now()).await? {
        return Err(EnrolError::NotEnrolled(garage.clone()));
    }
    log(app, &mut tx, "cli", garage, "gateway_credential.ask").await?;
    Ok(tx.commit().await?)
}

fn code_hash(app: &App, code: &str) -> Vec<u8> {
    app.keys.hash(Purpose::GatewayCode, &normal_code(code))
}
