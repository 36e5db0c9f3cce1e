//! Messages of a lane's own device that were not understood (invariant 11). An exit opens. At an entry a car waits if
//! the message resembles a reading. In both cases a person sees the message.

use std::time::Duration;

use domain::ids::EventId;
use domain::occupancy::LaneDirection;
use domain::time::Timestamp;
use domain::vehicle::VehicleDetails;
use protocol::mqtt::{ControllerEvent, EventKind, OPEN_TTL_MS, VERSION};
use sha2::{Digest, Sha256};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::{EventReceipt, LaneLoop, LaneLoopState, record};
use crate::config::LaneConfig;
use crate::driver::{EventNote, UnrecognizedMessageReply};
use crate::event::RejectedMessage;
use crate::garage::{DedupOutcome, ExitOpening};
use crate::unrecognized::UnrecognizedMessage;

impl LaneLoop {
    pub(super) async fn not_understood(
        &self,
        lane: &LaneConfig,
        message: UnrecognizedMessage,
        verdict: Option<oneshot::Sender<UnrecognizedMessageReply>>,
        state: &mut LaneLoopState,
    ) {
        let now = self.clock.now();
        let reply = |answer| {
            if let Some(verdict) = verdict {
                // An error means that the request has ended.
                let _ = verdict.send(answer);
            }
        };
        // A mark as "no reading" does not apply to a message that resembles one.
        let is_marked = self.garage.is_no_reading(&lane.device, &message.shape.id);
        if is_marked && !message.shape.resembles_reading {
            self.meter.device_said("marked_as_no_reading");
            return reply(UnrecognizedMessageReply::StaysShut);
        }
        self.garage.raise_not_understood(lane, message.shape.clone(), &message.fault, now);
        let refusal = RejectedMessage::of_unread(lane.device.clone(), &message);
        self.refused(refusal, &mut state.refusals, now);
        if message.is_stale {
            return reply(UnrecognizedMessageReply::StaysShut);
        }
        match lane.direction {
            LaneDirection::Out => reply(self.at_exit(lane, &message, now).await),
            LaneDirection::In => {
                reply(UnrecognizedMessageReply::StaysShut);
                if message.shape.resembles_reading
                    && self.garage.unread_is_new(lane, &message.digest, message.at)
                {
                    self.waits_at_entry(lane, &message, now, state).await;
                }
            }
        }
    }

    async fn at_exit(
        &self,
        lane: &LaneConfig,
        message: &UnrecognizedMessage,
        now: Timestamp,
    ) -> UnrecognizedMessageReply {
        match self.garage.unread_at_exit(lane, &message.digest, self.unread_pace, message.at) {
            // The device has not received the reply, and its car is still present.
            ExitOpening::Repeated { ago } if ago < Duration::from_millis(OPEN_TTL_MS.into()) => {
                UnrecognizedMessageReply::OpenAfter(Duration::ZERO)
            }
            ExitOpening::Repeated { .. } => UnrecognizedMessageReply::StaysShut,
            ExitOpening::Planned(pause) => {
                self.record_unread(lane, message, now);
                UnrecognizedMessageReply::OpenAfter(pause)
            }
            ExitOpening::After(pause) => {
                let event_id = command_id(message);
                if let Some(event_id) = event_id {
                    self.open_after(lane, event_id, pause, now).await;
                }
                self.record_unread(lane, message, now);
                UnrecognizedMessageReply::OpenAfter(pause)
            }
        }
    }

    /// The event counts no car; it makes the server doubt the count.
    fn record_unread(&self, lane: &LaneConfig, message: &UnrecognizedMessage, now: Timestamp) {
        let Some(event) = unread_event(message, EventKind::NotUnderstood, now) else { return };
        let receipt = EventReceipt { at: message.at, is_retained: false, now, note: EventNote::default() };
        let registration = self.garage.register(lane, &event, self.arrival(receipt, true));
        if let DedupOutcome::New(outcome) = registration.novelty {
            self.meter.event(event.kind, record::label(&outcome));
            let sent_id = event.event_id.clone();
            self.record(lane, (event, sent_id), outcome, receipt);
        }
    }

    /// Registers a car whose plate was not read. It is decided like a reading, so that a fire opens for it, too.
    async fn waits_at_entry(
        &self,
        lane: &LaneConfig,
        message: &UnrecognizedMessage,
        now: Timestamp,
        state: &mut LaneLoopState,
    ) {
        let Some(event) = unread_event(message, EventKind::Plate, now) else { return };
        let receipt = EventReceipt { at: message.at, is_retained: false, now, note: EventNote::default() };
        self.event(lane, event, receipt, state).await;
    }
}

/// For a native controller: the id by which it knows its event, if that was readable.
fn command_id(message: &UnrecognizedMessage) -> Option<EventId> {
    let own = message.event_id.as_deref().and_then(|id| EventId::parse(id).ok());
    own.or_else(|| unread_id(message))
}

fn unread_event(message: &UnrecognizedMessage, kind: EventKind, now: Timestamp) -> Option<ControllerEvent> {
    Some(ControllerEvent {
        v: VERSION,
        event_id: unread_id(message)?,
        kind,
        plate: None,
        confidence: 0,
        occurred_at: now,
        age_ms: 0,
        related_event_id: None,
        vehicle: VehicleDetails::default(),
    })
}

/// A new id for each arrival; repetitions are detected before.
fn unread_id(message: &UnrecognizedMessage) -> Option<EventId> {
    let mut hash = Sha256::new();
    hash.update(message.digest.as_bytes());
    hash.update(Uuid::new_v4().as_bytes());
    let digits: String = hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    EventId::parse(&format!("{}{digits}", record::UNREAD)).ok()
}
