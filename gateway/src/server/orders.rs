//! The calls for operators' orders to open.

use std::time::{Duration, Instant};

use protocol::order::{PendingRemoteOrders, RemoteOrderOutcome};
use uuid::Uuid;

use super::{DistrictServerClient, DistrictServerError, json, succeeded};

/// Wait requested from the server. It is shorter than an order's lifetime: a silently dead connection is detected while
/// the order can still be fetched over another.
const WAIT: Duration = Duration::from_secs(10);

/// Transfer time in addition to the wait.
const MARGIN: Duration = Duration::from_secs(5);

/// Orders with the time of the request by this machine's monotonic clock.
pub(crate) struct FetchedOrders {
    pub asked: Instant,
    pub answer: PendingRemoteOrders,
}

impl DistrictServerClient {
    /// A long poll.
    pub(crate) async fn orders(&self, run: Uuid) -> Result<FetchedOrders, DistrictServerError> {
        let asked = Instant::now();
        let mut url = self.orders.clone();
        url.query_pairs_mut()
            .append_pair("run", &run.to_string())
            .append_pair("wait_ms", &WAIT.as_millis().to_string());
        let request = || self.client.get(url.clone()).timeout(WAIT + MARGIN);
        let response = succeeded(self.authorized(request).await?).await?;
        Ok(FetchedOrders { asked, answer: json(response).await? })
    }

    pub(crate) async fn order_ended(
        &self,
        id: Uuid,
        outcome: RemoteOrderOutcome,
    ) -> Result<(), DistrictServerError> {
        let mut url = self.orders.clone();
        url.set_path(&format!("{}/{id}", self.orders.path()));
        let request = || self.client.post(url.clone()).json(&outcome);
        succeeded(self.authorized(request).await?).await.map(|_| ())
    }
}
