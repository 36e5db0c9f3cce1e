//! What a gateway knows of its garage, in memory: plan, count, events it has met, its controllers.
//!
//! Decisions are made from this alone (invariant 1). The lane loop, the outbox writer, the plan's and the uplink's
//! tasks share it; the lock is held for a look or a change, never across an await.

mod by_hand;
mod count;
mod devices;
mod fire;
mod known;
mod seen;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use domain::access::{Audience, Decision, Passage, decide};
use domain::ids::{DeviceId, EventId};
use domain::occupancy::{PassBy, is_plausible, open_spaces};
use domain::plate::Plate;
use domain::time::Timestamp;
use protocol::mqtt::{ControllerEvent, DeviceStatus, EventKind};
use protocol::uplink::{LaneStatus, PlanDocument};
use tokio::sync::{Notify, watch};

use crate::config::Lane;
use crate::driver::Notice;
pub(crate) use by_hand::{event_id as order_event_id, reading as reading_by_hand};
pub(crate) use count::{Change, Ledger};
use devices::Devices;
pub(crate) use fire::Fire;
use fire::Input;
pub(crate) use known::{Known, Movement};
pub(crate) use seen::Kept;
use seen::Seen;

/// Without an answer from the server for longer, records say `offline`.
const OFFLINE_AFTER: Duration = Duration::from_secs(30);

/// A plan with the name that the server knows it by.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StoredPlan {
    pub document: PlanDocument,
    pub etag: Option<String>,
}

/// What an event is to this gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meeting {
    /// Never met: decide, command, record.
    New(Outcome),
    /// On disk already: acknowledge again.
    Stored,
    /// On its way to the disk: the acknowledgement will come.
    Queued,
    /// Decided before, but the outbox had no place: record it now, command nothing.
    Lost(Outcome),
}

/// What was decided about an event and what it does to the count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Of `plate` events only.
    pub decision: Option<Decision>,
    pub delta: i64,
    /// As whom the car that has moved came in, as far as that is known here.
    pub audience: Option<Audience>,
}

impl Outcome {
    pub fn change(self) -> Change {
        Change::of(self.delta, self.audience)
    }
}

/// What a sign may show now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spaces {
    pub capacity: u32,
    pub open: Option<u32>,
}

#[derive(Debug, Default)]
struct State {
    plan: Option<Arc<StoredPlan>>,
    ledger: Ledger,
    known: Known,
    seen: Seen,
    devices: Devices,
    last_contact: Option<Instant>,
    fire: watch::Sender<Fire>,
}

#[derive(Debug, Default)]
pub(crate) struct Garage {
    state: Mutex<State>,
    /// Wakes whoever shows the open spaces.
    pub changed: Notify,
}

impl Garage {
    /// With what survived on disk.
    pub fn restored(
        plan: Option<StoredPlan>,
        ledger: Ledger,
        known: Known,
        stored: Vec<(DeviceId, EventId)>,
    ) -> Self {
        let mut seen = Seen::default();
        let nothing = Outcome { decision: None, delta: 0, audience: None };
        for (device, event) in stored {
            seen.insert(device, event, nothing, Kept::Stored);
        }
        let state = State { plan: plan.map(Arc::new), ledger, known, seen, ..State::default() };
        Self { state: Mutex::new(state), changed: Notify::new() }
    }

    /// What the inputs said before a restart.
    pub fn burning(self, fire: Fire) -> Self {
        self.state().fire.send_replace(fire);
        self
    }

    /// Changes whenever a fire input says something.
    pub fn fire(&self) -> watch::Receiver<Fire> {
        self.state().fire.subscribe()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change below is whole before anything can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Meets an event at `now`; a new one is decided and counted as pending.
    pub fn meet(&self, lane: &Lane, event: &ControllerEvent, now: Timestamp) -> Meeting {
        let mut state = self.state();
        match state.seen.find(&lane.device, &event.event_id) {
            Some((_, Kept::Stored)) => return Meeting::Stored,
            Some((_, Kept::Queued)) => return Meeting::Queued,
            Some((outcome, Kept::Lost)) => {
                state.seen.mark(&lane.device, &event.event_id, Kept::Queued);
                state.ledger.pend(outcome.change());
                return Meeting::Lost(outcome);
            }
            None => {}
        }
        let outcome = state.outcome(lane, event, now);
        state.ledger.pend(outcome.change());
        state.seen.insert(lane.device.clone(), event.event_id.clone(), outcome, Kept::Queued);
        drop(state);
        self.changed.notify_one();
        Meeting::New(outcome)
    }

    /// A pass and a reversal with the event by which the server knows their car; other events as they are.
    pub fn named(&self, lane: &Lane, event: ControllerEvent, now: Timestamp) -> ControllerEvent {
        let age = Duration::from_millis(event.age_ms);
        let of = match event.kind {
            EventKind::Pass => self.state().car_of_pass(&lane.device, event.of, age),
            EventKind::Reversal => {
                let reversed = self.state().known.reversed(&lane.device, event.of.as_ref(), now - age);
                reversed.map(|(car, _)| car).or(event.of)
            }
            _ => event.of,
        };
        ControllerEvent { of, ..event }
    }

    /// The outbox had no place for the event: it counts nothing until it is sent again.
    pub fn lost(&self, device: &DeviceId, event: &EventId, change: Change) {
        let mut state = self.state();
        state.seen.mark(device, event, Kept::Lost);
        state.ledger.unpend(change);
    }

    /// The event is on disk. `counted` is its delta, or 0 where it was there before.
    pub fn stored(&self, device: &DeviceId, event: &EventId) {
        self.state().seen.mark(device, event, Kept::Stored);
    }

    /// Lets the ledger follow what has been committed.
    pub fn settle(&self, change: impl FnOnce(&mut Ledger)) {
        change(&mut self.state().ledger);
        self.changed.notify_one();
    }

    pub fn heard(&self, device: &DeviceId, at: Timestamp) {
        self.state().devices.heard(device, at);
    }

    pub fn reported(&self, device: &DeviceId, status: DeviceStatus, at: Timestamp) {
        self.state().devices.reported(device, status, at);
    }

    pub fn noticed(&self, device: &DeviceId, notice: &Notice) {
        self.state().devices.noticed(device, notice);
    }

    pub fn lane_statuses(&self, lanes: &[Lane]) -> Vec<LaneStatus> {
        let state = self.state();
        lanes.iter().map(|lane| state.devices.status(lane)).collect()
    }

    pub fn plan(&self) -> Option<Arc<StoredPlan>> {
        self.state().plan.clone()
    }

    pub fn set_plan(&self, plan: Arc<StoredPlan>) {
        let mut state = self.state();
        state.known.planned(&plan.document.plan);
        state.plan = Some(plan);
        drop(state);
        self.changed.notify_one();
    }

    /// The server has answered.
    pub fn contact(&self) {
        self.state().last_contact = Some(Instant::now());
    }

    pub fn is_offline(&self) -> bool {
        self.state().last_contact.is_none_or(|at| at.elapsed() > OFFLINE_AFTER)
    }

    /// "No data" is never 0: without a count from the server, or with one that cannot be true, `open` is absent.
    pub fn spaces(&self) -> Spaces {
        let state = self.state();
        let capacity = state.plan.as_ref().map(|plan| plan.document.plan.capacity);
        let open = match (capacity, state.ledger.published()) {
            (Some(capacity), Some(occupied)) if is_plausible(capacity, occupied) => {
                Some(open_spaces(capacity, occupied))
            }
            _ => None,
        };
        Spaces { capacity: capacity.unwrap_or(0), open }
    }
}

impl State {
    fn outcome(&mut self, lane: &Lane, event: &ControllerEvent, now: Timestamp) -> Outcome {
        let plate = event.plate.as_deref().and_then(|reading| Plate::parse(reading).ok());
        let decision = match event.kind {
            EventKind::Plate => Some(self.decide(lane, event, plate.as_ref(), now)),
            EventKind::Reversal | EventKind::Tailgate => None,
            EventKind::Pass | EventKind::Stuck | EventKind::Free => {
                let stuck = (event.kind == EventKind::Stuck).then_some(now);
                self.devices.stuck(&lane.device, stuck);
                None
            }
            EventKind::Fire | EventKind::FireOver => return self.burns(lane, event, now),
        };
        self.decided(lane, event, decision, now)
    }

    /// What an event does on which has been decided.
    fn decided(
        &mut self,
        lane: &Lane,
        event: &ControllerEvent,
        decision: Option<Decision>,
        now: Timestamp,
    ) -> Outcome {
        let plate = event.plate.as_deref().and_then(|reading| Plate::parse(reading).ok());
        let delta = self.delta(lane, event, decision, now);
        let movement = Movement {
            device: &lane.device,
            event: &event.event_id,
            kind: event.kind,
            at: now - Duration::from_millis(event.age_ms),
            of: event.of.as_ref(),
            plate,
            decision,
            delta,
        };
        Outcome { decision, delta, audience: self.known.met(movement) }
    }

    fn delta(&self, lane: &Lane, event: &ControllerEvent, decision: Option<Decision>, now: Timestamp) -> i64 {
        let counts = match event.kind {
            EventKind::Plate => decision.is_some_and(Decision::opens) && lane.pass_by == PassBy::Plate,
            EventKind::Pass => lane.pass_by == PassBy::Loop,
            EventKind::Tailgate => true,
            EventKind::Reversal => {
                let at = now - Duration::from_millis(event.age_ms);
                let reversed = self.known.reversed(&lane.device, event.of.as_ref(), at);
                return reversed.map_or(0, |(_, delta)| -delta);
            }
            EventKind::Stuck | EventKind::Free | EventKind::Fire | EventKind::FireOver => false,
        };
        if counts { lane.direction.delta() } else { 0 }
    }

    /// However old it is: a fire that began while the controller was out of reach may still burn.
    fn burns(&mut self, lane: &Lane, event: &ControllerEvent, now: Timestamp) -> Outcome {
        let input = if event.kind == EventKind::Fire { Input::Burning } else { Input::Over };
        let at = now - Duration::from_millis(event.age_ms);
        self.fire.send_modify(|fire| fire.said(&lane.device, input, at));
        Outcome { decision: None, delta: 0, audience: None }
    }

    /// Through a barrier that stays up every car comes, whatever the rules say of it.
    fn decide(
        &self,
        lane: &Lane,
        event: &ControllerEvent,
        plate: Option<&Plate>,
        now: Timestamp,
    ) -> Decision {
        // When it happened by the gateway's clock: a controller's own may be hours off.
        let at = now - Duration::from_millis(event.age_ms);
        let passage = Passage {
            direction: lane.direction,
            plate,
            confidence: event.confidence,
            at,
            occupied: self.ledger.occupied(),
            inside: self.ledger.inside(),
            uses: self.known.uses(),
            alarm: self.fire.borrow().alarm(),
        };
        let decision = decide(self.plan.as_ref().map(|plan| &plan.document.plan), &passage);
        if !decision.opens() && self.devices.is_held_open(&lane.device, at, now) {
            return Decision::held_open();
        }
        decision
    }
}

#[cfg(test)]
#[path = "garage/tests.rs"]
mod tests;
