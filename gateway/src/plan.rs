//! Keeps the access plan up to date: polls with its ETag, uses a new plan at once, stores it for the next start.

use std::sync::Arc;
use std::time::Duration;

use domain::time::Clock;
use protocol::mqtt::VERSION;
use service::retry::{RetryBackoff, jittered};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::cause::causes;
use crate::garage::{GarageState, StoredPlan};
use crate::metric::GatewayMetrics;
use crate::server::{DistrictServerClient, DistrictServerError, FetchedPlan};

/// Cap of the retry delay while the server is unreachable.
const RETRY_CAP: Duration = Duration::from_secs(15);

/// Error of a poll.
#[derive(Debug, thiserror::Error)]
enum PlanPollError {
    #[error("the access plan could not be fetched")]
    Call(#[from] DistrictServerError),
    #[error("the server sent a plan of garage `{0}`: is the token another garage's?")]
    OtherGarage(String),
    #[error("the server sent a plan of version {0}; this gateway reads {VERSION}")]
    Version(u8),
}

pub(crate) struct PlanPoll {
    pub server: DistrictServerClient,
    pub garage: Arc<GarageState>,
    pub every: Duration,
    /// To the outbox writer, which stores it.
    pub store: watch::Sender<Option<Arc<StoredPlan>>>,
    pub clock: Arc<dyn Clock>,
    pub meter: GatewayMetrics,
}

impl PlanPoll {
    pub(crate) async fn run(self, stop: CancellationToken) {
        let mut backoff = RetryBackoff::new("plan", self.every, RETRY_CAP.max(self.every));
        let mut was_whole = true;
        while !stop.is_cancelled() {
            let is_whole = self.is_whole();
            if was_whole && !is_whole {
                tracing::error!(garage.id = %self.meter.garage(), "access plan too old; only permitted plates are admitted automatically");
            }
            was_whole = is_whole;
            let delay = match stop.run_until_cancelled(self.poll()).await {
                None => return,
                Some(Ok(())) => {
                    backoff.reset();
                    jittered(self.every)
                }
                Some(Err(error)) => {
                    self.failed(&error, backoff.attempts());
                    backoff.next_delay()
                }
            };
            let _ = stop.run_until_cancelled(tokio::time::sleep(delay)).await;
        }
    }

    fn is_whole(&self) -> bool {
        let Some(plan) = self.garage.plan() else { return true };
        let left = plan.document.plan.valid_until.micros() - self.clock.now().micros();
        self.meter.plan_valid(left);
        left > 0
    }

    fn failed(&self, error: &PlanPollError, earlier: u32) {
        let why = match error {
            PlanPollError::Call(call) => call.label(),
            PlanPollError::OtherGarage(_) | PlanPollError::Version(_) => "wrong_plan".to_owned(),
        };
        self.meter.uplink_failed("plan", why);
        if earlier == 0 {
            let cause = causes(error);
            tracing::warn!(garage.id = %self.meter.garage(), %error, cause, "access plan refresh failed; will retry");
        }
    }

    async fn poll(&self) -> Result<(), PlanPollError> {
        let known = self.garage.plan();
        let etag = known.as_ref().and_then(|plan| plan.etag.as_deref());
        let fetched = self.server.plan(etag).await?;
        self.garage.contact();
        match fetched {
            Some(plan) => self.take(plan),
            None => Ok(()),
        }
    }

    fn take(&self, FetchedPlan { document, etag }: FetchedPlan) -> Result<(), PlanPollError> {
        if document.garage != *self.meter.garage() {
            return Err(PlanPollError::OtherGarage(document.garage.to_string()));
        }
        if document.v != VERSION {
            return Err(PlanPollError::Version(document.v));
        }
        tracing::info!(garage.id = %document.garage, permits = document.plan.permits.len(), valid_until = %document.plan.valid_until, "access plan updated");
        let plan = Arc::new(StoredPlan { document, etag });
        self.garage.set_plan(plan.clone());
        self.store.send_replace(Some(plan));
        Ok(())
    }
}
