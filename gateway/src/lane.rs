//! The lane loop: receives a message, publishes the command at once, queues the record for the disk.
//!
//! The command waits for neither disk nor server. The outbox writer sends the acknowledgement after the commit
//! (invariant 1). A repeated event is acknowledged again and opens nothing.
//!
//! - `command`: from a decision to the barrier
//! - `not_understood`: messages of a lane's own device that were not understood
//! - `record`: from an event to the outbox

mod command;
mod not_understood;
mod record;

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::time::{Clock, Timestamp};
use protocol::alarm::LaneAlarmKind;
use protocol::mqtt::{ControllerEvent, EventKind, OPEN_TTL_MS};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::box_clock::BoxClock;
use crate::config::{LaneConfig, LaneMake};
use crate::driver::{
    BrokerCameras, DeviceObservation, DeviceOpeners, DriverMessage, EventNote, LastCars, PendingReplies,
    ahead_ms,
};
use crate::event::{ControllerMessage, MessageIntake};
use crate::garage::{DedupOutcome, EventArrival, GarageState};
use crate::metric::GatewayMetrics;
use crate::mqtt::{BrokerPublisher, MqttMessage};
use crate::outbox::entry::{OutboxEntry, OutboxReply};
use crate::outbox::writer::OutboxReplySender;
use crate::pace::DevicePaceLimiter;
use crate::refusals::DeadLetterAllowance;
use crate::watchdog::LoopHeartbeat;

pub(crate) use record::{RecordTime, entry};

/// Interval of the loop without messages, for the watchdog.
const HEARTBEAT: Duration = Duration::from_secs(1);

/// Tasks of concurrent open requests, and records that wait for a place in the queue.
#[derive(Clone, Default)]
pub(crate) struct LaneTasks(TaskTracker);

pub(crate) struct LaneLoop {
    pub intake: MessageIntake,
    pub garage: Arc<GarageState>,
    pub clock: Arc<dyn Clock>,
    pub box_clock: Arc<BoxClock>,
    pub broker: BrokerPublisher,
    /// Replies to devices whose HTTP request is pending.
    pub desk: PendingReplies,
    pub cameras: Arc<BrokerCameras>,
    pub openers: DeviceOpeners,
    /// Results of open requests, back into this loop.
    pub openings: mpsc::Sender<DriverMessage>,
    /// To the outbox writer; if full, the event stays with its controller.
    pub entries: mpsc::Sender<OutboxEntry>,
    pub answers: OutboxReplySender,
    pub meter: GatewayMetrics,
    /// Limit per device.
    pub events_per_second: u32,
    /// Minimum interval between two commands for messages that were not understood.
    pub unread_pace: Duration,
    pub tasks: LaneTasks,
    pub heartbeat: LoopHeartbeat,
}

/// The loop's state of devices.
struct LaneLoopState {
    refusals: DeadLetterAllowance,
    events: DevicePaceLimiter,
    last_cars: LastCars,
}

/// Time and circumstances of an event's receipt.
#[derive(Debug, Clone, Copy)]
struct EventReceipt {
    at: Instant,
    /// The broker had retained the message.
    is_retained: bool,
    now: Timestamp,
    note: EventNote,
}

impl LaneLoop {
    pub(crate) async fn run(
        self,
        mut inbound: mpsc::Receiver<MqttMessage>,
        mut devices: mpsc::Receiver<DriverMessage>,
        stop: CancellationToken,
    ) {
        let mut state = LaneLoopState {
            refusals: DeadLetterAllowance::default(),
            events: DevicePaceLimiter::new(self.events_per_second),
            last_cars: LastCars::default(),
        };
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                Some(message) = inbound.recv() => self.message(message, &mut state).await,
                Some(message) = devices.recv() => self.take(message, &mut state).await,
                () = tokio::time::sleep(HEARTBEAT) => {}
                else => break,
            }
            self.heartbeat.beat();
        }
        self.tasks.0.close();
        self.tasks.0.wait().await;
    }

    async fn message(&self, message: MqttMessage, state: &mut LaneLoopState) {
        let now = self.clock.now();
        if let Some(messages) = self.cameras.read(&message, now, &self.meter) {
            for message in messages {
                self.take(message, state).await;
            }
            return;
        }
        match self.intake.parse(&message.topic, &message.payload, now) {
            Ok(ControllerMessage::Event(lane, parsed)) => {
                let there = parsed.device_time + Duration::from_millis(parsed.event.age_ms);
                let notice =
                    DeviceObservation { clock_ahead_ms: Some(ahead_ms(there, now)), quirks: parsed.quirks };
                self.garage.noticed(&lane.device, &notice);
                for refusal in parsed.faults {
                    self.refused(refusal, &mut state.refusals, now);
                }
                let note = EventNote { time_replaced: parsed.time_replaced, is_pulse: false };
                let receipt = EventReceipt { at: message.at, is_retained: message.retained, now, note };
                self.event(lane, parsed.event, receipt, state).await;
            }
            Ok(ControllerMessage::Status(lane, status)) => self.garage.reported(&lane.device, status, now),
            Ok(ControllerMessage::NotUnderstood(lane, mut unread)) => {
                unread.at = message.at;
                unread.is_stale = message.retained;
                self.not_understood(lane, *unread, None, state).await;
            }
            Err(refusal) => self.refused(*refusal, &mut state.refusals, now),
        }
    }

    async fn take(&self, message: DriverMessage, state: &mut LaneLoopState) {
        let now = self.clock.now();
        match message {
            DriverMessage::Event { lane, event, at, note } => {
                let receipt = EventReceipt { at, is_retained: false, now, note };
                self.event(&lane, event, receipt, state).await;
            }
            DriverMessage::Status { lane, status } => self.garage.reported(&lane.device, status, now),
            DriverMessage::Noticed { lane, notice } => self.garage.noticed(&lane.device, &notice),
            DriverMessage::NotUnderstood { lane, message, verdict } => {
                self.garage.record_contact(&lane.device, now);
                self.not_understood(&lane, *message, verdict, state).await;
            }
            DriverMessage::Alarm { lane, kind, detail } => self.garage.raise(&lane, kind, &detail, now),
            DriverMessage::AlarmEnded { lane, kind } => self.garage.end_alarm(&lane, kind),
            DriverMessage::Opening { lane, reading, counts, result } => {
                self.opening_ended(&lane, (reading, counts), result, state);
            }
        }
    }

    async fn event(
        &self,
        lane: &LaneConfig,
        event: ControllerEvent,
        receipt: EventReceipt,
        state: &mut LaneLoopState,
    ) {
        self.garage.record_contact(&lane.device, receipt.now);
        // The rate limit does not apply to reports of a fire input.
        let is_fire = matches!(event.kind, EventKind::Fire | EventKind::FireOver);
        if !is_fire && !state.events.admits(&lane.device, Instant::now()) {
            self.meter.over_pace();
            return self.over_pace(lane, &event, receipt).await;
        }
        let is_live = is_live(&event, receipt);
        let sent_id = event.event_id.clone();
        let event = match lane.make {
            LaneMake::Native => event,
            LaneMake::Foreign(_) => state.last_cars.merge(lane, event, is_live, receipt.at),
        };
        let event = self.garage.named(lane, event, receipt.now);
        if receipt.note.time_replaced {
            let detail = "the device's time cannot be; the time of receipt replaces it";
            self.garage.raise(lane, LaneAlarmKind::ImplausibleTime, detail, receipt.now);
        }
        let arrival = self.arrival(receipt, is_live);
        let registration = self.garage.register(lane, &event, arrival);
        let event = ControllerEvent { event_id: registration.event_id, ..event };
        match registration.novelty {
            DedupOutcome::New(outcome) => {
                self.command(lane, (&event, &sent_id), &outcome, receipt, state).await;
                self.meter.event(event.kind, record::label(&outcome));
                self.record(lane, (event, sent_id), outcome, receipt);
            }
            DedupOutcome::Unstored(outcome) => {
                self.desk.decided(&lane.device, &sent_id, outcome.decision.filter(|_| is_live));
                self.record(lane, (event, sent_id), outcome, receipt);
            }
            DedupOutcome::Queued(answer) => {
                self.meter.event(event.kind, "duplicate");
                self.desk.decided(&lane.device, &sent_id, answer);
            }
            DedupOutcome::Stored(answer) => {
                self.meter.event(event.kind, "duplicate");
                self.desk.decided(&lane.device, &sent_id, answer);
                if self.answers.try_send((lane.device.clone(), OutboxReply::Stored(sent_id))).is_err() {
                    self.meter.publish_dropped("ack");
                }
            }
        }
    }

    fn arrival(&self, receipt: EventReceipt, is_live: bool) -> EventArrival {
        EventArrival {
            at: receipt.at,
            now: self.box_clock.decision_time(receipt.now),
            clock: self.box_clock.trust(receipt.now),
            is_live,
            time_replaced: receipt.note.time_replaced,
            is_pulse: receipt.note.is_pulse,
            opening_counts: false,
        }
    }
}

/// Whether the car can still be waiting: the event's age at the controller plus its time here is within the open
/// command's lifetime, and the broker has not retained the message for an unknown time.
fn is_live(event: &ControllerEvent, receipt: EventReceipt) -> bool {
    let here = u64::try_from(receipt.at.elapsed().as_millis()).unwrap_or(u64::MAX);
    !receipt.is_retained && event.age_ms.saturating_add(here) <= u64::from(OPEN_TTL_MS)
}

#[cfg(test)]
mod tests {
    use domain::ids::EventId;
    use protocol::mqtt::VERSION;

    use super::*;

    fn live(age_ms: u64, is_retained: bool) -> bool {
        let event = ControllerEvent {
            v: VERSION,
            event_id: EventId::parse("e").unwrap(),
            kind: EventKind::Plate,
            plate: None,
            confidence: 100,
            occurred_at: Timestamp::from_micros(0),
            age_ms,
            related_event_id: None,
            vehicle: domain::vehicle::VehicleDetails::default(),
        };
        let now = Timestamp::from_micros(0);
        is_live(&event, EventReceipt { at: Instant::now(), is_retained, now, note: EventNote::default() })
    }

    #[test]
    fn an_event_older_than_the_commands_life_opens_nothing() {
        assert!(live(0, false));
        assert!(live(7_000, false));
        assert!(!live(8_001, false));
        assert!(!live(u64::MAX, false));
        assert!(!live(0, true));
    }
}
