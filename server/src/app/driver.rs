//! Public drivers: people whom no school knows. A WeChat account is enough; there is no name and no phone number.
//!
//! A driver has own plates and may reserve public spaces with them, and as staff or resident where a plate has the permit. A plate
//! of a driver is no permit for pickup: those come from being some pupil's guardian.

use uuid::Uuid;

use super::App;
use super::session::SessionError;
use super::token::random_token;
use crate::store::seal::{Purpose, token_hash};
use crate::store::{StoreError, Tx, audit, book, person};

/// What screens show in place of a name.
const SHOWN: &str = "车主";

/// People of a school always have a name.
pub(super) fn is_name_of_one(name: &str) -> bool {
    name.is_empty()
}

pub(super) fn shown(name: String) -> String {
    if is_name_of_one(&name) { SHOWN.to_owned() } else { name }
}

/// A new driver with this account. Of two that register the same account at once, both get the one person.
pub(super) async fn register(app: &App, tx: &mut Tx, openid: &str) -> Result<Uuid, SessionError> {
    let (id, openid) = (Uuid::now_v7(), app.keys.sealed(Purpose::OpenId, openid)?);
    let name = app.keys.seal(Purpose::PersonName, "")?;
    // No school's number: nothing that an import names can have this hash.
    let key_hash = token_hash(&random_token()?);
    if !person::insert_driver(tx, id, &key_hash, &name, &openid).await? {
        return person::by_openid(tx, &openid.hash).await?.ok_or(SessionError::NotBound);
    }
    log(app, tx, id, "driver.register", "").await?;
    Ok(id)
}

/// The account of `from` has become that of `to`: if `from` is a driver, it is the same human being. More than the usual number of
/// plates may come together; then no further one can be added.
pub(super) async fn hand_over(app: &App, tx: &mut Tx, from: Uuid, to: Uuid) -> Result<(), StoreError> {
    let name = person::name_enc(tx, from).await?;
    let name = name.map(|sealed| app.keys.open(Purpose::PersonName, &sealed)).transpose()?;
    if !name.is_some_and(|name| is_name_of_one(&name)) {
        return Ok(());
    }
    // Books in memory know whose each reservation is.
    let garages = person::reserved_garages(tx, from).await?;
    book::lock(tx, &garages).await?;
    book::advance(tx, &garages).await?;
    person::hand_over(tx, from, to).await?;
    log(app, tx, from, "driver.hand_over", &to.to_string()).await
}

async fn log(app: &App, tx: &mut Tx, person: Uuid, action: &str, detail: &str) -> Result<(), StoreError> {
    let subject = person.to_string();
    let entry = audit::Entry {
        at: app.now(),
        actor_kind: "person",
        actor_id: &subject,
        action,
        subject: &subject,
        detail,
    };
    audit::append(tx, &entry).await
}
