//! The state of the garage in memory: access plan, count, registered events, controllers.
//!
//! Decisions use this state alone (invariant 1). The lane loop, the outbox writer and the tasks of plan and uplink
//! share it. The lock is held for one read or change, never across an await.

mod admitted;
mod alarms;
mod by_hand;
mod count;
mod devices;
mod fire;
mod outcome;
mod rereading;
mod seen;
mod unread;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use domain::access::{AccessDecision, Audience, ClockTrust};
use domain::ids::{DeviceId, EventId};
use domain::occupancy::{is_plausible, open_spaces};
use domain::time::Timestamp;
use protocol::alarm::{LaneAlarmKind, MessageShape};
use protocol::mqtt::{ControllerEvent, ControllerStatus, EventKind};
use protocol::uplink::{AccessPlanDocument, LaneStatus};
use tokio::sync::{Notify, watch};

use crate::config::LaneConfig;
use crate::driver::DeviceObservation;
pub(crate) use admitted::{AdmittedCars, LaneMovement};
use alarms::LaneAlarms;
pub(crate) use by_hand::{event_id as order_event_id, reading as reading_by_hand};
pub(crate) use count::{CountDelta, OccupancyLedger};
use devices::DeviceStates;
pub(crate) use fire::{FireAlarmState, FireEndRefusal};
use rereading::LastReadings;
pub(crate) use seen::{EventStorage, ReadingFingerprint};
use seen::{SeenEvent, SeenEvents, SeenLookup};
pub(crate) use unread::ExitOpening;
use unread::UnrecognizedMessages;

/// The lifetime of an open command. A device that resends its event within it has not received the reply, and its car
/// is still present.
const COMMAND_LIFE: Duration = Duration::from_millis(protocol::mqtt::OPEN_TTL_MS as u64);

/// Without a response of the server for longer, records are marked `offline`.
const OFFLINE_AFTER: Duration = Duration::from_secs(30);

/// An access plan with its ETag.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StoredPlan {
    pub document: AccessPlanDocument,
    pub etag: Option<String>,
}

/// Result of registering an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EventRegistration {
    /// The id under which the event is recorded. It differs from the device's id if that belongs to another reading.
    pub event_id: EventId,
    pub is_repeated_id: bool,
    pub novelty: DedupOutcome,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DedupOutcome {
    /// Not registered before: decide, command, record.
    New(GateEventOutcome),
    /// On disk already: acknowledge again.
    Stored(RepeatedDecision),
    /// Queued for the disk: the acknowledgement follows.
    Queued(RepeatedDecision),
    /// Decided before, but the outbox queue was full: record it now, command nothing.
    Unstored(GateEventOutcome),
}

/// The decision on a repeated event. Absent if it is older than an open command's lifetime.
pub(crate) type RepeatedDecision = Option<AccessDecision>;

/// The decision on an event and its effect on the count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GateEventOutcome {
    /// For `plate` events, and for messages that were not understood.
    pub decision: Option<AccessDecision>,
    pub delta: i64,
    /// Audience under which the car was admitted, if it is known here.
    pub audience: Option<Audience>,
    /// The earlier reading of the same car.
    pub rereads: Option<EventId>,
}

impl GateEventOutcome {
    pub(crate) const NONE: Self = Self { decision: None, delta: 0, audience: None, rereads: None };

    pub(crate) fn change(&self) -> CountDelta {
        CountDelta::of(self.delta, self.audience)
    }
}

/// Circumstances of an event's arrival.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EventArrival {
    pub at: Instant,
    pub now: Timestamp,
    pub clock: ClockTrust,
    /// The car can still be waiting.
    pub is_live: bool,
    /// The device's time was replaced.
    pub time_replaced: bool,
    /// For a fire input: no "off" follows.
    pub is_pulse: bool,
    /// For an `opened` event: the confirmed opening counts a car.
    pub opening_counts: bool,
}

/// The values that a sign may show now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SignSpaces {
    pub capacity: u32,
    pub open: Option<u32>,
}

#[derive(Debug, Default)]
struct GarageStateData {
    plan: Option<Arc<StoredPlan>>,
    ledger: OccupancyLedger,
    known: AdmittedCars,
    seen: SeenEvents,
    last_readings: LastReadings,
    unread: UnrecognizedMessages,
    alarms: LaneAlarms,
    devices: DeviceStates,
    last_contact: Option<Instant>,
    fire: watch::Sender<FireAlarmState>,
}

#[derive(Debug, Default)]
pub(crate) struct GarageState {
    state: Mutex<GarageStateData>,
    /// Wakes the task that publishes the open spaces.
    pub changed: Notify,
}

impl GarageState {
    /// Restores the state that survived on disk.
    pub(crate) fn restored(
        plan: Option<StoredPlan>,
        ledger: OccupancyLedger,
        known: AdmittedCars,
        stored: Vec<(DeviceId, EventId, ReadingFingerprint)>,
    ) -> Self {
        let mut seen = SeenEvents::default();
        for (device, event, mark) in stored {
            let known =
                SeenEvent { outcome: GateEventOutcome::NONE, storage: EventStorage::Stored, mark, at: None };
            seen.insert(device, event, known);
        }
        let state =
            GarageStateData { plan: plan.map(Arc::new), ledger, known, seen, ..GarageStateData::default() };
        Self { state: Mutex::new(state), changed: Notify::new() }
    }

    /// Restores the fire inputs' reports from before a restart.
    pub(crate) fn with_fire_alarm(self, fire: FireAlarmState) -> Self {
        self.state().fire.send_replace(fire);
        self
    }

    /// Ends the fire alarm if only pulses raised it and none of them is later than `through`.
    pub(crate) fn end_fire(&self, through: Timestamp) -> Result<(), FireEndRefusal> {
        let mut ended = Ok(());
        self.state().fire.send_modify(|fire| ended = fire.end(through));
        ended
    }

    /// Changes whenever a fire input reports.
    pub(crate) fn fire(&self) -> watch::Receiver<FireAlarmState> {
        self.state().fire.subscribe()
    }

    fn state(&self) -> MutexGuard<'_, GarageStateData> {
        // Every change below is complete before anything can panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Registers an event; a new one is decided and counted as pending.
    pub(crate) fn register(
        &self,
        lane: &LaneConfig,
        event: &ControllerEvent,
        arrival: EventArrival,
    ) -> EventRegistration {
        let mark = ReadingFingerprint::of_event(event, arrival.time_replaced);
        let mut guard = self.state();
        let state = &mut *guard;
        let (event_id, is_repeated_id) = match state.seen.look_up(&lane.device, &event.event_id, &mark) {
            SeenLookup::New { event_id, is_repeated } => (event_id, is_repeated),
            SeenLookup::Known(event_id, known) => {
                let novelty = again(known, arrival.at);
                if let DedupOutcome::Unstored(outcome) = &novelty {
                    state.ledger.pend(outcome.change());
                }
                return EventRegistration { event_id, is_repeated_id: false, novelty };
            }
        };
        let named = ControllerEvent { event_id: event_id.clone(), ..event.clone() };
        let outcome = state.outcome(lane, &named, arrival);
        state.ledger.pend(outcome.change());
        let seen =
            SeenEvent { outcome: outcome.clone(), storage: EventStorage::Queued, mark, at: Some(arrival.at) };
        state.seen.insert(lane.device.clone(), event_id.clone(), seen);
        if is_repeated_id {
            let detail = format!("the id `{}` is of an earlier reading", event.event_id);
            state.alarms.raise(&lane.device, (LaneAlarmKind::RepeatedIds, None), &detail, arrival.now);
        }
        drop(guard);
        self.changed.notify_one();
        EventRegistration { event_id, is_repeated_id, novelty: DedupOutcome::New(outcome) }
    }

    /// Sets `of` of a pass and of a reversal to the event by which the server knows their car; other events stay
    /// unchanged.
    pub(crate) fn named(&self, lane: &LaneConfig, event: ControllerEvent, now: Timestamp) -> ControllerEvent {
        let age = Duration::from_millis(event.age_ms);
        let of = match event.kind {
            EventKind::Pass => self.state().car_of_pass(&lane.device, event.related_event_id, age),
            EventKind::Reversal => {
                let reversed =
                    self.state().known.reversed(&lane.device, event.related_event_id.as_ref(), now - age);
                reversed.map(|(car, _)| car).or(event.related_event_id)
            }
            _ => event.related_event_id,
        };
        ControllerEvent { related_event_id: of, ..event }
    }

    /// The outbox queue was full: the event counts nothing until it is sent again.
    pub(crate) fn unstored(&self, device: &DeviceId, event: &EventId, change: CountDelta) {
        let mut state = self.state();
        state.seen.mark(device, event, EventStorage::Unstored);
        state.ledger.unpend(change);
    }

    /// The event is on disk.
    pub(crate) fn stored(&self, device: &DeviceId, event: &EventId) {
        self.state().seen.mark(device, event, EventStorage::Stored);
    }

    /// The lane's device did not confirm the opening: its car is still present, and the next reading is another try.
    pub(crate) fn did_not_open(&self, lane: &LaneConfig, detail: &str, now: Timestamp) {
        let mut state = self.state();
        state.last_readings.gone(&lane.device);
        state.alarms.raise(&lane.device, (LaneAlarmKind::DidNotOpen, None), detail, now);
    }

    /// The lane's device confirmed an opening.
    pub(crate) fn did_open(&self, lane: &LaneConfig) {
        self.state().alarms.end(&lane.device, LaneAlarmKind::DidNotOpen);
    }

    pub(crate) fn raise(&self, lane: &LaneConfig, kind: LaneAlarmKind, detail: &str, now: Timestamp) {
        self.state().alarms.raise(&lane.device, (kind, None), detail, now);
    }

    pub(crate) fn end_alarm(&self, lane: &LaneConfig, kind: LaneAlarmKind) {
        self.state().alarms.end(&lane.device, kind);
    }

    /// Raises the alarm for a message that was not understood.
    pub(crate) fn raise_not_understood(
        &self,
        lane: &LaneConfig,
        shape: MessageShape,
        fault: &str,
        now: Timestamp,
    ) {
        let kind = (LaneAlarmKind::NotUnderstood, Some(shape));
        self.state().alarms.raise(&lane.device, kind, fault, now);
    }

    /// Plans the effect of a message at an exit that was not understood.
    pub(crate) fn unread_at_exit(
        &self,
        lane: &LaneConfig,
        digest: &str,
        pace: Duration,
        at: Instant,
    ) -> ExitOpening {
        self.state().unread.at_exit(&lane.device, digest, pace, at)
    }

    /// Whether such a message at an entry is new, not a repetition.
    pub(crate) fn unread_is_new(&self, lane: &LaneConfig, digest: &str, at: Instant) -> bool {
        self.state().unread.is_new(&lane.device, digest, at)
    }

    /// Plans the opening of an exit for a car whose message was not accepted.
    pub(crate) fn plan_exit(&self, lane: &LaneConfig, pace: Duration, at: Instant) -> ExitOpening {
        self.state().unread.plan(&lane.device, pace, at)
    }

    /// Whether an operator has marked messages of this shape as no reading.
    pub(crate) fn is_no_reading(&self, device: &DeviceId, shape: &str) -> bool {
        self.state().is_no_reading(device, shape)
    }

    /// Updates the ledger after a commit.
    pub(crate) fn settle(&self, change: impl FnOnce(&mut OccupancyLedger)) {
        change(&mut self.state().ledger);
        self.changed.notify_one();
    }

    pub(crate) fn record_contact(&self, device: &DeviceId, at: Timestamp) {
        self.state().devices.heard(device, at);
    }

    pub(crate) fn reported(&self, device: &DeviceId, status: ControllerStatus, at: Timestamp) {
        self.state().devices.reported(device, status, at);
    }

    pub(crate) fn noticed(&self, device: &DeviceId, notice: &DeviceObservation) {
        self.state().devices.noticed(device, notice);
    }

    pub(crate) fn lane_statuses(&self, lanes: &[LaneConfig], now: Timestamp) -> Vec<LaneStatus> {
        let state = self.state();
        let status = |lane: &LaneConfig| LaneStatus {
            alarms: state.alarms.of(&lane.device, now),
            ..state.devices.status(lane)
        };
        lanes.iter().map(status).collect()
    }

    pub(crate) fn plan(&self) -> Option<Arc<StoredPlan>> {
        self.state().plan.clone()
    }

    pub(crate) fn set_plan(&self, plan: Arc<StoredPlan>) {
        let mut state = self.state();
        state.known.planned(&plan.document.plan);
        state.plan = Some(plan);
        let GarageStateData { plan, alarms, .. } = &mut *state;
        let is_marked = |device: &DeviceId, shape: &str| is_marked(plan.as_deref(), device, shape);
        alarms.end_marked(is_marked);
        drop(state);
        self.changed.notify_one();
    }

    /// Registers a response of the server.
    pub(crate) fn contact(&self) {
        self.state().last_contact = Some(Instant::now());
    }

    pub(crate) fn is_offline(&self) -> bool {
        self.state().last_contact.is_none_or(|at| at.elapsed() > OFFLINE_AFTER)
    }

    /// "No data" is never 0: without a count from the server, or with one that cannot be true, `open` is absent.
    pub(crate) fn spaces(&self) -> SignSpaces {
        let state = self.state();
        let capacity = state.plan.as_ref().map(|plan| plan.document.plan.capacity);
        let open = match (capacity, state.ledger.published()) {
            (Some(capacity), Some(occupied)) if is_plausible(capacity, occupied) => {
                Some(open_spaces(capacity, occupied))
            }
            _ => None,
        };
        SignSpaces { capacity: capacity.unwrap_or(0), open }
    }
}

fn is_marked(plan: Option<&StoredPlan>, device: &DeviceId, shape: &str) -> bool {
    let marked = plan.map_or(&[][..], |plan| &plan.document.no_reading_shapes);
    marked.iter().any(|mark| mark.device == *device && mark.shape == shape)
}

/// Classifies a repeated event.
fn again(known: &mut SeenEvent, now: Instant) -> DedupOutcome {
    let is_fresh = |at: Instant| now.saturating_duration_since(at) < COMMAND_LIFE;
    let answer = known.outcome.decision.filter(|_| known.at.is_some_and(is_fresh));
    match known.storage {
        EventStorage::Stored => DedupOutcome::Stored(answer),
        EventStorage::Queued => DedupOutcome::Queued(answer),
        EventStorage::Unstored => {
            known.storage = EventStorage::Queued;
            DedupOutcome::Unstored(known.outcome.clone())
        }
    }
}

impl GarageStateData {
    fn is_no_reading(&self, device: &DeviceId, shape: &str) -> bool {
        is_marked(self.plan.as_deref(), device, shape)
    }
}

#[cfg(test)]
mod tests;
