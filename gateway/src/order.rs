//! Operators' orders to open, fetched by a long poll: the garage needs no door to the outside.
//!
//! An order opens at most once. Within this run its id is remembered; after a crash the server gives the next run nothing that it gave
//! this one, whatever had become of it: the operator then reads that it is not known, looks, and orders again. So the command waits
//! for no disk (invariant 1). How much of an order's life is left is measured by this machine's monotonic clock from the moment of the
//! question: neither machine's idea of the time matters, and an answer that was long on its way opens nothing (invariant 6).

mod hand;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use protocol::order::{Cause, Ended, FireEndOrder, Outcome};
use reqwest::StatusCode;
use service::retry::{Backoff, jittered};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::cause::causes;
use crate::garage::{FireEndRefusal, Garage};
use crate::metric::Meter;
use crate::server::orders::FetchedOrders;
use crate::server::{CallError, Server};
pub(crate) use hand::{Hand, Why};

const RETRY_BASE: Duration = Duration::from_millis(200);
const RETRY_CAP: Duration = Duration::from_secs(5);
/// A server of an earlier version knows no orders; it will be updated some day.
const UNKNOWN_THERE: Duration = Duration::from_secs(60);
/// Between questions that are answered at once with nothing new: another box with this one's token asks, too.
const IDLE_CAP: Duration = Duration::from_secs(2);
/// Longer than any order lives, whatever an answer says.
const LONGEST: Duration = Duration::from_secs(60);
/// Orders that are opened or told of at once; one beyond is asked for again within its life.
const AT_ONCE: usize = 32;
/// Ids that are remembered: more than a garage's operators order within an order's life.
const REMEMBERED: usize = 256;
/// How long an outcome is offered to a server that is away. Later nobody looks.
const TELL_FOR: Duration = Duration::from_secs(300);

pub(crate) struct OrderPoll {
    pub server: Server,
    pub garage: Arc<Garage>,
    pub hand: Arc<Hand>,
    pub meter: Meter,
}

/// What this run has fetched already, oldest first.
#[derive(Debug, Default)]
struct Met(VecDeque<Uuid>);

impl Met {
    /// Whether it is new.
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

impl OrderPoll {
    pub async fn run(self, stop: CancellationToken) {
        let (run, mut met, mut work) = (Uuid::new_v4(), Met::default(), JoinSet::new());
        let mut backoff = Backoff::new("orders", RETRY_BASE, RETRY_CAP);
        let mut idle = Backoff::new("orders_idle", RETRY_BASE, IDLE_CAP);
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

    fn failed(&self, error: &CallError, backoff: &mut Backoff) -> Duration {
        self.meter.uplink_failed("orders", error.label());
        if backoff.attempts() == 0 {
            let cause = causes(error);
            tracing::warn!(garage.id = %self.meter.garage(), %error, cause, "operators' orders cannot be fetched");
        }
        let delay = backoff.next_delay();
        let unknown = matches!(error, CallError::Status { status, .. } if *status == StatusCode::NOT_FOUND);
        if unknown { jittered(UNKNOWN_THERE) } else { delay }
    }

    /// Whether anything was new.
    fn take(
        &self,
        fetched: &FetchedOrders,
        met: &mut Met,
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
                tracing::info!(garage.id = %meter.garage(), lane.id = %order.lane, order.id = %order.id, ?outcome, "an operator's order");
                tell(&server, order.id, outcome, &meter, &stop).await;
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
                tracing::warn!(garage.id = %self.meter.garage(), order.id = %end.id, ?outcome, "order to end the fire alarm");
                let (server, meter, id, stop) =
                    (self.server.clone(), self.meter.clone(), end.id, stop.clone());
                work.spawn(async move { tell(&server, id, outcome, &meter, &stop).await });
            }
        }
        any
    }

    fn end_fire(&self, end: &FireEndOrder, due: Instant) -> Outcome {
        if Instant::now() >= due {
            return Outcome { state: Ended::Expired, cause: None };
        }
        let refused = |cause| Outcome { state: Ended::Refused, cause: Some(cause) };
        match self.garage.end_fire(end.through) {
            Ok(()) => Outcome { state: Ended::FireEnded, cause: None },
            Err(FireEndRefusal::NoFire) => refused(Cause::NoFire),
            Err(FireEndRefusal::InputOn) => refused(Cause::FireInputOn),
            Err(FireEndRefusal::FireAgain) => refused(Cause::FireAgain),
        }
    }
}

/// Until when an order may open: the answer was made no earlier than the wait after the question.
fn due(fetched: &FetchedOrders, expires_in_ms: u64, now: Instant) -> Instant {
    let waited = Duration::from_millis(fetched.answer.waited_ms).min(now.duration_since(fetched.asked));
    let left = Duration::from_millis(expires_in_ms).min(LONGEST);
    fetched.asked + waited + left
}

/// Until the server knows, does not want to, or nobody asks any more.
async fn tell(server: &Server, id: Uuid, outcome: Outcome, meter: &Meter, stop: &CancellationToken) {
    let (mut backoff, since) = (Backoff::new("order_outcome", RETRY_BASE, RETRY_CAP), Instant::now());
    while let Err(error) = server.order_ended(id, outcome).await {
        meter.uplink_failed("order_outcome", error.label());
        let over = since.elapsed() > TELL_FOR || stop.is_cancelled();
        if over || error.is_permanent() {
            tracing::warn!(garage.id = %meter.garage(), order.id = %id, %error, "the server was not told what became of an order");
            return;
        }
        let _ = stop.run_until_cancelled(tokio::time::sleep(backoff.next_delay())).await;
    }
}

const fn label(outcome: Outcome) -> &'static str {
    match outcome.state {
        Ended::Opened => "opened",
        Ended::FireEnded => "fire_ended",
        Ended::Refused => "refused",
        Ended::Expired => "expired",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use domain::ids::LaneId;
    use protocol::order::{Order, Orders};

    use super::*;

    fn fetched(waited_ms: u64, expires_in_ms: u64) -> (FetchedOrders, Order) {
        let order = Order { id: Uuid::nil(), lane: LaneId::parse("in").unwrap(), plate: None, expires_in_ms };
        let answer = Orders { v: 1, waited_ms, orders: vec![order.clone()], fire_ends: Vec::new() };
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
        let mut met = Met::default();
        let ids: Vec<Uuid> = (0..2 * REMEMBERED as u128).map(Uuid::from_u128).collect();
        for id in &ids {
            assert!(met.insert(*id));
            assert!(!met.insert(*id));
        }
        assert_eq!(met.0.len(), REMEMBERED);
    }
}
