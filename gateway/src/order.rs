//! Operators' orders to open, fetched by a long poll, so that the garage needs no inbound port.
//!
//! An order opens at most once. This run remembers its id. After a crash the server gives the next run none of the
//! orders that this one received, whatever their outcome; the operator then reads "outcome unknown", looks at the lane,
//! and orders again. So the command waits for no disk (invariant 1). An order's remaining lifetime is measured by this
//! machine's monotonic clock from the moment of the request. It depends on neither machine's wall clock, and a delayed
//! response opens nothing (invariant 6).

mod barrier_opener;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use protocol::order::{FireEndOrder, RemoteOrderCause, RemoteOrderOutcome, RemoteOrderResult};
use reqwest::StatusCode;
use service::retry::{RetryBackoff, jittered};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::cause::causes;
use crate::garage::{FireEndRefusal, GarageState};
use crate::metric::GatewayMetrics;
use crate::server::orders::FetchedOrders;
use crate::server::{DistrictServerClient, DistrictServerError};
pub(crate) use barrier_opener::{BarrierOpener, OpenReason};

const RETRY_BASE: Duration = Duration::from_millis(200);
const RETRY_CAP: Duration = Duration::from_secs(5);
/// Retry delay for a server of an earlier version, which knows no orders until its upgrade.
const UNKNOWN_THERE: Duration = Duration::from_secs(60);
/// Cap of the delay between polls that return at once with nothing new: another box polls with the same token.
const IDLE_CAP: Duration = Duration::from_secs(2);
/// Upper bound of an order's lifetime, whatever a response contains.
const LONGEST: Duration = Duration::from_secs(60);
/// Orders that are executed or reported at once. A further one is fetched again within its lifetime.
const AT_ONCE: usize = 32;
/// Ids in memory: more than a garage's operators order within an order's lifetime.
const REMEMBERED: usize = 256;
/// How long the report of an outcome is retried. Later no operator looks at it.
const OUTCOME_RETRY_LIMIT: Duration = Duration::from_secs(300);

pub(crate) struct RemoteOpenPoll {
    pub server: DistrictServerClient,
    pub garage: Arc<GarageState>,
    pub hand: Arc<BarrierOpener>,
    pub meter: GatewayMetrics,
}

/// Ids that this run has fetched, oldest first.
#[derive(Debug, Default)]
struct FetchedOrderIds(VecDeque<Uuid>);

impl FetchedOrderIds {
    /// Returns whether the id is new.
    fn insert(&mut self, id: Uuid) -> bool {
        if self.0.contains(&id) {
            return false;
        }
        if self.0.len() >= REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back(id);
        true
    }
}

impl RemoteOpenPoll {
    pub(crate) async fn run(self, stop: CancellationToken) {
        let (run, mut met, mut work) = (Uuid::new_v4(), FetchedOrderIds::default(), JoinSet::new());
        let mut backoff = RetryBackoff::new("orders", RETRY_BASE, RETRY_CAP);
        let mut idle = RetryBackoff::new("orders_idle", RETRY_BASE, IDLE_CAP);
        while let Some(fetched) = stop.run_until_cancelled(self.server.orders(run)).await {
            while work.try_join_next().is_some() {}
            let pause = match fetched {
                Ok(fetched) => {
                    backoff.reset();
                    self.garage.contact();
                    let at_once = fetched.asked.elapsed() < RETRY_CAP;
                    if self.take(&fetched, &mut met, &mut work, &stop) || !at_once {
                        idle.reset();
                        continue;
                    }
                    idle.next_delay()
                }
                Err(error) => self.failed(&error, &mut backoff),
            };
            let _ = stop.run_until_cancelled(tokio::time::sleep(pause)).await;
        }
        while work.join_next().await.is_some() {}
    }

    fn failed(&self, error: &DistrictServerError, backoff: &mut RetryBackoff) -> Duration {
        self.meter.uplink_failed("orders", error.label());
        if backoff.attempts() == 0 {
            let cause = causes(error);
            tracing::warn!(garage.id = %self.meter.garage(), %error, cause, "fetching operators' orders failed; will retry");
        }
        let delay = backoff.next_delay();
        let unknown =
            matches!(error, DistrictServerError::Status { status, .. } if *status == StatusCode::NOT_FOUND);
        if unknown { jittered(UNKNOWN_THERE) } else { delay }
    }

    /// Returns whether anything was new.
    fn take(
        &self,
        fetched: &FetchedOrders,
        met: &mut FetchedOrderIds,
        work: &mut JoinSet<()>,
        stop: &CancellationToken,
    ) -> bool {
        let mut any = false;
        for order in &fetched.answer.orders {
            if work.len() >= AT_ONCE {
                break;
            }
            if !met.insert(order.id) {
                continue;
            }
            any = true;
            let due = due(fetched, order.expires_in_ms, Instant::now());
            let (server, hand, meter) = (self.server.clone(), self.hand.clone(), self.meter.clone());
            let (order, stop) = (order.clone(), stop.clone());
            work.spawn(async move {
                let outcome = hand.let_in(&order, due).await;
                meter.order(label(outcome));
                tracing::info!(garage.id = %meter.garage(), lane.id = %order.lane, order.id = %order.id, ?outcome, "operator's open order processed");
                report_outcome(&server, order.id, outcome, &meter, &stop).await;
            });
        }
        for end in &fetched.answer.fire_ends {
            if work.len() >= AT_ONCE {
                break;
            }
            if met.insert(end.id) {
                any = true;
                let due = due(fetched, end.expires_in_ms, Instant::now());
                let outcome = self.end_fire(end, due);
                self.meter.order(label(outcome));
                tracing::warn!(garage.id = %self.meter.garage(), order.id = %end.id, ?outcome, "order to end the fire alarm processed");
                let (server, meter, id, stop) =
                    (self.server.clone(), self.meter.clone(), end.id, stop.clone());
                work.spawn(async move { report_outcome(&server, id, outcome, &meter, &stop).await });
            }
        }
        any
    }

    fn end_fire(&self, end: &FireEndOrder, due: Instant) -> RemoteOrderOutcome {
        if Instant::now() >= due {
            return RemoteOrderOutcome { state: RemoteOrderResult::Expired, cause: None };
        }
        let refused = |cause| RemoteOrderOutcome { state: RemoteOrderResult::Refused, cause: Some(cause) };
        match self.garage.end_fire(end.through) {
            Ok(()) => RemoteOrderOutcome { state: RemoteOrderResult::FireEnded, cause: None },
            Err(FireEndRefusal::NoFire) => refused(RemoteOrderCause::NoFire),
            Err(FireEndRefusal::InputOn) => refused(RemoteOrderCause::FireInputOn),
            Err(FireEndRefusal::FireAgain) => refused(RemoteOrderCause::FireAgain),
        }
    }
}

/// The deadline of an order. The server made the response no earlier than its wait after the request.
fn due(fetched: &FetchedOrders, expires_in_ms: u64, now: Instant) -> Instant {
    let waited = Duration::from_millis(fetched.answer.waited_ms).min(now.duration_since(fetched.asked));
    let left = Duration::from_millis(expires_in_ms).min(LONGEST);
    fetched.asked + waited + left
}

/// Reports an outcome until the server accepts it, rejects it for good, or the time limit ends.
async fn report_outcome(
    server: &DistrictServerClient,
    id: Uuid,
    outcome: RemoteOrderOutcome,
    meter: &GatewayMetrics,
    stop: &CancellationToken,
) {
    let (mut backoff, since) = (RetryBackoff::new("order_outcome", RETRY_BASE, RETRY_CAP), Instant::now());
    while let Err(error) = server.order_ended(id, outcome).await {
        meter.uplink_failed("order_outcome", error.label());
        let over = since.elapsed() > OUTCOME_RETRY_LIMIT || stop.is_cancelled();
        if over || error.is_permanent() {
            tracing::warn!(garage.id = %meter.garage(), order.id = %id, %error, "order outcome not reported to the server");
            return;
        }
        let _ = stop.run_until_cancelled(tokio::time::sleep(backoff.next_delay())).await;
    }
}

const fn label(outcome: RemoteOrderOutcome) -> &'static str {
    match outcome.state {
        RemoteOrderResult::Opened => "opened",
        RemoteOrderResult::FireEnded => "fire_ended",
        RemoteOrderResult::Refused => "refused",
        RemoteOrderResult::Expired => "expired",
    }
}

#[cfg(test)]
mod tests {
    use domain::ids::LaneId;
    use protocol::order::{PendingRemoteOrders, RemoteOpening};

    use super::*;

    fn fetched(waited_ms: u64, expires_in_ms: u64) -> (FetchedOrders, RemoteOpening) {
        let order =
            RemoteOpening { id: Uuid::nil(), lane: LaneId::parse("in").unwrap(), plate: None, expires_in_ms };
        let answer =
            PendingRemoteOrders { v: 1, waited_ms, orders: vec![order.clone()], fire_ends: Vec::new() };
        (FetchedOrders { asked: Instant::now(), answer }, order)
    }

    #[test]
    fn an_orders_life_begins_when_the_server_answered_and_not_when_the_answer_came() {
        let (fetched, order) = fetched(4_000, 30_000);
        let came = fetched.asked + Duration::from_secs(12);
        assert_eq!(due(&fetched, order.expires_in_ms, came), fetched.asked + Duration::from_secs(34));
    }

    #[test]
    fn no_answer_makes_an_order_live_longer_than_any_does() {
        let (fetched, order) = fetched(u64::MAX, u64::MAX);
        let came = fetched.asked + Duration::from_secs(1);
        assert_eq!(due(&fetched, order.expires_in_ms, came), came + LONGEST);
    }

    #[test]
    fn an_order_is_new_once_and_remembering_has_a_bound() {
        let mut met = FetchedOrderIds::default();
        let ids: Vec<Uuid> = (0..2 * REMEMBERED as u128).map(Uuid::from_u128).collect();
        for id in &ids {
            assert!(met.insert(*id));
            assert!(!met.insert(*id));
        }
        assert_eq!(met.0.len(), REMEMBERED);
    }
}
