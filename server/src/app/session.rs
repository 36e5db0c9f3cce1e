//! People's sessions: opaque tokens, hashed at rest, issued only here.
//!
//! A session lives for [`session_ttl`](super::AppParts::session_ttl) after its last use. Its end is moved at most once a day, so that reading
//! costs no write. Sessions are cached for some seconds.

use std::time::Duration;

use domain::ids::PersonId;
use domain::time::Timestamp;
use protocol::people::{NewPersonSession, PersonProfile, PersonSession};

use super::App;
use super::audit::{AuditAction, AuditActor, record};
use super::bind_code::{self, BindCodeError};
use super::driver::{self, DriverRegistrationError};
use super::token::{RandomError, random_token};
use crate::context::ServerContext;
use store::seal::{SealError, SealPurpose, token_hash};
use store::{StoreError, Tx, person, school, session};

const RENEW_AFTER: Duration = Duration::from_secs(24 * 3600);

/// No openid is longer; the limit prevents hashing of megabytes.
const MAX_OPENID: usize = 128;

/// The calling person, proved by a live session.
#[derive(Debug, Clone)]
pub struct PersonCaller {
    pub person: PersonId,
    token_hash: Vec<u8>,
}

impl PersonCaller {
    /// Identifies the session; it cannot be used as a token.
    pub fn session_key(&self) -> &[u8] {
        &self.token_hash
    }

    pub(super) const fn actor(&self) -> AuditActor<'static> {
        AuditActor::Person(self.person)
    }
}

#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    #[error("no such session, or it has ended")]
    Ended,
    #[error("this openid is not linked to a person")]
    NotBound,
    #[error("openid must be 1 to {MAX_OPENID} characters")]
    OpenId,
    #[error(transparent)]
    Bind(#[from] BindCodeError),
    #[error("there is no such person")]
    NoSuchPerson,
    #[error("a token could not be made")]
    Random(#[from] RandomError),
    #[error("sessions could not be read or written")]
    Store(#[from] StoreError),
}

impl From<DriverRegistrationError> for SessionError {
    fn from(error: DriverRegistrationError) -> Self {
        match error {
            DriverRegistrationError::NotBound => Self::NotBound,
            DriverRegistrationError::Random(error) => Self::Random(error),
            DriverRegistrationError::Store(error) => Self::Store(error),
        }
    }
}

impl From<SealError> for SessionError {
    fn from(error: SealError) -> Self {
        Self::Store(error.into())
    }
}

/// The caller with this token.
pub async fn authenticate(app: &App, token: &str) -> Result<PersonCaller, SessionError> {
    let (hash, now) = (token_hash(token), app.now());
    let full = now + app.session_ttl;
    let fresh =
        |live: &session::LiveSession| live.expires_at > now && full.since(live.expires_at) < RENEW_AFTER;
    if let Some(live) = app.read_cache.sessions.get(&hash).filter(fresh) {
        return Ok(PersonCaller { person: live.person, token_hash: hash });
    }
    let began = app.read_cache.sessions.begin_read();
    let mut live = read(app, &hash, now).await?;
    if !fresh(&live) {
        let mut tx = app.store.begin().await?;
        session::renew(&mut tx, &hash, full).await?;
        tx.commit().await?;
        live.expires_at = full;
    }
    app.read_cache.sessions.put(began, hash.clone(), live);
    Ok(PersonCaller { person: live.person, token_hash: hash })
}

async fn read(
    context: &ServerContext,
    hash: &[u8],
    now: Timestamp,
) -> Result<session::LiveSession, SessionError> {
    let mut tx = context.store.begin_read().await?;
    session::find(&mut tx, hash, now).await?.ok_or(SessionError::Ended)
}

/// Opens a session for a proved WeChat account. Binds the account first if a code is given, and registers an unknown
/// account as a driver if the request wants it.
pub async fn open(app: &App, asked: &NewPersonSession) -> Result<PersonSession, SessionError> {
    if asked.openid.is_empty() || asked.openid.len() > MAX_OPENID {
        return Err(SessionError::OpenId);
    }
    if let Some(code) = &asked.bind_code {
        bind_code::bind(app, &asked.openid, code).await?;
    }
    let openid_hash = app.keys.hash(SealPurpose::OpenId, &asked.openid);
    let mut tx = app.store.begin().await?;
    let person = match person::by_openid(&mut tx, &openid_hash).await? {
        Some(person) => person,
        None if asked.register => driver::register(app, &mut tx, &asked.openid).await?,
        None => return Err(SessionError::NotBound),
    };
    let session = issue_in(app, &mut tx, person).await?;
    tx.commit().await?;
    Ok(session)
}

/// Opens a session for a person whose identity the caller vouches for.
pub async fn issue(app: &App, person: PersonId) -> Result<PersonSession, SessionError> {
    let mut tx = app.store.begin().await?;
    let session = issue_in(app, &mut tx, person).await?;
    tx.commit().await?;
    Ok(session)
}

async fn issue_in(app: &App, tx: &mut Tx, person: PersonId) -> Result<PersonSession, SessionError> {
    let me = describe(app, tx, person).await?;
    let (token, now) = (random_token()?, app.now());
    let expires_at = now + app.session_ttl;
    session::insert(tx, &token_hash(&token), person, now, expires_at).await?;
    record(tx, now, AuditActor::Person(person), AuditAction::SessionOpen(person), "").await?;
    Ok(PersonSession { token, expires_at, me })
}

/// Ends the caller's session; ending it twice is no error.
pub async fn end(app: &App, caller: &PersonCaller) -> Result<(), SessionError> {
    let mut tx = app.store.begin().await?;
    if session::delete(&mut tx, &caller.token_hash).await? {
        let action = AuditAction::SessionEnd(caller.person);
        record(&mut tx, app.now(), caller.actor(), action, "").await?;
    }
    tx.commit().await?;
    app.read_cache.sessions.invalidate(&caller.token_hash);
    Ok(())
}

/// The caller and its roles.
pub async fn me(context: &ServerContext, caller: &PersonCaller) -> Result<PersonProfile, SessionError> {
    let mut tx = context.store.begin_read().await?;
    describe(context, &mut tx, caller.person).await
}

async fn describe(
    context: &ServerContext,
    tx: &mut Tx,
    person: PersonId,
) -> Result<PersonProfile, SessionError> {
    let name = person::name_enc(tx, person).await?.ok_or(SessionError::NoSuchPerson)?;
    let name = context.keys.open(SealPurpose::PersonName, &name)?;
    Ok(PersonProfile {
        person_id: person,
        driver: driver::is_name_of_one(&name),
        name: driver::shown(name),
        classes: school::taught_classes(tx, person).await?,
        guardian: !person::children(tx, person).await?.is_empty(),
        hall: school::hall_of(tx, person).await?,
    })
}
