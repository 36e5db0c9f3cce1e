//! Binding of a person to a WeChat account: the school hands out a one-off code, the person types it once.
//!
//! An openid may try [`MAX_ATTEMPTS`] times in [`ATTEMPT_WINDOW`]; an attempt is counted before the code is checked. A
//! new code moves a bound person to the new account and ends the old sessions, so a found phone with the old account
//! has no access. If the account was a driver's ([`super::driver`]), the driver's plates and reservations move to the
//! school's person, who is the same human being.

use std::time::Duration;

use domain::ids::PersonId;
use domain::time::Timestamp;

use super::App;
use super::audit::{AuditAction, AuditActor, record};
use super::driver;
use super::token::{RandomError, normal_code, random_code};
use crate::context::ServerContext;
use store::seal::{SealError, SealPurpose};
use store::{StoreError, Tx, bind_code, person, session};

pub const MAX_ATTEMPTS: i64 = 5;
pub const ATTEMPT_WINDOW: Duration = Duration::from_secs(15 * 60);

/// Two weeks: a code is handed out on paper and some parents are slow.
pub const VALID: Duration = Duration::from_secs(14 * 24 * 3600);

#[derive(Debug, thiserror::Error)]
pub enum BindCodeError {
    #[error("the code is unknown, used or too old")]
    Code,
    #[error("too many wrong codes")]
    TooManyAttempts,
    #[error("there is no person with this key")]
    NoSuchPerson,
    #[error("a code could not be made")]
    Random(#[from] RandomError),
    #[error("codes could not be read or written")]
    Store(#[from] StoreError),
}

impl From<SealError> for BindCodeError {
    fn from(error: SealError) -> Self {
        Self::Store(error.into())
    }
}

/// A new code. The plain text is returned only here.
#[derive(Debug, Clone)]
pub struct NewBindCode {
    pub code: String,
    pub expires_at: Timestamp,
}

/// Creates a code for the person with the school's number `key`; invalidates an unused older one.
pub async fn create(context: &ServerContext, key: &str) -> Result<NewBindCode, BindCodeError> {
    let (code, now) = (random_code()?, context.now());
    let expires_at = now + VALID;
    let mut tx = context.store.begin().await?;
    let key_hash = context.keys.hash(SealPurpose::Key, key);
    let person = person::by_key(&mut tx, &key_hash).await?.ok_or(BindCodeError::NoSuchPerson)?;
    bind_code::put(&mut tx, &hash(context, &code), person, expires_at).await?;
    record(&mut tx, now, AuditActor::CommandLine, AuditAction::BindCodeCreate(person), "").await?;
    tx.commit().await?;
    Ok(NewBindCode { code, expires_at })
}

/// Binds `openid` to the person of `code`.
pub(super) async fn bind(app: &App, openid: &str, code: &str) -> Result<(), BindCodeError> {
    let now = app.now();
    let openid_hash = app.keys.hash(SealPurpose::OpenId, openid);
    let mut tx = app.store.begin().await?;
    let attempts = bind_code::count_attempt(&mut tx, &openid_hash, now, now - ATTEMPT_WINDOW).await?;
    let outcome = if attempts > MAX_ATTEMPTS {
        Err(BindCodeError::TooManyAttempts)
    } else {
        redeem(app, &mut tx, openid, code, now).await?
    };
    // Failed attempts are committed as well, because the limit counts them.
    tx.commit().await?;
    outcome.map(|changed| changed.into_iter().for_each(|person| app.read_cache.forget_person(person)))
}

/// Returns the people whose sessions have ended. The outer error rolls the attempt count back, the inner one keeps it.
async fn redeem(
    context: &ServerContext,
    tx: &mut Tx,
    openid: &str,
    code: &str,
    now: Timestamp,
) -> Result<Result<Vec<PersonId>, BindCodeError>, BindCodeError> {
    let Some(person) = bind_code::redeem(tx, &hash(context, code), now).await? else {
        return Ok(Err(BindCodeError::Code));
    };
    let openid = context.keys.sealed(SealPurpose::OpenId, openid)?;
    let before = person::by_openid(tx, &openid.hash).await?;
    if let Some(other) = before.filter(|&other| other != person) {
        person::unbind(tx, other).await?;
        session::delete_of(tx, other).await?;
        driver::hand_over(context, tx, other, person).await?;
        let (actor, action) = (AuditActor::Person(other), AuditAction::PersonUnbind(other));
        record(tx, now, actor, action, "its account was bound to another person").await?;
    }
    if before != Some(person) {
        let ended = session::delete_of(tx, person).await?;
        person::bind(tx, person, &openid).await?;
        let (actor, action) = (AuditActor::Person(person), AuditAction::PersonBind(person));
        record(tx, now, actor, action, &format!("sessions ended: {ended}")).await?;
    }
    bind_code::forget_attempts(tx, &openid.hash).await?;
    Ok(Ok(before.into_iter().chain([person]).collect()))
}

fn hash(context: &ServerContext, code: &str) -> Vec<u8> {
    context.keys.hash(SealPurpose::BindCode, &normal_code(code))
}
