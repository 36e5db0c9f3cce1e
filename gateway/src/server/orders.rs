//! The calls about operators' orders to open.

use std::time::{Duration, Instant};

use protocol::order::{Orders, Outcome};
use reqwest::StatusCode;
use uuid::Uuid;

use super::{CallError, Server, json, succeeded};

/// How long the server is asked to wait. Shorter than an order lives: a link that has died without a word is noticed while the order
/// can still be fetched over another.
const WAIT: Duration = Duration::from_secs(10);

/// On the way, besides the wait.
const MARGIN: Duration = Duration::from_secs(5);

/// Orders with the moment of the question by this machine's monotonic clock.
pub(crate) struct FetchedOrders {
    pub asked: Instant,
    pub answer: Orders,
}

impl Server {
    /// A long poll.
    pub async fn orders(&self, run: Uuid) -> Result<FetchedOrders, CallError> {
        let asked = Instant::now();
        let url = self.order_url(&format!("?run={run}&wait_ms={}", WAIT.as_millis()))?;
        let request = self.client.get(url).timeout(WAIT + MARGIN).bearer_auth(self.token.expose());
        let response = succeeded(request.send().await.map_err(CallError::Unreachable)?).await?;
        Ok(FetchedOrders { asked, answer: json(response).await? })
    }

    pub async fn order_ended(&self, id: Uuid, outcome: Outcome) -> Result<(), CallError> {
        let url = self.order_url(&format!("/{id}"))?;
        let request = self.client.post(url).bearer_auth(self.token.expose()).json(&outcome);
        let response = request.send().await.map_err(CallError::Unreachable)?;
        if response.status() == StatusCode::NO_CONTENT {
            return Ok(());
        }
        succeeded(response).await.map(|_| ())
    }

    fn order_url(&self, rest: &str) -> Result<reqwest::Url, CallError> {
        self.events.join(&format!("/gateway/v1/orders{rest}")).map_err(|_| CallError::Address)
    }
}
