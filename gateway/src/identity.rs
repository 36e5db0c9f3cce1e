//! The gateway's credential for the server: a token of the configuration, or a credential that the box generated.
//!
//! The box's own credential is in one file of the data folder. It is replaced automatically when the server requests
//! it. The next credential is on disk before it is sent to the server, and the server accepts both until the next one
//! has been used. So the box has a working credential after a restart at any moment.

mod enrol;
mod file;
mod renewal;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use protocol::enrolment::Credential;
use service::config::Secret;
use tokio::sync::Notify;

use crate::config::Config;
pub use enrol::{EnrolError, enrol};
pub use file::FileError;
use file::Stored;
pub(crate) use renewal::Renewal;

/// Error if no usable credential exists.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
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
    File(#[from] FileError),
}

#[derive(Debug)]
struct State {
    current: Secret,
    next: Option<Credential>,
    /// The credential whose replacement the server requests.
    asked: Option<Secret>,
}

/// Shared by all callers of the server.
#[derive(Debug)]
pub(crate) struct Identity {
    state: Mutex<State>,
    /// Folder of the box's own credential; `None` for a token of the configuration, which is not replaced.
    folder: Option<PathBuf>,
    wake: Notify,
}

impl Identity {
    /// Reads the configuration's token, or the credential in the data folder.
    pub fn load(config: &Config) -> Result<Self, IdentityError> {
        match &config.server.token {
            Some(token) => Ok(Self::new(token.clone(), None, None)),
            None => Self::own(&config.data_dir),
        }
    }

    fn own(folder: &Path) -> Result<Self, IdentityError> {
        let path = || file::path(folder);
        let stored = Stored::load(folder)?.ok_or_else(|| IdentityError::NotEnrolled { path: path() })?;
        let current = stored.current.ok_or_else(|| IdentityError::Unanswered { path: path() })?;
        Ok(Self::new(Secret::new(current), stored.next, Some(folder.to_owned())))
    }

    fn new(current: Secret, next: Option<Credential>, folder: Option<PathBuf>) -> Self {
        Self { state: Mutex::new(State { current, next, asked: None }), folder, wake: Notify::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change below is complete before anything can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn current(&self) -> Secret {
        self.state().current.clone()
    }

    /// Registers the server's request to replace `used`.
    pub fn renew(&self, used: Secret) {
        self.state().asked = Some(used);
        self.wake.notify_one();
    }

    /// Waits until a replacement is requested, or a next credential is ready for use.
    async fn due(&self) {
        while !self.is_due() {
            self.wake.notified().await;
        }
    }

    fn is_due(&self) -> bool {
        let state = self.state();
        self.folder.is_some() && (state.next.is_some() || state.asked.as_ref() == Some(&state.current))
    }

    /// The next credential; on disk when this returns.
    fn next(&self) -> Result<Credential, FileError> {
        if let Some(next) = self.state().next.clone() {
            return Ok(next);
        }
        let next = file::make()?;
        self.save(&self.current(), Some(&next))?;
        self.state().next = Some(next.clone());
        Ok(next)
    }

    /// Makes the next credential, which the server has accepted, the only one; first on disk.
    fn adopt(&self, next: &Credential) -> Result<(), FileError> {
        let current = Secret::new(next.expose());
        self.save(&current, None)?;
        let mut state = self.state();
        (state.current, state.next) = (current, None);
        Ok(())
    }

    fn save(&self, current: &Secret, next: Option<&Credential>) -> Result<(), FileError> {
        let Some(folder) = &self.folder else { return Ok(()) };
        Stored { current: Some(current.expose().to_owned()), next: next.cloned() }.save(folder)
    }
}

#[cfg(test)]
mod tests;
