//! The gateway's credential for the server: a token of the configuration, or a credential that the box generated.
//!
//! The box's own credential is in one file of the data folder. It is replaced automatically when the server requests
//! it. The next credential is on disk before it is sent to the server, and the server accepts both until the next one
//! has been used. So the box has a working credential after a restart at any moment.

pub(crate) mod file;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use protocol::enrolment::GatewayCredential;
use service::config::SecretText;
use tokio::sync::Notify;

use crate::config::GatewayConfig;
use file::CredentialFile;
pub use file::CredentialFileError;

/// Error if no usable credential exists.
#[derive(Debug, thiserror::Error)]
pub enum BoxIdentityError {
    #[error(
        "this box is not known to the server: `server.token` is not set and {path} is not there; enrol it with a code \
         of the server's administrator: gateway enroll --config FILE",
        path = path.display()
    )]
    NotEnrolled { path: PathBuf },
    #[error(
        "the enrolment of this box has got no answer yet ({path}); run `gateway enroll` again with the same code",
        path = path.display()
    )]
    Unanswered { path: PathBuf },
    #[error(transparent)]
    File(#[from] CredentialFileError),
}

#[derive(Debug)]
struct CredentialState {
    current: SecretText,
    next: Option<GatewayCredential>,
    /// The credential whose replacement the server requests.
    asked: Option<SecretText>,
}

/// Shared by all callers of the server.
#[derive(Debug)]
pub(crate) struct BoxIdentity {
    state: Mutex<CredentialState>,
    /// Folder of the box's own credential; `None` for a token of the configuration, which is not replaced.
    folder: Option<PathBuf>,
    wake: Notify,
}

impl BoxIdentity {
    /// Reads the configuration's token, or the credential in the data folder.
    pub(crate) fn load(config: &GatewayConfig) -> Result<Self, BoxIdentityError> {
        match &config.server.token {
            Some(token) => Ok(Self::new(token.clone(), None, None)),
            None => Self::own(&config.data_dir),
        }
    }

    fn own(folder: &Path) -> Result<Self, BoxIdentityError> {
        let path = || file::path(folder);
        let stored =
            CredentialFile::load(folder)?.ok_or_else(|| BoxIdentityError::NotEnrolled { path: path() })?;
        let current = stored.current.ok_or_else(|| BoxIdentityError::Unanswered { path: path() })?;
        Ok(Self::new(SecretText::new(current), stored.next, Some(folder.to_owned())))
    }

    fn new(current: SecretText, next: Option<GatewayCredential>, folder: Option<PathBuf>) -> Self {
        Self {
            state: Mutex::new(CredentialState { current, next, asked: None }),
            folder,
            wake: Notify::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, CredentialState> {
        // Every change below is complete before anything can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn current(&self) -> SecretText {
        self.state().current.clone()
    }

    /// Registers the server's request to replace `used`.
    pub(crate) fn renew(&self, used: SecretText) {
        self.state().asked = Some(used);
        self.wake.notify_one();
    }

    /// Waits until a replacement is requested, or a next credential is ready for use.
    pub(crate) async fn due(&self) {
        while !self.is_due() {
            self.wake.notified().await;
        }
    }

    fn is_due(&self) -> bool {
        let state = self.state();
        self.folder.is_some() && (state.next.is_some() || state.asked.as_ref() == Some(&state.current))
    }

    /// The next credential; on disk when this returns.
    pub(crate) fn next(&self) -> Result<GatewayCredential, CredentialFileError> {
        if let Some(next) = self.state().next.clone() {
            return Ok(next);
        }
        let next = file::make()?;
        self.save(&self.current(), Some(&next))?;
        self.state().next = Some(next.clone());
        Ok(next)
    }

    /// Makes the next credential, which the server has accepted, the only one; first on disk.
    pub(crate) fn adopt(&self, next: &GatewayCredential) -> Result<(), CredentialFileError> {
        let current = SecretText::new(next.expose());
        self.save(&current, None)?;
        let mut state = self.state();
        (state.current, state.next) = (current, None);
        Ok(())
    }

    fn save(
        &self,
        current: &SecretText,
        next: Option<&GatewayCredential>,
    ) -> Result<(), CredentialFileError> {
        let Some(folder) = &self.folder else { return Ok(()) };
        CredentialFile { current: Some(current.expose().to_owned()), next: next.cloned() }.save(folder)
    }
}

#[cfg(test)]
mod tests;
