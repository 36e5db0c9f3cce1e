//! The lane loop: a message comes in, a command goes out at once, the record goes to the disk.
//!
//! The command waits for neither disk nor server; the acknowledgement is sent by the outbox writer's side, after the
//! commit (invariant 1). A repeated event is acknowledged again and opens nothing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::access::{Decision, display_text};
use domain::time::{Clock, Timestamp};
use protocol::mqtt::{
    Command, CommandKind, ControllerEvent, Display, EventKind, OPEN_TTL_MS, Topic, VERSION,
};
use protocol::uplink::{GateEvent, What};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::config::{Lane, Make};
use crate::driver::{Cameras, Desk, FromDevice, Notice, ahead_ms};
use crate::event::{Incoming, Intake, Refusal};
use crate::garage::{Garage, Meeting, Outcome};
use crate::metric::Meter;
use crate::mqtt::{Broker, Keep, Message};
use crate::outbox::entry::{Answer, Entry};
use crate::outbox::writer::Answers;
use crate::pace::Pace;
use crate::refusals::Allowance;

pub(crate) struct LaneLoop {
    pub intake: Intake,
    pub garage: Arc<Garage>,
    pub clock: Arc<dyn Clock>,
    pub broker: Broker,
    /// For devices that wait for their answer themselves.
    pub desk: Desk,
    pub cameras: Arc<Cameras>,
    /// To the outbox writer; full means that the event stays with its controller.
    pub entries: mpsc::Sender<Entry>,
    pub answers: Answers,
    pub meter: Meter,
    /// Of one device.
    pub events_per_second: u32,
}

/// How much of each device is taken.
struct Limits {
    refusals: Allowance,
    events: Pace,
}

impl LaneLoop {
    pub async fn run(
        self,
        mut inbound: mpsc::Receiver<Message>,
        mut devices: mpsc::Receiver<FromDevice>,
        stop: CancellationToken,
    ) {
        let mut limits = Limits { refusals: Allowance::default(), events: Pace::new(self.events_per_second) };
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                Some(message) = inbound.recv() => self.message(message, &mut limits).await,
                Some(said) = devices.recv() => self.said(said, &mut limits).await,
                else => return,
            }
        }
    }

    async fn message(&self, message: Message, limits: &mut Limits) {
        let now = self.clock.now();
        if let Some(said) = self.cameras.read(&message, now, &self.meter) {
            for said in said {
                self.said(said, limits).await;
            }
            return;
        }
        match self.intake.parse(&message.topic, &message.payload, now) {
            Ok(Incoming::Event(lane, event)) => {
                let there = event.occurred_at + Duration::from_millis(event.age_ms);
                let notice = Notice { clock_ahead_ms: Some(ahead_ms(there, now)), ..Notice::default() };
                self.garage.noticed(&lane.device, &notice);
                let met = Met { at: message.at, retained: message.retained, now };
                self.event(lane, event, met, limits).await;
            }
            Ok(Incoming::Status(lane, status)) => self.garage.reported(&lane.device, status, now),
            Err(refusal) => self.refused(*refusal, &mut limits.refusals, now),
        }
    }

    async fn said(&self, said: FromDevice, limits: &mut Limits) {
        let now = self.clock.now();
        match said {
            FromDevice::Event { lane, event, at } => {
                self.event(&lane, event, Met { at, retained: false, now }, limits).await
            }
            FromDevice::Status { lane, status } => self.garage.reported(&lane.device, status, now),
            FromDevice::Noticed { lane, notice } => self.garage.noticed(&lane.device, &notice),
            FromDevice::Refused(refusal) => self.refused(refusal, &mut limits.refusals, now),
        }
    }

    async fn event(&self, lane: &Lane, event: ControllerEvent, met: Met, limits: &mut Limits) {
        let now = met.now;
        self.garage.heard(&lane.device, now);
        // What a fire input says is never too much.
        let is_fire = matches!(event.kind, EventKind::Fire | EventKind::FireOver);
        if !is_fire && !limits.events.admits(&lane.device, Instant::now()) {
            return self.meter.over_pace();
        }
        let event = self.garage.named(lane, event, now);
        let meeting = self.garage.meet(lane, &event, now);
        if !matches!(meeting, Meeting::New(_)) {
            self.desk.decided(&lane.device, &event.event_id, None);
        }
        match meeting {
            Meeting::New(outcome) => {
                self.command(lane, &event, outcome.decision, met).await;
                self.meter.event(event.kind, label(outcome));
                self.record(lane, event, outcome, now);
            }
            Meeting::Lost(outcome) => self.record(lane, event, outcome, now),
            Meeting::Queued => self.meter.event(event.kind, "duplicate"),
            Meeting::Stored => {
                self.meter.event(event.kind, "duplicate");
                let answer = Answer::Stored(event.event_id);
                if self.answers.try_send((lane.device.clone(), answer)).is_err() {
                    self.meter.publish_dropped("ack");
                }
            }
        }
    }

    async fn command(&self, lane: &Lane, event: &ControllerEvent, decision: Option<Decision>, met: Met) {
        // A car of long ago is gone: nobody is there to read the display either.
        let decision = decision.filter(|_| is_live(event, met));
        if let Make::Posting(_) = lane.make {
            self.desk.decided(&lane.device, &event.event_id, decision);
        }
        let Some(decision) = decision else { return };
        match lane.make {
            Make::Native => self.publish(lane, event, decision, met.now).await,
            Make::Publishing(_) if decision.opens() => self.open(lane, event, met.now),
            Make::Publishing(_) | Make::Posting(_) => {}
        }
        self.meter.decision(met.at.elapsed());
        tracing::debug!(lane.id = %lane.id, event.id = %event.event_id, plate = event.plate, ?decision, "decided");
    }

    fn open(&self, lane: &Lane, event: &ControllerEvent, now: Timestamp) {
        let Some((topic, payload)) = self.cameras.open(&lane.id, now) else { return };
        if let Err(error) = self.broker.publish_now(topic, payload) {
            self.meter.publish_dropped("command");
            tracing::warn!(garage.id = %self.meter.garage(), lane.id = %lane.id, event.id = %event.event_id, %error, "a command was given up");
        }
    }

    async fn publish(&self, lane: &Lane, event: &ControllerEvent, decision: Decision, now: Timestamp) {
        let kind = if decision.opens() { CommandKind::Open } else { CommandKind::Show };
        let command = command(lane, event, kind, decision, now);
        let Ok(payload) = serde_json::to_vec(&command) else { return };
        let topic = Topic::Command(self.meter.garage().clone(), lane.device.clone()).to_string();
        if let Err(error) = self.broker.publish(topic, Keep::Transient, payload).await {
            self.meter.publish_dropped("command");
            tracing::warn!(garage.id = %self.meter.garage(), lane.id = %lane.id, event.id = %event.event_id, %error, "a command was given up");
        }
    }

    fn record(&self, lane: &Lane, event: ControllerEvent, outcome: Outcome, now: Timestamp) {
        let entry = entry(lane, event, outcome, now, self.garage.is_offline());
        if let Err(full) = self.entries.try_send(entry) {
            self.meter.outbox_full();
            let lost = full.into_inner();
            if let Answer::Stored(event) = &lost.answer {
                self.garage.lost(&lost.device, event, lost.change());
            }
        }
    }

    /// Beyond a device's allowance nothing is stored and so nothing answered: a real event among the refused ones will
    /// be sent again.
    fn refused(&self, refusal: Refusal, allowance: &mut Allowance, now: Timestamp) {
        let code = refusal.letter.code;
        if !allowance.take(&refusal, Instant::now()) {
            return self.meter.dead_letter_dropped(code);
        }
        self.meter.dead_letter(code);
        let device = refusal.device.as_ref().map(ToString::to_string);
        tracing::warn!(garage.id = %self.meter.garage(), device.id = device, ?code, detail = refusal.letter.detail, "a message was refused");
        if let Some(entry) = refusal.into_entry(now)
            && self.entries.try_send(entry).is_err()
        {
            self.meter.outbox_full();
        }
    }
}

/// How and when an event came.
#[derive(Debug, Clone, Copy)]
struct Met {
    at: Instant,
    /// The broker had kept it.
    retained: bool,
    now: Timestamp,
}

/// Whether the car can still be waiting: its time at the controller and here is within the open command's life, and
/// the broker has not kept the message for an unknown time.
fn is_live(event: &ControllerEvent, met: Met) -> bool {
    let here = u64::try_from(met.at.elapsed().as_millis()).unwrap_or(u64::MAX);
    !met.retained && event.age_ms.saturating_add(here) <= u64::from(OPEN_TTL_MS)
}

fn command(
    lane: &Lane,
    event: &ControllerEvent,
    command: CommandKind,
    decision: Decision,
    now: Timestamp,
) -> Command {
    Command {
        v: VERSION,
        command_id: Uuid::new_v4().to_string(),
        event_id: event.event_id.clone(),
        order: None,
        command,
        issued_at: now,
        ttl_ms: OPEN_TTL_MS,
        decision,
        display: Display {
            plate: event.plate.clone().unwrap_or_default(),
            text: display_text(decision, lane.direction, now),
        },
    }
}

/// As it goes into the outbox.
pub(crate) fn entry(
    lane: &Lane,
    event: ControllerEvent,
    outcome: Outcome,
    now: Timestamp,
    offline: bool,
) -> Entry {
    Entry {
        device: lane.device.clone(),
        received_at: now,
        delta: outcome.delta,
        audience: outcome.audience,
        answer: Answer::Stored(event.event_id.clone()),
        what: What::Event(gate_event(lane, event, outcome, now, offline)),
    }
}

fn gate_event(
    lane: &Lane,
    event: ControllerEvent,
    outcome: Outcome,
    now: Timestamp,
    offline: bool,
) -> GateEvent {
    GateEvent {
        event_id: event.event_id,
        kind: event.kind,
        lane: lane.id.clone(),
        direction: lane.direction,
        plate: event.plate,
        confidence: event.confidence,
        occurred_at: event.occurred_at,
        happened_at: now - Duration::from_millis(event.age_ms),
        decision: outcome.decision,
        offline,
        of: event.of,
        delta: outcome.delta,
        vehicle: event.vehicle,
        time_replaced: false,
        uncertain_time: None,
        rereads: None,
    }
}

const fn label(outcome: Outcome) -> &'static str {
    match outcome.decision {
        Some(Decision::Open { .. }) => "open",
        Some(Decision::Refuse { .. }) => "refuse",
        Some(Decision::Review { .. }) => "review",
        None => "recorded",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use domain::ids::EventId;

    use super::*;

    fn live(age_ms: u64, retained: bool) -> bool {
        let event = ControllerEvent {
            v: VERSION,
            event_id: EventId::parse("e").unwrap(),
            kind: EventKind::Plate,
            plate: None,
            confidence: 100,
            occurred_at: Timestamp::from_micros(0),
            age_ms,
            of: None,
            vehicle: domain::vehicle::VehicleDetails::default(),
        };
        is_live(&event, Met { at: Instant::now(), retained, now: Timestamp::from_micros(0) })
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
