//! From a decision to the barrier: by a command, by the reply to a waiting device, or by a request to the device.

use std::time::{Duration, Instant};

use devices::make::OpeningMethod;
use domain::access::{AccessDecision, display_text};
use domain::ids::EventId;
use domain::occupancy::LaneDirection;
use domain::time::Timestamp;
use protocol::mqtt::{
    ControllerCommand, ControllerCommandKind, ControllerEvent, DisplayContent, EventKind, MqttTopic,
    OPEN_TTL_MS, VERSION,
};
use uuid::Uuid;

use super::{EventReceipt, LaneLoop, LaneLoopState};
use crate::config::{LaneConfig, LaneMake};
use crate::driver::DriverMessage;
use crate::garage::{ExitOpening, GateEventOutcome};
use crate::mqtt::MqttRetention;

/// The time for which a reading's car may wait.
const LIFE: Duration = Duration::from_millis(OPEN_TTL_MS as u64);

/// The way in which a lane's barrier is opened.
enum LaneOpeningMethod {
    NativeCommand,
    /// Replies to the pending HTTP request.
    Reply,
    Publish,
    Request,
}

fn lane_opening(lane: &LaneConfig) -> LaneOpeningMethod {
    match &lane.make {
        LaneMake::Native => LaneOpeningMethod::NativeCommand,
        LaneMake::Foreign(device) => match device.make.driver().opening() {
            OpeningMethod::Reply => LaneOpeningMethod::Reply,
            OpeningMethod::Publish => LaneOpeningMethod::Publish,
            OpeningMethod::Request(_) | OpeningMethod::Relay => LaneOpeningMethod::Request,
        },
    }
}

impl LaneLoop {
    /// Executes the decision on a new event.
    pub(super) async fn command(
        &self,
        lane: &LaneConfig,
        (event, sent_id): (&ControllerEvent, &EventId),
        outcome: &GateEventOutcome,
        receipt: EventReceipt,
        state: &mut LaneLoopState,
    ) {
        // The car has gone, and no driver is there to read the display.
        let decision = outcome.decision.filter(|_| super::is_live(event, receipt));
        self.desk.decided(&lane.device, sent_id, decision);
        let Some(decision) = decision else { return };
        if decision.opens() {
            state.last_cars.let_in(lane);
        }
        match lane_opening(lane) {
            LaneOpeningMethod::NativeCommand => {
                self.publish(lane, (event, sent_id), decision, receipt.now).await
            }
            LaneOpeningMethod::Reply => {}
            LaneOpeningMethod::Publish if decision.opens() => {
                if !self.publish_open(lane, receipt.now) {
                    state.last_cars.did_not_open(lane);
                }
            }
            LaneOpeningMethod::Request if decision.opens() => {
                let counts = event.kind == EventKind::Plate && outcome.rereads.is_none();
                self.request_open(lane, (event.event_id.clone(), counts), receipt.at + LIFE);
            }
            LaneOpeningMethod::Publish | LaneOpeningMethod::Request => {}
        }
        self.meter.decision(receipt.at.elapsed());
        tracing::debug!(lane.id = %lane.id, event.id = %event.event_id, plate = event.plate.as_deref(), ?decision, "decided");
    }

    /// Opens an exit for a car whose event exceeds the device's rate limit.
    pub(super) async fn over_pace(&self, lane: &LaneConfig, event: &ControllerEvent, receipt: EventReceipt) {
        let is_car = event.kind == EventKind::Plate && super::is_live(event, receipt);
        if lane.direction != LaneDirection::Out || !is_car {
            return;
        }
        self.desk.decided(&lane.device, &event.event_id, Some(AccessDecision::not_understood()));
        if let ExitOpening::After(pause) = self.garage.plan_exit(lane, self.unread_pace, receipt.at) {
            self.open_after(lane, event.event_id.clone(), pause, receipt.now).await;
        }
    }

    /// Opens a lane for a message that cannot be decided; the reply to a waiting device opens by itself.
    pub(super) async fn open_after(
        &self,
        lane: &LaneConfig,
        event_id: EventId,
        pause: Duration,
        now: Timestamp,
    ) {
        match lane_opening(lane) {
            LaneOpeningMethod::Reply => {}
            LaneOpeningMethod::NativeCommand | LaneOpeningMethod::Publish if !pause.is_zero() => {
                let sender = DelayedOpening { lane: lane.clone(), event_id, pause };
                self.open_later(sender);
            }
            LaneOpeningMethod::NativeCommand => {
                let command = open_command(lane, event_id, AccessDecision::not_understood(), now);
                self.publish_command(lane, &command).await;
            }
            LaneOpeningMethod::Publish => {
                self.publish_open(lane, now);
            }
            LaneOpeningMethod::Request => {
                let due = Instant::now() + pause + LIFE;
                let (lane, openers) = (lane.clone(), self.openers.clone());
                let openings = self.openings.clone();
                self.tasks.0.spawn(async move {
                    tokio::time::sleep(pause).await;
                    let Some(opener) = openers.get(&lane.id) else { return };
                    let result = opener.open(due).await.map_err(|error| error.to_string());
                    let opening = DriverMessage::Opening { lane, reading: event_id, counts: false, result };
                    let _ = openings.send(opening).await;
                });
            }
        }
    }

    fn open_later(&self, DelayedOpening { lane, event_id, pause }: DelayedOpening) {
        let (broker, cameras, clock) = (self.broker.clone(), self.cameras.clone(), self.clock.clone());
        let meter = self.meter.clone();
        self.tasks.0.spawn(async move {
            tokio::time::sleep(pause).await;
            let now = clock.now();
            let sent = match lane_opening(&lane) {
                LaneOpeningMethod::Publish => match cameras.open(&lane.id, now) {
                    Some(command) => broker.publish_now(command.topic, command.payload),
                    None => return,
                },
                LaneOpeningMethod::NativeCommand => {
                    let command = open_command(&lane, event_id, AccessDecision::not_understood(), now);
                    let Ok(payload) = serde_json::to_vec(&command) else { return };
                    let topic = MqttTopic::Command(meter.garage().clone(), lane.device.clone()).to_string();
                    broker.publish(topic, MqttRetention::Transient, payload).await
                }
                LaneOpeningMethod::Reply | LaneOpeningMethod::Request => return,
            };
            if let Err(error) = sent {
                meter.publish_dropped("command");
                tracing::warn!(garage.id = %meter.garage(), lane.id = %lane.id, %error, "open command not published");
            }
        });
    }

    /// Opens in a separate task, because the loop waits for no device.
    fn request_open(&self, lane: &LaneConfig, (reading, counts): (EventId, bool), due: Instant) {
        let Some(opener) = self.openers.get(&lane.id).cloned() else { return };
        let (lane, openings) = (lane.clone(), self.openings.clone());
        self.tasks.0.spawn(async move {
            let result = opener.open(due).await.map_err(|error| error.to_string());
            // Sending fails only while the gateway stops.
            let _ = openings.send(DriverMessage::Opening { lane, reading, counts, result }).await;
        });
    }

    /// Returns whether the broker accepted the command.
    fn publish_open(&self, lane: &LaneConfig, now: Timestamp) -> bool {
        let Some(command) = self.cameras.open(&lane.id, now) else { return false };
        if let Err(error) = self.broker.publish_now(command.topic, command.payload) {
            self.meter.publish_dropped("command");
            tracing::warn!(garage.id = %self.meter.garage(), lane.id = %lane.id, %error, "open command not published");
            self.garage.did_not_open(lane, &format!("the open command was not published: {error}"), now);
            return false;
        }
        true
    }

    async fn publish(
        &self,
        lane: &LaneConfig,
        (event, sent_id): (&ControllerEvent, &EventId),
        decision: AccessDecision,
        now: Timestamp,
    ) {
        let command =
            if decision.opens() { ControllerCommandKind::Open } else { ControllerCommandKind::Show };
        let plate = event.plate.as_deref().unwrap_or_default().to_owned();
        let text = display_text(decision, lane.direction, now);
        let command = ControllerCommand {
            command,
            display: DisplayContent { plate, text },
            ..open_command(lane, sent_id.clone(), decision, now)
        };
        self.publish_command(lane, &command).await;
    }

    async fn publish_command(&self, lane: &LaneConfig, command: &ControllerCommand) {
        let Ok(payload) = serde_json::to_vec(command) else { return };
        let topic = MqttTopic::Command(self.meter.garage().clone(), lane.device.clone()).to_string();
        if let Err(error) = self.broker.publish(topic, MqttRetention::Transient, payload).await {
            self.meter.publish_dropped("command");
            tracing::warn!(garage.id = %self.meter.garage(), lane.id = %lane.id, event.id = %command.event_id, %error, "open command not published");
            if command.command == ControllerCommandKind::Open {
                let detail = format!("the open command was not published: {error}");
                self.garage.did_not_open(lane, &detail, command.issued_at);
            }
        }
    }
}

struct DelayedOpening {
    lane: LaneConfig,
    event_id: EventId,
    pause: Duration,
}

fn open_command(
    lane: &LaneConfig,
    event_id: EventId,
    decision: AccessDecision,
    now: Timestamp,
) -> ControllerCommand {
    ControllerCommand {
        v: VERSION,
        command_id: Uuid::new_v4().to_string(),
        event_id,
        order: None,
        command: ControllerCommandKind::Open,
        issued_at: now,
        ttl_ms: OPEN_TTL_MS,
        decision,
        display: DisplayContent { plate: String::new(), text: display_text(decision, lane.direction, now) },
    }
}
