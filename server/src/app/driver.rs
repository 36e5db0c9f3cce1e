//! Public drivers: people without a school. A WeChat account is enough; no name and no phone number is stored.
//!
//! A driver has own plates and may reserve public spaces with them, and spaces for staff or residents where a plate has
//! the permit. A driver's plate is no permit for pickup: pickup requires being a pupil's guardian.

use domain::ids::PersonId;
use uuid::Uuid;

use super::audit::{AuditAction, AuditActor, record};
use super::token::{RandomError, random_token};
use crate::context::ServerContext;
use store::seal::{SealError, SealPurpose, token_hash};
use store::{StoreError, Tx, book, person};

/// Shown in place of a name.
const SHOWN: &str = "车主";

/// People of a school always have a name.
pub(super) fn is_name_of_one(name: &str) -> bool {
    name.is_empty()
}

pub(super) fn shown(name: String) -> String {
    if is_name_of_one(&name) { SHOWN.to_owned() } else { name }
}

#[derive(Debug, thiserror::Error)]
pub enum DriverRegistrationError {
    #[error("the account was bound and unbound at the same time")]
    NotBound,
    #[error("a key could not be made")]
    Random(#[from] RandomError),
    #[error("the driver could not be read or written")]
    Store(#[from] StoreError),
}

impl From<SealError> for DriverRegistrationError {
    fn from(error: SealError) -> Self {
        Self::Store(error.into())
    }
}

/// Creates a driver for this account. Two concurrent registrations of one account return the same person.
pub(super) async fn register(
    context: &ServerContext,
    tx: &mut Tx,
    openid: &str,
) -> Result<PersonId, DriverRegistrationError> {
    let (id, openid) = (PersonId::from(Uuid::now_v7()), context.keys.sealed(SealPurpose::OpenId, openid)?);
    let name = context.keys.seal(SealPurpose::PersonName, "")?;
    // A random key in place of a school's number: no imported key can have this hash.
    let key_hash = token_hash(&random_token()?);
    if !person::insert_driver(tx, id, &key_hash, &name, &openid).await? {
        return person::by_openid(tx, &openid.hash).await?.ok_or(DriverRegistrationError::NotBound);
    }
    record(tx, context.now(), AuditActor::Person(id), AuditAction::DriverRegister(id), "").await?;
    Ok(id)
}

/// Moves plates and reservations to `to`, the new holder of the account of `from`, if `from` is a driver: both are the
/// same human being. The plates may exceed the usual number together; then no further one can be added.
pub(super) async fn hand_over(
    context: &ServerContext,
    tx: &mut Tx,
    from: PersonId,
    to: PersonId,
) -> Result<(), StoreError> {
    let name = person::name_enc(tx, from).await?;
    let name = name.map(|sealed| context.keys.open(SealPurpose::PersonName, &sealed)).transpose()?;
    if !name.is_some_and(|name| is_name_of_one(&name)) {
        return Ok(());
    }
    // Cached books contain the person of each reservation.
    let garages = person::reserved_garages(tx, from).await?;
    book::lock(tx, &garages).await?;
    book::advance(tx, &garages).await?;
    person::hand_over(tx, from, to).await?;
    let action = AuditAction::DriverHandOver(from);
    record(tx, context.now(), AuditActor::Person(from), action, &to.to_string()).await
}
