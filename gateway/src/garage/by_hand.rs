//! A plate that a person names for an admitted car: a manual reading. [`super::GarageState`] has the readings of cameras.

use std::time::Duration;

use domain::access::AccessDecision;
use domain::ids::{DeviceId, EventId};
use domain::plate::Plate;
use domain::time::Timestamp;
use protocol::mqtt::{ControllerEvent, EventKind, VERSION};
use uuid::Uuid;

use super::{
    EventArrival, EventStorage, GarageState, GarageStateData, GateEventOutcome, ReadingFingerprint, SeenEvent,
};
use crate::config::LaneConfig;

/// Prefix of the event ids; a controller's command for the order carries the same id.
pub(crate) const PREFIX: &str = "order:";

/// The event that is recorded for an order that names a plate.
pub(crate) fn reading(event_id: EventId, plate: &Plate, now: Timestamp) -> ControllerEvent {
    ControllerEvent {
        v: VERSION,
        event_id,
        kind: EventKind::Plate,
        plate: Some(plate.clone().into()),
        confidence: 100,
        occurred_at: now,
        age_ms: 0,
        related_event_id: None,
        vehicle: domain::vehicle::VehicleDetails::default(),
    }
}

pub(crate) fn event_id(order: Uuid) -> Option<EventId> {
    EventId::parse(&format!("{PREFIX}{order}")).ok()
}

impl GarageState {
    /// The decision under which a manually admitted car comes in. It is never a refusal.
    pub(crate) fn judge(
        &self,
        lane: &LaneConfig,
        event: &ControllerEvent,
        arrival: EventArrival,
    ) -> AccessDecision {
        let state = self.state();
        let decision = state.decide(lane, event, event.car_plate(), arrival);
        if decision.opens() { decision } else { AccessDecision::ordered() }
    }

    /// Registers the event after the barrier has opened for it; it counts as pending. `None` if it is registered
    /// already.
    pub(crate) fn let_in(
        &self,
        lane: &LaneConfig,
        event: &ControllerEvent,
        decision: AccessDecision,
        arrival: EventArrival,
    ) -> Option<GateEventOutcome> {
        let mut state = self.state();
        if state.seen.find(&lane.device, &event.event_id).is_some() {
            return None;
        }
        let outcome = state.decided(lane, event, (Some(decision), None), arrival);
        state.ledger.pend(outcome.change());
        let mark = ReadingFingerprint::of_event(event, false);
        let seen =
            SeenEvent { outcome: outcome.clone(), storage: EventStorage::Queued, mark, at: Some(arrival.at) };
        state.seen.insert(lane.device.clone(), event.event_id.clone(), seen);
        drop(state);
        self.changed.notify_one();
        Some(outcome)
    }
}

impl GarageStateData {
    /// The plate event of a pass's car. A device knows only its own readings. If none of them admitted the car, the
    /// pass belongs to the last car that a person admitted.
    pub(super) fn car_of_pass(
        &self,
        device: &DeviceId,
        of: Option<EventId>,
        age: Duration,
    ) -> Option<EventId> {
        let Some(ordered) = self.known.let_in_by_hand(device) else { return of };
        let by_itself = of.as_ref().and_then(|of| self.seen.find(device, of));
        let by_itself =
            by_itself.is_some_and(|read| read.outcome.decision.is_some_and(AccessDecision::opens));
        if by_itself || age > LONGEST { of } else { Some(ordered.clone()) }
    }
}

/// A pass that is older happened before the order.
const LONGEST: Duration = Duration::from_secs(120);
