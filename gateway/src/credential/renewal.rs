//! Replaces the box's credential when the server requests it, and completes a replacement that a crash interrupted.

use std::sync::Arc;
use std::time::Duration;

use protocol::enrolment::GatewayCredential;
use reqwest::StatusCode;
use service::retry::RetryBackoff;
use tokio::task::{JoinError, spawn_blocking};
use tokio_util::sync::CancellationToken;

use crate::cause::causes;
use crate::identity::{BoxIdentity, CredentialFileError};
use crate::metric::GatewayMetrics;
use crate::server::{DistrictServerClient, DistrictServerError};

const RETRY_BASE: Duration = Duration::from_secs(1);
/// Long retry delay: the replacement has weeks of time.
const RETRY_CAP: Duration = Duration::from_secs(300);

/// Error of a credential renewal.
#[derive(Debug, thiserror::Error)]
enum CredentialRenewalError {
    #[error("the new credential cannot be kept")]
    File(#[from] CredentialFileError),
    #[error("the server did not take the new credential")]
    Call(#[from] DistrictServerError),
    #[error("the disk's task has failed")]
    Task(#[from] JoinError),
}

pub(crate) struct CredentialRenewalTask {
    pub server: DistrictServerClient,
    pub identity: Arc<BoxIdentity>,
    pub meter: GatewayMetrics,
}

impl CredentialRenewalTask {
    pub(crate) async fn run(self, stop: CancellationToken) {
        let mut backoff = RetryBackoff::new("credential", RETRY_BASE, RETRY_CAP);
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

    fn failed(&self, error: &CredentialRenewalError, earlier: u32) {
        let why = match error {
            CredentialRenewalError::Call(call) => call.label(),
            CredentialRenewalError::File(_) | CredentialRenewalError::Task(_) => "disk".to_owned(),
        };
        self.meter.renewal_failed(why);
        if earlier == 0 {
            let cause = causes(error);
            tracing::warn!(garage.id = %self.meter.garage(), %error, cause, "server credential renewal failed; will retry");
        }
    }

    async fn renew(&self) -> Result<(), CredentialRenewalError> {
        let identity = self.identity.clone();
        let next = spawn_blocking(move || identity.next()).await??;
        self.offer(&next).await?;
        let identity = self.identity.clone();
        Ok(spawn_blocking(move || identity.adopt(&next)).await??)
    }

    /// Registers the next credential with the present one. A server that no longer knows the present one has already
    /// seen the next one in use.
    async fn offer(&self, next: &GatewayCredential) -> Result<(), DistrictServerError> {
        match self.server.offer(self.identity.current().expose(), next).await {
            Err(DistrictServerError::Status { status: StatusCode::UNAUTHORIZED, .. }) => {
                self.server.offer(next.expose(), next).await
            }
            answer => answer,
        }
    }
}
