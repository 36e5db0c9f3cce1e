//! Opens a lane's barrier on an operator's order or in a fire: once, at once or not at all.

use std::sync::Arc;
use std::time::{Duration, Instant};

use devices::make::OpeningMethod;
use domain::access::{AccessDecision, ORDERED_DISPLAY, display_text};
use domain::time::{Clock, Timestamp};
use protocol::mqtt::{
    ControllerCommand, ControllerCommandKind, ControllerEvent, DisplayContent, MqttTopic, OPEN_TTL_MS,
    VERSION,
};
use protocol::order::{RemoteOpening, RemoteOrderCause, RemoteOrderOutcome, RemoteOrderResult};
use tokio::sync::mpsc;

use crate::box_clock::BoxClock;
use crate::config::{LaneConfig, LaneMake};
use crate::driver::{BrokerCameras, DeviceOpener, DeviceOpeners};
use crate::garage::{EventArrival, GarageState, order_event_id, reading_by_hand};
use crate::lane::{RecordTime, entry};
use crate::metric::GatewayMetrics;
use crate::mqtt::{BrokerPublisher, MqttRetention};
use crate::outbox::entry::OutboxEntry;

/// Controllers send a heartbeat every 10 s; this is three of them.
const CONTROLLER_TIMEOUT: Duration = Duration::from_secs(30);

/// The reason for an opening without a reading.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum OpenReason {
    Operator(Option<NamedCar>),
    Fire,
}

/// A car that a person has named: the event to record, and the decision under which it is admitted.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NamedCar {
    event: ControllerEvent,
    decision: AccessDecision,
}

const OPENED: RemoteOrderOutcome = RemoteOrderOutcome { state: RemoteOrderResult::Opened, cause: None };
const EXPIRED: RemoteOrderOutcome = RemoteOrderOutcome { state: RemoteOrderResult::Expired, cause: None };

const fn refused(cause: RemoteOrderCause) -> RemoteOrderOutcome {
    RemoteOrderOutcome { state: RemoteOrderResult::Refused, cause: Some(cause) }
}

pub(crate) struct BarrierOpener {
    pub lanes: Vec<LaneConfig>,
    pub openers: DeviceOpeners,
    pub cameras: Arc<BrokerCameras>,
    pub garage: Arc<GarageState>,
    pub clock: Arc<dyn Clock>,
    pub box_clock: Arc<BoxClock>,
    pub broker: BrokerPublisher,
    /// To the outbox writer.
    pub entries: mpsc::Sender<OutboxEntry>,
    pub meter: GatewayMetrics,
}

impl BarrierOpener {
    /// Like [`Self::open`]. A plate that the order names is recorded as a reading of this lane's device.
    pub(crate) async fn let_in(&self, order: &RemoteOpening, due: Instant) -> RemoteOrderOutcome {
        let lane = self.lanes.iter().find(|lane| lane.id == order.lane);
        let named = lane.and_then(|lane| self.named(lane, order));
        let outcome = self.open(order, due, &OpenReason::Operator(named.clone())).await;
        if outcome.state == RemoteOrderResult::Opened
            && let Some((lane, named)) = lane.zip(named)
        {
            self.record(lane, named).await;
        }
        outcome
    }

    fn named(&self, lane: &LaneConfig, order: &RemoteOpening) -> Option<NamedCar> {
        let now = self.clock.now();
        let event = reading_by_hand(order_event_id(order.id)?, order.plate.as_ref()?, now);
        let decision = self.garage.judge(lane, &event, self.arrival(now));
        Some(NamedCar { event, decision })
    }

    /// Waits for a place in the queue, because no device would resend the event.
    async fn record(&self, lane: &LaneConfig, NamedCar { event, decision }: NamedCar) {
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
    fn arrival(&self, now: Timestamp) -> EventArrival {
        EventArrival {
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
    pub(crate) async fn open(
        &self,
        order: &RemoteOpening,
        due: Instant,
        why: &OpenReason,
    ) -> RemoteOrderOutcome {
        let left = due.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return EXPIRED;
        }
        let Some(lane) = self.lanes.iter().find(|lane| lane.id == order.lane) else {
            return refused(RemoteOrderCause::NoSuchLane);
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
                refused(RemoteOrderCause::OnlyAnswers)
            }
        }
    }

    async fn request(
        &self,
        lane: &LaneConfig,
        order: &RemoteOpening,
        opener: &DeviceOpener,
        due: Instant,
    ) -> RemoteOrderOutcome {
        match opener.open(due).await {
            Ok(()) => {
                self.garage.did_open(lane);
                OPENED
            }
            Err(error) => {
                self.meter.device_unopened();
                tracing::warn!(garage.id = %self.meter.garage(), lane.id = %lane.id, order.id = %order.id, %error, "device open request failed; barrier state unknown");
                refused(RemoteOrderCause::DeviceFailed)
            }
        }
    }

    fn publish_now(&self, lane: &LaneConfig, order: &RemoteOpening) -> RemoteOrderOutcome {
        let now = self.clock.now();
        let Some(command) = self.cameras.open(&lane.id, now) else {
            return refused(RemoteOrderCause::Other);
        };
        if let Err(error) = self.broker.publish_now(command.topic, command.payload) {
            self.meter.publish_dropped("command");
            tracing::warn!(garage.id = %self.meter.garage(), lane.id = %lane.id, order.id = %order.id, %error, "open command not published");
            return refused(RemoteOrderCause::BrokerAway);
        }
        RemoteOrderOutcome {
            cause: self.is_silent(lane, now).then_some(RemoteOrderCause::DeviceSilent),
            ..OPENED
        }
    }

    async fn publish(
        &self,
        lane: &LaneConfig,
        order: &RemoteOpening,
        left: Duration,
        why: &OpenReason,
    ) -> RemoteOrderOutcome {
        let now = self.clock.now();
        let command = command(lane, (order, why), left, now);
        let Some(payload) = command.and_then(|command| serde_json::to_vec(&command).ok()) else {
            return refused(RemoteOrderCause::Other);
        };
        let topic = MqttTopic::Command(self.meter.garage().clone(), lane.device.clone()).to_string();
        if let Err(error) = self.broker.publish(topic, MqttRetention::Transient, payload).await {
            self.meter.publish_dropped("command");
            tracing::warn!(garage.id = %self.meter.garage(), lane.id = %lane.id, order.id = %order.id, %error, "open command not published");
            return refused(RemoteOrderCause::BrokerAway);
        }
        RemoteOrderOutcome {
            cause: self.is_silent(lane, now).then_some(RemoteOrderCause::DeviceSilent),
            ..OPENED
        }
    }

    /// A silent controller may still receive the command.
    fn is_silent(&self, lane: &LaneConfig, now: Timestamp) -> bool {
        let statuses = self.garage.lane_statuses(std::slice::from_ref(lane), now);
        let seen = statuses.first().and_then(|status| status.last_seen_at);
        seen.is_none_or(|seen| now.since(seen) > CONTROLLER_TIMEOUT)
    }
}

fn command(
    lane: &LaneConfig,
    (order, why): (&RemoteOpening, &OpenReason),
    left: Duration,
    now: Timestamp,
) -> Option<ControllerCommand> {
    let (decision, text) = match why {
        OpenReason::Operator(None) => (AccessDecision::open(None), ORDERED_DISPLAY.to_owned()),
        OpenReason::Operator(Some(named)) => {
            (named.decision, display_text(named.decision, lane.direction, now))
        }
        OpenReason::Fire => {
            (AccessDecision::fire(), display_text(AccessDecision::fire(), lane.direction, now))
        }
    };
    let left = u32::try_from(left.as_millis()).unwrap_or(u32::MAX);
    Some(ControllerCommand {
        v: VERSION,
        command_id: order.id.to_string(),
        event_id: order_event_id(order.id)?,
        order: Some(order.id),
        command: ControllerCommandKind::Open,
        issued_at: now,
        ttl_ms: left.min(OPEN_TTL_MS),
        decision,
        display: DisplayContent {
            plate: order.plate.as_ref().map(ToString::to_string).unwrap_or_default(),
            text,
        },
    })
}
