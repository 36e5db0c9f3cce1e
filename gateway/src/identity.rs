//! What the gateway proves itself with to the server: a token of its configuration, or a credential that the box made.
//!
//! The box's own is in one file of the data folder and is replaced by itself when the server asks for it. The next one
//! is on disk before the server hears of it, and the server takes both until the next one was used: so whatever
//! happens in between, after a restart the box has one that works.

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

/// Why there is nothing to prove oneself with.
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
    /// What the server wants to be replaced.
    asked: Option<Secret>,
}

/// Shared by everybody who calls the server.
#[derive(Debug)]
pub(crate) struct Identity {
    state: Mutex<State>,
    /// Of the box's own credential; `None` for a token of the configuration, which stays.
    folder: Option<PathBuf>,
    wake: Notify,
}

impl Identity {
    /// The configuration's token, or what is in the data folder.
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
        // Every change below is whole before anything can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn current(&self) -> Secret {
        self.state().current.clone()
    }

    /// The server has asked for another one than `used`.
    pub fn renew(&self, used: Secret) {
        self.state().asked = Some(used);
        self.wake.notify_one();
    }

    /// Waits until another credential is wanted, or one waits to be used.
    async fn due(&self) {
        while !self.is_due() {
            self.wake.notified().await;
        }
    }

    fn is_due(&self) -> bool {
        let state = self.state();
        self.folder.is_some() && (state.next.is_some() || state.asked.as_ref() == Some(&state.current))
    }

    /// The credential to use next; on disk when this returns.
    fn next(&self) -> Result<Credential, FileError> {
        if let Some(next) = self.state().next.clone() {
            return Ok(next);
        }
        let next = file::make()?;
        self.save(&self.current(), Some(&next))?;
        self.state().next = Some(next.clone());
        Ok(next)
    }

    /// The server knows the next one: it is the only one from now on, first on disk.
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
