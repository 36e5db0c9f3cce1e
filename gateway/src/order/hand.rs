//! Opens a lane's barrier because a person has ordered it or it burns: once, at once or not at all.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::access::{Decision, ORDERED_DISPLAY, display_text};
use domain::ids::EventId;
use domain::time::{Clock, Timestamp};
use protocol::mqtt::{Command, CommandKind, Display, OPEN_TTL_MS, Topic, VERSION};
use protocol::order::{Cause, Ended, Order, Outcome};

use crate::config::{Lane, Make};
use crate::driver::{Cameras, Openers};
use crate::garage::Garage;
use crate::metric::Meter;
use crate::mqtt::{Broker, Keep};

/// Controllers say every 10 s that they are there.
const SILENT: Duration = Duration::from_secs(30);

/// Why it opens without a car's having been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    Ordered,
    Fire,
}

const OPENED: Outcome = Outcome { state: Ended::Opened, cause: None };
const EXPIRED: Outcome = Outcome { state: Ended::Expired, cause: None };

const fn refused(cause: Cause) -> Outcome {
    Outcome { state: Ended::Refused, cause: Some(cause) }
}

pub(crate) struct Hand {
    pub lanes: Vec<Lane>,
    pub openers: Openers,
    pub cameras: Arc<Cameras>,
    pub garage: Arc<Garage>,
    pub clock: Arc<dyn Clock>,
    pub broker: Broker,
    pub meter: Meter,
}

impl Hand {
    /// By the end of the order's life; past it nothing is sent.
    pub async fn open(&self, order: &Order, due: Instant, why: Why) -> Outcome {
        let left = due.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return EXPIRED;
        }
        let Some(lane) = self.lanes.iter().find(|lane| lane.id == order.lane) else {
            return refused(Cause::NoSuchLane);
        };
        match (&lane.make, self.openers.get(&lane.id)) {
            (Make::Native, _) => self.publish(lane, order, left, why).await,
            (Make::Posting(_), Some(opener)) => match opener.open().await {
                Ok(()) => OPENED,
                Err(error) => {
                    self.meter.device_unopened();
                    tracing::warn!(garage.id = %self.meter.garage(), lane.id = %lane.id, order.id = %order.id, %error, "a device was asked to open and may not have done so");
                    refused(Cause::DeviceFailed)
                }
            },
            (Make::Posting(_), None) => refused(Cause::OnlyAnswers),
            (Make::Publishing(_), _) => self.publish_now(lane, order),
        }
    }

    fn publish_now(&self, lane: &Lane, order: &Order) -> Outcome {
        let now = self.clock.now();
        let Some((topic, payload)) = self.cameras.open(&lane.id, now) else {
            return refused(Cause::Other);
        };
        if let Err(error) = self.broker.publish_now(topic, payload) {
            self.meter.publish_dropped("command");
            tracing::warn!(garage.id = %self.meter.garage(), lane.id = %lane.id, order.id = %order.id, %error, "an order's command was given up");
            return refused(Cause::BrokerAway);
        }
        Outcome { cause: self.is_silent(lane, now).then_some(Cause::DeviceSilent), ..OPENED }
    }

    async fn publish(&self, lane: &Lane, order: &Order, left: Duration, why: Why) -> Outcome {
        let now = self.clock.now();
        let Some(payload) =
            command(lane, (order, why), left, now).and_then(|command| serde_json::to_vec(&command).ok())
        else {
            return refused(Cause::Other);
        };
        let topic = Topic::Command(self.meter.garage().clone(), lane.device.clone()).to_string();
        if let Err(error) = self.broker.publish(topic, Keep::Transient, payload).await {
            self.meter.publish_dropped("command");
            tracing::warn!(garage.id = %self.meter.garage(), lane.id = %lane.id, order.id = %order.id, %error, "an order's command was given up");
            return refused(Cause::BrokerAway);
        }
        Outcome { cause: self.is_silent(lane, now).then_some(Cause::DeviceSilent), ..OPENED }
    }

    /// It may hear the command all the same.
    fn is_silent(&self, lane: &Lane, now: Timestamp) -> bool {
        let statuses = self.garage.lane_statuses(std::slice::from_ref(lane));
        let seen = statuses.first().and_then(|status| status.last_seen_at);
        seen.is_none_or(|seen| now.since(seen) > SILENT)
    }
}

fn command(lane: &Lane, (order, why): (&Order, Why), left: Duration, now: Timestamp) -> Option<Command> {
    let (decision, text) = match why {
        Why::Ordered => (Decision::open(None), ORDERED_DISPLAY.to_owned()),
        Why::Fire => (Decision::fire(), display_text(Decision::fire(), lane.direction, now)),
    };
    let left = u32::try_from(left.as_millis()).unwrap_or(u32::MAX);
    Some(Command {
        v: VERSION,
        command_id: order.id.to_string(),
        event_id: EventId::parse(&format!("order:{}", order.id)).ok()?,
        order: Some(order.id),
        command: CommandKind::Open,
        issued_at: now,
        ttl_ms: left.min(OPEN_TTL_MS),
        decision,
        display: Display { plate: String::new(), text },
    })
}
