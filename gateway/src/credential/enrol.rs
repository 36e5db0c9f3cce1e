//! The box's first contact with the server, and later ones after it has been locked out.

use std::fs;

use protocol::enrolment::GatewayEnrolment;
use service::config::SecretText;

use crate::config::GatewayConfig;
use crate::identity::CredentialFileError;
use crate::identity::file::{CredentialFile, make};
use crate::outbox::{OutboxError, lock};
use crate::server::{DistrictServerClient, DistrictServerError, ServerClientBuildError};

/// The server's problem code for an enrolment code that is not valid.
const CODE_INVALID: &str = "enrolment_code_invalid";

/// Error of an enrolment.
#[derive(Debug, thiserror::Error)]
pub enum BoxEnrolmentError {
    #[error("`server.token` is set: take it out of the configuration, then enrol")]
    HasToken,
    #[error("stop the gateway of this folder first")]
    Running(#[source] OutboxError),
    #[error(transparent)]
    File(#[from] CredentialFileError),
    #[error(transparent)]
    Client(#[from] ServerClientBuildError),
    #[error(
        "the server does not know this code for garage `{0}`: it is mistyped, used, or more than a day old"
    )]
    Code(String),
    #[error("the server did not answer as hoped; run it again with the same code")]
    Call(#[source] DistrictServerError),
}

/// Generates a credential, stores it, and registers it at the server with `code`. It can be repeated with the same
/// code.
pub async fn enrol(config: &GatewayConfig, code: &SecretText) -> Result<(), BoxEnrolmentError> {
    if config.server.token.is_some() {
        return Err(BoxEnrolmentError::HasToken);
    }
    let _lock = lock(&config.data_dir).map_err(BoxEnrolmentError::Running)?;
    let mut stored = CredentialFile::load(&config.data_dir).or_else(renewed_if_damaged)?.unwrap_or_default();
    let credential = match stored.next.take() {
        Some(next) => next,
        None => make()?,
    };
    stored.next = Some(credential.clone());
    stored.save(&config.data_dir)?;
    let asked = GatewayEnrolment {
        garage: config.garage.clone(),
        code: code.expose().to_owned(),
        credential: credential.clone(),
    };
    DistrictServerClient::enrol(&config.server, &asked).await?.map_err(|error| refused(error, config))?;
    let enrolled = CredentialFile { current: Some(credential.expose().to_owned()), next: None };
    Ok(enrolled.save(&config.data_dir)?)
}

/// A damaged file is a reason to enrol again; it is kept aside for an investigation.
fn renewed_if_damaged(error: CredentialFileError) -> Result<Option<CredentialFile>, CredentialFileError> {
    let CredentialFileError::Damaged { path, .. } = &error else { return Err(error) };
    let aside = path.with_extension("damaged");
    fs::rename(path, &aside).map_err(|source| CredentialFileError::Write { path: aside, source })?;
    Ok(None)
}

fn refused(error: DistrictServerError, config: &GatewayConfig) -> BoxEnrolmentError {
    match error.code() {
        Some(CODE_INVALID) => BoxEnrolmentError::Code(config.garage.to_string()),
        _ => BoxEnrolmentError::Call(error),
    }
}
