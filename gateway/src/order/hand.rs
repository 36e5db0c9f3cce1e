//! Opens a lane's barrier on an operator's order or in a fire: once, at once or not at all.

use std::sync::Arc;
use std::time::{Duration, Instant};

use devices::make::OpeningMethod;
use domain::access::{Decision, ORDERED_DISPLAY, display_text};
use domain::time::{Clock, Timestamp};
use protocol::mqtt::{Command, CommandKind, ControllerEvent, Display, OPEN_TTL_MS, Topic, VERSION};
use protocol::order::{Cause, Ended, Order, Outcome};
use tokio::sync::mpsc;

use crate::box_clock::BoxClock;
use crate::config::{Lane, LaneMake};
use crate::driver::{Cameras, Opener, Openers};
use crate::garage::{Arrival, Garage, order_event_id, reading_by_hand};
use crate::lane::{RecordTime, entry};
use crate::metric::Meter;
use crate::mqtt::{Broker, Keep};
use crate::outbox::entry::Entry;

/// Controllers send a heartbeat every 10 s; this is three of them.
const SILENT: Duration = Duration::from_secs(30);

/// The reason for an opening without a reading.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Why {
    Ordered(Option<Named>),
    Fire,
}

/// A car that a person has named: the event to record, and the decision under which it is admitted.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Named {
    event: ControllerEvent,
    decision: Decision,
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
    pub box_clock: Arc<BoxClock>,
    pub broker: Broker,
    /// To the outbox writer.
    pub entries: mpsc::Sender<Entry>,
    pub meter: Meter,
}

impl Hand {
    /// Like [`Self::open`]. A plate that the order names is recorded as a reading of this lane's device.
    pub async fn let_in(&self, order: &Order, due: Instant) -> Outcome {
        let lane = self.lanes.iter().find(|lane| lane.id == order.lane);
        let named = lane.and_then(|lane| self.named(lane, order));
        let outcome = self.open(order, due, &Why::Ordered(named.clone())).await;
        if outcome.state == Ended::Opened
            && let Some((lane, named)) = lane.zip(named)
        {
            self.record(lane, named).await;
        }
        outcome
    }

    fn named(&self, lane: &Lane, order: &Order) -> Option<Named> {
        let now = self.clock.now();
        let event = reading_by_hand(order_event_id(order.id)?, order.plate.as_ref()?, now);
        let decision = self.garage.judge(lane, &event, self.arrival(now));
        Some(Named { event, decision })
    }

    /// Waits for a place in the queue, because no device would resend the event.
    async fn record(&self, lane: &Lane, Named { event, decision }: Named) {
        let now = self.clock.now();
        let Some(outcome) = self.garage.let_in(lane, &event, decision, self.arrival(now)) else { return };
        let id = event.event_id.clone();
        let uncertain = self.box_clock.uncertain_time(now);
        let time = RecordTime { now, time_replaced: false, uncertain };
        let entry = entry(lane, (event, id), outcome, time, self.garage.is_offline());
        if self.entries.send(entry).await.is_err() {
            tracing::error!(garage.id = %self.meter.garage(), lane.id = %lane.id, "manually admitted car not recorded");
        }
    }

    /// The barrier has opened before, so the car counts at once.
    fn arrival(&self, now: Timestamp) -> Arrival {
        Arrival {
            at: Instant::now(),
            now: self.box_clock.decision_time(now),
            clock: self.box_clock.trust(now),
            is_live: false,
            time_replaced: false,
            is_pulse: false,
            opening_counts: false,
        }
    }

    /// Opens before `due`, the end of the order's lifetime. After it nothing is sent.
    pub async fn open(&self, order: &Order, due: Instant, why: &Why) -> Outcome {
        let left = due.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return EXPIRED;
        }
        let Some(lane) = self.lanes.iter().find(|lane| lane.id == order.lane) else {
            return refused(Cause::NoSuchLane);
        };
        let LaneMake::Foreign(device) = &lane.make else {
            return self.publish(lane, order, left, why).await;
        };
        if let Some(opener) = self.openers.get(&lane.id) {
            return self.request(lane, order, opener, due).await;
        }
        match device.make.driver().opening() {
            OpeningMethod::Publish => self.publish_now(lane, order),
            OpeningMethod::Reply | OpeningMethod::Request(_) | OpeningMethod::Relay => {
                refused(Cause::OnlyAnswers)
            }
        }
    }

    async fn request(&self, lane: &Lane, order: &Order, opener: &Opener, due: Instant) -> Outcome {
        match opener.open(due).await {
            Ok(()) => {
                self.garage.did_open(lane);
                OPENED
            }
            Err(error) => {
                self.meter.device_unopened();
                tracing::warn!(garage.id = %self.meter.garage(), lane.id = %lane.id, order.id = %order.id, %error, "device open request failed; barrier state unknown");
                refused(Cause::DeviceFailed)
            }
        }
    }

    fn publish_now(&self, lane: &Lane, order: &Order) -> Outcome {
        let now = self.clock.now();
        let Some(command) = self.cameras.open(&lane.id, now) else {
            return refused(Cause::Other);
        };
        if let Err(error) = self.broker.publish_now(command.topic, command.payload) {
            self.meter.publish_dropped("command");
            tracing::warn!(garage.id = %self.meter.garage(), lane.id = %lane.id, order.id = %order.id, %error, "open command not published");
            return refused(Cause::BrokerAway);
        }
        Outcome { cause: self.is_silent(lane, now).then_some(Cause::DeviceSilent), ..OPENED }
    }

    async fn publish(&self, lane: &Lane, order: &Order, left: Duration, why: &Why) -> Outcome {
        let now = self.clock.now();
        let command = command(lane, (order, why), left, now);
        let Some(payload) = command.and_then(|command| serde_json::to_vec(&command).ok()) else {
            return refused(Cause::Other);
        };
        let topic = Topic::Command(self.meter.garage().clone(), lane.device.clone()).to_string();
        if let Err(error) = self.broker.publish(topic, Keep::Transient, payload).await {
            self.meter.publish_dropped("command");
            tracing::warn!(garage.id = %self.meter.garage(), lane.id = %lane.id, order.id = %order.id, %error, "open command not published");
            return refused(Cause::BrokerAway);
        }
        Outcome { cause: self.is_silent(lane, now).then_some(Cause::DeviceSilent), ..OPENED }
    }

    /// A silent controller may still receive the command.
    fn is_silent(&self, lane: &Lane, now: Timestamp) -> bool {
        let statuses = self.garage.lane_statuses(std::slice::from_ref(lane), now);
        let seen = statuses.first().and_then(|status| status.last_seen_at);
        seen.is_none_or(|seen| now.since(seen) > SILENT)
    }
}

fn command(lane: &Lane, (order, why): (&Order, &Why), left: Duration, now: Timestamp) -> Option<Command> {
    let (decision, text) = match why {
        Why::Ordered(None) => (Decision::open(None), ORDERED_DISPLAY.to_owned()),
        Why::Ordered(Some(named)) => (named.decision, display_text(named.decision, lane.direction, now)),
        Why::Fire => (Decision::fire(), display_text(Decision::fire(), lane.direction, now)),
    };
    let left = u32::try_from(left.as_millis()).unwrap_or(u32::MAX);
    Some(Command {
        v: VERSION,
        command_id: order.id.to_string(),
        event_id: order_event_id(order.id)?,
        order: Some(order.id),
        command: CommandKind::Open,
        issued_at: now,
        ttl_ms: left.min(OPEN_TTL_MS),
        decision,
        display: Display { plate: order.plate.as_ref().map(ToString::to_string).unwrap_or_default(), text },
    })
}
