//! The state of one controller, as a value: events kept, cars expected, counters. Times come in as arguments; the
//! tasks around it only move bytes.

use std::time::{Duration, Instant};

use domain::ids::EventId;
use domain::time::Timestamp;
use protocol::mqtt::{ControllerCommand, ControllerEvent, EventAck, EventKind, VERSION};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::barrier::BarrierModel;
use super::counters::ControllerCounters;
use super::kept::{KeptEvents, OutgoingEvent, ResendPolicy, StoreFullError};
use super::pending::{AckOutcome, CommandAction, EventAckReceipt, FirstCommand, PendingEvent, PendingPass};

/// Events published in one go; a car that arrives during these waits for no more than these.
const ROUND: usize = 32;

/// A moment on both clocks: the wall's for the wire, the monotonic one for ages.
#[derive(Debug, Clone, Copy)]
pub(super) struct ClockReading {
    pub instant: Instant,
    pub wall: Timestamp,
}

impl ClockReading {
    pub(super) fn read() -> Self {
        Self { instant: Instant::now(), wall: chrono::Utc::now().into() }
    }
}

pub(super) struct ControllerState {
    kept: KeptEvents,
    barrier: BarrierModel,
    drive_over: Option<Duration>,
    pub counters: ControllerCounters,
    rng: StdRng,
}

impl ControllerState {
    pub(super) fn new(capacity: usize, resend: ResendPolicy, drive_over: Option<Duration>) -> Self {
        Self {
            kept: KeptEvents::new(capacity, resend),
            barrier: BarrierModel::new(capacity),
            drive_over,
            counters: ControllerCounters::default(),
            rng: StdRng::from_os_rng(),
        }
    }

    pub(super) fn kept(&self) -> usize {
        self.kept.len()
    }

    pub(super) fn plate_read(
        &mut self,
        plate: Option<String>,
        confidence: u8,
        now: ClockReading,
    ) -> Result<PendingEvent, StoreFullError> {
        let event =
            ControllerEvent { plate: plate.map(Into::into), confidence, ..event(EventKind::Plate, now) };
        let event_id = event.event_id.clone();
        let acked = self.keep(event, now)?;
        let (decided, receiver) = oneshot::channel();
        self.barrier.expect(event_id.clone(), decided);
        Ok(PendingEvent { event_id, decided: receiver, acked })
    }

    pub(super) fn passed(&mut self, of: EventId, now: ClockReading) -> Result<PendingPass, StoreFullError> {
        let event = ControllerEvent { related_event_id: Some(of), ..event(EventKind::Pass, now) };
        let event_id = event.event_id.clone();
        Ok(PendingPass { event_id, acked: self.keep(event, now)? })
    }

    fn keep(
        &mut self,
        event: ControllerEvent,
        now: ClockReading,
    ) -> Result<oneshot::Receiver<EventAckReceipt>, StoreFullError> {
        let (acked, receiver) = oneshot::channel();
        let kept = self.kept.keep(event, now.instant, acked);
        self.counters.refused += u64::from(kept.is_err());
        kept.map(|()| receiver)
    }

    /// The next events to publish; fewer than a full round means that nothing more is due.
    pub(super) fn take_round(&mut self, now: ClockReading) -> Vec<OutgoingEvent> {
        while let Some(of) = self.barrier.passed(now.instant) {
            // A full store refuses the pass as it refuses a plate: the refusal is counted, and no caller waits for the pass.
            let _ = self.passed(of, now);
        }
        let round = self.kept.take_due(now.instant, ROUND, &mut self.rng);
        let resent = round.iter().filter(|out| out.repeated).count();
        self.counters.resent += resent as u64;
        self.counters.sent += (round.len() - resent) as u64;
        round
    }

    /// When [`Self::take_round`] next returns something, if nothing happens before.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.kept.next_due().into_iter().chain(self.barrier.next_pass()).min()
    }

    pub(super) fn reconnected(&mut self, now: Instant) {
        self.kept.all_due(now);
    }

    pub(super) fn command(&mut self, command: &ControllerCommand, now: ClockReading) {
        let taken = self.barrier.take(command, now.wall);
        self.counters.commands += 1;
        self.counters.duplicate_commands += u64::from(taken.again);
        match taken.action {
            CommandAction::Opened => self.opened(&command.event_id, now.instant),
            CommandAction::Expired => self.counters.expired_commands += 1,
            CommandAction::Unknown => self.counters.unknown_commands += 1,
            CommandAction::Shown | CommandAction::Repeated => {}
        }
        if let Some(waiter) = taken.waiter {
            let published = self.kept.published(&command.event_id);
            let command = command.clone();
            // The caller may have stopped waiting.
            let _ = waiter.send(FirstCommand { command, action: taken.action, published, at: now.instant });
        }
    }

    fn opened(&mut self, event: &EventId, now: Instant) {
        self.counters.opened += 1;
        if let Some(drive_over) = self.drive_over {
            let drive = drive_over.mul_f64(self.rng.random_range(0.7..1.5));
            self.barrier.will_pass(now + drive, event.clone());
        }
    }

    pub(super) fn ack(&mut self, ack: EventAck, now: Instant) {
        for id in &ack.event_ids {
            self.counters.acks += u64::from(self.settle(id, AckOutcome::Stored, now));
        }
        self.counters.rejected += ack.rejected.len() as u64;
        for rejected in ack.rejected {
            let id = rejected.event_id.as_deref().and_then(|id| EventId::parse(id).ok());
            if let Some(id) = id {
                self.settle(&id, AckOutcome::Rejected(rejected), now);
            }
        }
    }

    /// Returns true if the event was still kept.
    fn settle(&mut self, id: &EventId, outcome: AckOutcome, now: Instant) -> bool {
        let Some(kept) = self.kept.forget(id) else { return false };
        // The caller may have stopped waiting.
        let _ =
            kept.acked.send(EventAckReceipt { outcome, published: kept.published, at: now, sent: kept.sent });
        true
    }
}

/// A new event of this moment, without plate.
fn event(kind: EventKind, now: ClockReading) -> ControllerEvent {
    #[expect(clippy::expect_used, reason = "a UUID has 36 characters of those that an event id may have")]
    let event_id = EventId::parse(&Uuid::now_v7().to_string()).expect("a UUID is an event id");
    ControllerEvent {
        v: VERSION,
        event_id,
        kind,
        plate: None,
        confidence: 100,
        occurred_at: now.wall,
        age_ms: 0,
        related_event_id: None,
        vehicle: domain::vehicle::VehicleDetails::default(),
    }
}
