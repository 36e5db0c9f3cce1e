//! Replaces the box's credential when the server requests it, and completes a replacement that a crash interrupted.

use std::sync::Arc;
use std::time::Duration;

use protocol::enrolment::Credential;
use reqwest::StatusCode;
use service::retry::Backoff;
use tokio::task::{JoinError, spawn_blocking};
use tokio_util::sync::CancellationToken;

use super::Identity;
use super::file::FileError;
use crate::cause::causes;
use crate::metric::Meter;
use crate::server::{CallError, Server};

const RETRY_BASE: Duration = Duration::from_secs(1);
/// Long retry delay: the replacement has weeks of time.
const RETRY_CAP: Duration = Duration::from_secs(300);

/// Error of a credential renewal.
#[derive(Debug, thiserror::Error)]
enum RenewalError {
    #[error("the new credential cannot be kept")]
    File(#[from] FileError),
    #[error("the server did not take the new credential")]
    Call(#[from] CallError),
    #[error("the disk's task has failed")]
    Task(#[from] JoinError),
}

pub(crate) struct Renewal {
    pub server: Server,
    pub identity: Arc<Identity>,
    pub meter: Meter,
}

impl Renewal {
    pub async fn run(self, stop: CancellationToken) {
        let mut backoff = Backoff::new("credential", RETRY_BASE, RETRY_CAP);
        while stop.run_until_cancelled(self.identity.due()).await.is_some() {
            match stop.run_until_cancelled(self.renew()).await {
                None => return,
                Some(Ok(())) => {
                    backoff.reset();
                    tracing::info!(garage.id = %self.meter.garage(), "server credential renewed");
                }
                Some(Err(error)) => {
                    self.failed(&error, backoff.attempts());
                    let _ = stop.run_until_cancelled(tokio::time::sleep(backoff.next_delay())).await;
                }
            }
        }
    }

    fn failed(&self, error: &RenewalError, earlier: u32) {
        let why = match error {
            RenewalError::Call(call) => call.label(),
            RenewalError::File(_) | RenewalError::Task(_) => "disk".to_owned(),
        };
        self.meter.renewal_failed(why);
        if earlier == 0 {
            let cause = causes(error);
            tracing::warn!(garage.id = %self.meter.garage(), %error, cause, "server credential renewal failed; will retry");
        }
    }

    async fn renew(&self) -> Result<(), RenewalError> {
        let identity = self.identity.clone();
        let next = spawn_blocking(move || identity.next()).await??;
        self.offer(&next).await?;
        let identity = self.identity.clone();
        Ok(spawn_blocking(move || identity.adopt(&next)).await??)
    }

    /// Registers the next credential with the present one. A server that no longer knows the present one has already
    /// seen the next one in use.
    async fn offer(&self, next: &Credential) -> Result<(), CallError> {
        match self.server.offer(self.identity.current().expose(), next).await {
            Err(CallError::Status { status: StatusCode::UNAUTHORIZED, .. }) => {
                self.server.offer(next.expose(), next).await
            }
            answer => answer,
        }
    }
}
