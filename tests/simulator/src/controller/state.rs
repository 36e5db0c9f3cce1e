//! The state of one controller, as a value: events kept, cars expected, counters. Times come in as arguments; the
//! tasks around it only move bytes.

use std::time::{Duration, Instant};

use domain::ids::EventId;
use domain::time::Timestamp;
use protocol::mqtt::{Ack, Command, ControllerEvent, EventKind, VERSION};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::barrier::{Action, Barrier};
use super::counters::Counters;
use super::kept::{Kept, Outgoing, Resend, StoreFull};
use super::pending::{AckOutcome, Acked, Decided, PendingEvent, PendingPass};

/// Events published in one go; a car that arrives during these waits for no more than these.
const ROUND: usize = 32;

/// A moment on both clocks: the wall's for the wire, the monotonic one for ages.
#[derive(Debug, Clone, Copy)]
pub(super) struct Now {
    pub instant: Instant,
    pub wall: Timestamp,
}

impl Now {
    pub fn read() -> Self {
        Self { instant: Instant::now(), wall: chrono::Utc::now().into() }
    }
}

pub(super) struct State {
    kept: Kept,
    barrier: Barrier,
    drive_over: Option<Duration>,
    pub counters: Counters,
    rng: StdRng,
}

impl State {
    pub fn new(capacity: usize, resend: Resend, drive_over: Option<Duration>) -> Self {
        Self {
            kept: Kept::new(capacity, resend),
            barrier: Barrier::new(capacity),
            drive_over,
            counters: Counters::default(),
            rng: StdRng::from_os_rng(),
        }
    }

    pub fn kept(&self) -> usize {
        self.kept.len()
    }

    pub fn plate_read(
        &mut self,
        plate: Option<String>,
        confidence: u8,
        now: Now,
    ) -> Result<PendingEvent, StoreFull> {
        let event = ControllerEvent { plate, confidence, ..event(EventKind::Plate, now) };
        let event_id = event.event_id.clone();
        let acked = self.keep(event, now)?;
        let (decided, receiver) = oneshot::channel();
        self.barrier.expect(event_id.clone(), decided);
        Ok(PendingEvent { event_id, decided: receiver, acked })
    }

    pub fn passed(&mut self, of: EventId, now: Now) -> Result<PendingPass, StoreFull> {
        let event = ControllerEvent { of: Some(of), ..event(EventKind::Pass, now) };
        let event_id = event.event_id.clone();
        Ok(PendingPass { event_id, acked: self.keep(event, now)? })
    }

    fn keep(&mut self, event: ControllerEvent, now: Now) -> Result<oneshot::Receiver<Acked>, StoreFull> {
        let (acked, receiver) = oneshot::channel();
        let kept = self.kept.keep(event, now.instant, acked);
        self.counters.refused += u64::from(kept.is_err());
        kept.map(|()| receiver)
    }

    /// The next events to publish; fewer than a full round means that nothing more is due.
    pub fn take_round(&mut self, now: Now) -> Vec<Outgoing> {
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
    pub fn next_due(&self) -> Option<Instant> {
        self.kept.next_due().into_iter().chain(self.barrier.next_pass()).min()
    }

    pub fn reconnected(&mut self, now: Instant) {
        self.kept.all_due(now);
    }

    pub fn command(&mut self, command: &Command, now: Now) {
        let taken = self.barrier.take(command, now.wall);
        self.counters.commands += 1;
        self.counters.duplicate_commands += u64::from(taken.again);
        match taken.action {
            Action::Opened => self.opened(&command.event_id, now.instant),
            Action::Expired => self.counters.expired_commands += 1,
            Action::Unknown => self.counters.unknown_commands += 1,
            Action::Shown | Action::Repeated => {}
        }
        if let Some(waiter) = taken.waiter {
            let published = self.kept.published(&command.event_id);
            let command = command.clone();
            // The caller may have stopped waiting.
            let _ = waiter.send(Decided { command, action: taken.action, published, at: now.instant });
        }
    }

    fn opened(&mut self, event: &EventId, now: Instant) {
        self.counters.opened += 1;
        if let Some(drive_over) = self.drive_over {
            let drive = drive_over.mul_f64(self.rng.random_range(0.7..1.5));
            self.barrier.will_pass(now + drive, event.clone());
        }
    }

    pub fn ack(&mut self, ack: Ack, now: Instant) {
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
        let _ = kept.acked.send(Acked { outcome, published: kept.published, at: now, sent: kept.sent });
        true
    }
}

/// A new event of this moment, without plate.
fn event(kind: EventKind, now: Now) -> ControllerEvent {
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
        of: None,
        vehicle: domain::vehicle::VehicleDetails::default(),
    }
}
