//! The box's first contact with the server, and later ones after it has been locked out.

use std::fs;

use protocol::enrolment::Enrolment;
use service::config::Secret;

use super::file::{FileError, Stored, make};
use crate::config::Config;
use crate::outbox::{OutboxError, lock};
use crate::server::{CallError, ClientError, Server};

/// The server's problem code for an enrolment code that is not valid.
const CODE_INVALID: &str = "enrolment_code_invalid";

/// Error of an enrolment.
#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    #[error("`server.token` is set: take it out of the configuration, then enrol")]
    HasToken,
    #[error("stop the gateway of this folder first")]
    Running(#[source] OutboxError),
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error(
        "the server does not know this code for garage `{0}`: it is mistyped, used, or more than a day old"
    )]
    Code(String),
    #[error("the server did not answer as hoped; run it again with the same code")]
    Call(#[source] CallError),
}

/// Generates a credential, stores it, and registers it at the server with `code`. It can be repeated with the same
/// code.
pub async fn enrol(config: &Config, code: &Secret) -> Result<(), EnrolError> {
    if config.server.token.is_some() {
        return Err(EnrolError::HasToken);
    }
    let _lock = lock(&config.data_dir).map_err(EnrolError::Running)?;
    let mut stored = Stored::load(&config.data_dir).or_else(renewed_if_damaged)?.unwrap_or_default();
    let credential = match stored.next.take() {
        Some(next) => next,
        None => make()?,
    };
    stored.next = Some(credential.clone());
    stored.save(&config.data_dir)?;
    let asked = Enrolment {
        garage: config.garage.clone(),
        code: code.expose().to_owned(),
        credential: credential.clone(),
    };
    Server::enrol(&config.server, &asked).await?.map_err(|error| refused(error, config))?;
    let enrolled = Stored { current: Some(credential.expose().to_owned()), next: None };
    Ok(enrolled.save(&config.data_dir)?)
}

/// A damaged file is a reason to enrol again; it is kept aside for an investigation.
fn renewed_if_damaged(error: FileError) -> Result<Option<Stored>, FileError> {
    let FileError::Damaged { path, .. } = &error else { return Err(error) };
    let aside = path.with_extension("damaged");
    fs::rename(path, &aside).map_err(|source| FileError::Write { path: aside, source })?;
    Ok(None)
}

fn refused(error: CallError, config: &Config) -> EnrolError {
    match error.code() {
        Some(CODE_INVALID) => EnrolError::Code(config.garage.to_string()),
        _ => EnrolError::Call(error),
    }
}
