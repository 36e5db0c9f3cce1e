//! From an event to the outbox.

use std::time::{Duration, Instant};

use domain::access::AccessDecision;
use domain::ids::EventId;
use domain::time::Timestamp;
use domain::vehicle::VehicleDetails;
use protocol::mqtt::{ControllerEvent, EventKind, VERSION};
use protocol::uplink::{GateEvent, UncertainTime, UplinkRecordContent};
use sha2::{Digest, Sha256};

use super::{EventReceipt, LaneLoop, LaneLoopState};
use crate::config::LaneConfig;
use crate::driver::EventNote;
use crate::event::RejectedMessage;
use crate::garage::{DedupOutcome, EventArrival, GateEventOutcome};
use crate::outbox::entry::{OutboxEntry, OutboxReply};
use crate::refusals::DeadLetterAllowance;

/// Prefix of the ids of events that the gateway creates for messages that were not understood.
pub(super) const UNREAD: &str = "unread:";

/// The time of an event, as exactly as the box knows it.
#[derive(Debug, Clone)]
pub(crate) struct RecordTime {
    pub now: Timestamp,
    pub time_replaced: bool,
    pub uncertain: Option<UncertainTime>,
}

impl LaneLoop {
    /// `sent_id` is the device's own id, which is acknowledged.
    pub(super) fn record(
        &self,
        lane: &LaneConfig,
        (event, sent_id): (ControllerEvent, EventId),
        outcome: GateEventOutcome,
        receipt: EventReceipt,
    ) {
        self.enqueue(self.entry(lane, (event, sent_id), outcome, receipt));
    }

    pub(super) fn enqueue(&self, entry: OutboxEntry) {
        if let Err(full) = self.entries.try_send(entry) {
            self.meter.outbox_full();
            let lost = full.into_inner();
            if let Some(event) = lost.event_id() {
                self.garage.unstored(&lost.device, event, lost.change());
            }
        }
    }

    pub(super) fn entry(
        &self,
        lane: &LaneConfig,
        (event, sent_id): (ControllerEvent, EventId),
        outcome: GateEventOutcome,
        receipt: EventReceipt,
    ) -> OutboxEntry {
        let time = RecordTime {
            now: receipt.now,
            time_replaced: receipt.note.time_replaced,
            uncertain: self.box_clock.uncertain_time(receipt.now),
        };
        entry(lane, (event, sent_id), outcome, time, self.garage.is_offline())
    }

    /// Records the result of an open request: the second event of its reading.
    pub(super) fn opening_ended(
        &self,
        lane: &LaneConfig,
        (reading, counts): (EventId, bool),
        result: Result<(), String>,
        state: &mut LaneLoopState,
    ) {
        let now = self.clock.now();
        match &result {
            Ok(()) => self.garage.did_open(lane),
            Err(detail) => {
                self.meter.device_unopened();
                tracing::warn!(garage.id = %self.meter.garage(), lane.id = %lane.id, event.id = %reading, detail, "device open request failed; barrier state unknown");
                self.garage.did_not_open(lane, detail, now);
                state.last_cars.did_not_open(lane);
            }
        }
        let kind = if result.is_ok() { EventKind::Opened } else { EventKind::NotOpened };
        let Some(event) = opening_event(reading, kind, now) else { return };
        let receipt =
            EventReceipt { at: Instant::now(), is_retained: false, now, note: EventNote::default() };
        let arrival = EventArrival { opening_counts: counts, ..self.arrival(receipt, true) };
        let DedupOutcome::New(outcome) = self.garage.register(lane, &event, arrival).novelty else { return };
        self.meter.event(kind, label(&outcome));
        let id = event.event_id.clone();
        let entry = self.entry(lane, (event, id), outcome, receipt);
        let (entries, garage) = (self.entries.clone(), self.meter.garage().clone());
        // Waits for a place in the queue, because no device would resend it.
        self.tasks.0.spawn(async move {
            if entries.send(entry).await.is_err() {
                tracing::error!(garage.id = %garage, "barrier outcome not recorded: the gateway stops");
            }
        });
    }

    /// Beyond a device's allowance a rejected message is neither stored nor acknowledged. A real event among such
    /// messages is sent again.
    pub(super) fn refused(
        &self,
        refusal: RejectedMessage,
        allowance: &mut DeadLetterAllowance,
        now: Timestamp,
    ) {
        let code = refusal.letter.code;
        if !allowance.take(&refusal, Instant::now()) {
            return self.meter.dead_letter_dropped(code);
        }
        self.meter.dead_letter(code);
        let device = refusal.device.as_ref().map(ToString::to_string);
        tracing::warn!(garage.id = %self.meter.garage(), device.id = device, ?code, detail = refusal.letter.detail, "message rejected; stored as a dead letter");
        if let Some(entry) = refusal.into_entry(now)
            && self.entries.try_send(entry).is_err()
        {
            self.meter.outbox_full();
        }
    }
}

fn opening_event(reading: EventId, kind: EventKind, now: Timestamp) -> Option<ControllerEvent> {
    let mut hash = Sha256::new();
    hash.update(reading.as_str().as_bytes());
    let word = if kind == EventKind::Opened { "opened" } else { "not-opened" };
    let digits: String = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    Some(ControllerEvent {
        v: VERSION,
        event_id: EventId::parse(&format!("{word}:{digits}")).ok()?,
        kind,
        plate: None,
        confidence: 100,
        occurred_at: now,
        age_ms: 0,
        related_event_id: Some(reading),
        vehicle: VehicleDetails::default(),
    })
}

/// Builds the outbox entry; `sent_id` is acknowledged.
pub(crate) fn entry(
    lane: &LaneConfig,
    (event, sent_id): (ControllerEvent, EventId),
    outcome: GateEventOutcome,
    time: RecordTime,
    offline: bool,
) -> OutboxEntry {
    // The controller does not know the id of an event that the gateway created.
    let is_own = event.event_id.as_str().starts_with(UNREAD);
    let answer = if is_own { OutboxReply::None } else { OutboxReply::Stored(sent_id) };
    OutboxEntry {
        device: lane.device.clone(),
        received_at: time.now,
        delta: outcome.delta,
        audience: outcome.audience,
        answer,
        what: UplinkRecordContent::Event(gate_event(lane, event, outcome, time, offline)),
    }
}

fn gate_event(
    lane: &LaneConfig,
    event: ControllerEvent,
    outcome: GateEventOutcome,
    time: RecordTime,
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
        happened_at: time.now - Duration::from_millis(event.age_ms),
        decision: outcome.decision,
        offline,
        related_event_id: event.related_event_id,
        delta: outcome.delta,
        vehicle: event.vehicle,
        time_replaced: time.time_replaced,
        uncertain_time: time.uncertain,
        rereads: outcome.rereads,
    }
}

pub(super) const fn label(outcome: &GateEventOutcome) -> &'static str {
    match outcome.decision {
        Some(AccessDecision::Open { .. }) => "open",
        Some(AccessDecision::Refuse { .. }) => "refuse",
        Some(AccessDecision::Review { .. }) => "review",
        None => "recorded",
    }
}
