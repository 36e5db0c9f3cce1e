//! The decision on a new event and its effect on the count: one function for each kind of fact, under the garage's
//! lock.

use std::time::Duration;

use domain::access::{AccessDecision, AccessRequest, DenialReason, GarageAlarm, OverrideReason, decide};
use domain::fire::FireInputState;
use domain::ids::EventId;
use domain::occupancy::{LaneDirection, PassDetection};
use domain::plate::Plate;
use domain::vehicle::TravelDirection;
use protocol::mqtt::{ControllerEvent, EventKind};

use super::admitted::LaneMovement;
use super::{EventArrival, GarageStateData, GateEventOutcome};
use crate::config::LaneConfig;

impl GarageStateData {
    pub(super) fn outcome(
        &mut self,
        lane: &LaneConfig,
        event: &ControllerEvent,
        arrival: EventArrival,
    ) -> GateEventOutcome {
        let plate = event.car_plate();
        let decision = match event.kind {
            EventKind::Plate => Some(self.decide(lane, event, plate, arrival)),
            EventKind::NotUnderstood => Some(AccessDecision::not_understood()),
            EventKind::Pass | EventKind::Stuck | EventKind::Free => {
                if !arrival.is_applied {
                    self.apply_state(lane, event, arrival);
                }
                None
            }
            EventKind::Fire | EventKind::FireOver => {
                if !arrival.is_applied {
                    self.apply_state(lane, event, arrival);
                }
                return GateEventOutcome::NONE;
            }
            EventKind::Reversal | EventKind::Tailgate | EventKind::Opened | EventKind::NotOpened => None,
        };
        let rereads = self.rereads(lane, event, (plate, decision), arrival);
        self.decided(lane, event, (decision, rereads), arrival)
    }

    /// Returns the earlier reading of the same car, and updates the lane's last car.
    fn rereads(
        &mut self,
        lane: &LaneConfig,
        event: &ControllerEvent,
        (plate, decision): (Option<&Plate>, Option<AccessDecision>),
        arrival: EventArrival,
    ) -> Option<EventId> {
        match event.kind {
            EventKind::Pass | EventKind::Reversal | EventKind::Free | EventKind::NotOpened => {
                self.last_readings.gone(&lane.device);
                None
            }
            EventKind::Plate if arrival.is_live => {
                let plate = plate?;
                let earlier =
                    self.last_readings.earlier(&lane.device, plate, arrival.at, lane.reading.same_car);
                if earlier.is_none() && decision.is_some_and(AccessDecision::opens) {
                    self.last_readings.let_in(
                        &lane.device,
                        event.event_id.clone(),
                        plate.clone(),
                        arrival.at,
                    );
                }
                earlier
            }
            _ => None,
        }
    }

    /// Applies a decided event.
    pub(super) fn decided(
        &mut self,
        lane: &LaneConfig,
        event: &ControllerEvent,
        (decision, rereads): (Option<AccessDecision>, Option<EventId>),
        arrival: EventArrival,
    ) -> GateEventOutcome {
        let delta = self.delta(lane, event, (decision, rereads.is_some()), arrival);
        let movement = LaneMovement {
            device: &lane.device,
            event: &event.event_id,
            kind: event.kind,
            at: arrival.now - Duration::from_millis(event.age_ms),
            of: event.related_event_id.as_ref(),
            plate: event.car_plate().cloned(),
            decision,
            delta,
        };
        // A second reading of a counted car is not another car.
        let audience = if rereads.is_some() && lane.pass_by == PassDetection::Plate {
            None
        } else {
            self.known.record_movement(movement)
        };
        GateEventOutcome { decision, delta, audience, rereads }
    }

    fn delta(
        &self,
        lane: &LaneConfig,
        event: &ControllerEvent,
        (decision, is_reread): (Option<AccessDecision>, bool),
        arrival: EventArrival,
    ) -> i64 {
        let counts = match event.kind {
            EventKind::Plate => {
                let by_plate = lane.pass_by == PassDetection::Plate && !is_reread;
                let waits = arrival.is_live && lane.confirms_opening();
                by_plate && !waits && decision.is_some_and(counts_a_car)
            }
            EventKind::Opened => arrival.opening_counts && lane.pass_by == PassDetection::Plate,
            EventKind::Pass => lane.pass_by == PassDetection::Loop,
            EventKind::Tailgate => true,
            EventKind::Reversal => {
                let at = arrival.now - Duration::from_millis(event.age_ms);
                let reversed = self.known.reversed(&lane.device, event.related_event_id.as_ref(), at);
                return reversed.map_or(0, |(_, delta)| -delta);
            }
            EventKind::Stuck
            | EventKind::Free
            | EventKind::Fire
            | EventKind::FireOver
            | EventKind::NotUnderstood
            | EventKind::NotOpened => false,
        };
        if counts { lane.direction.delta() } else { 0 }
    }

    /// Applies a report of a state: a car that stands in the lane, or fire. A report of fire counts at any age: a fire
    /// that began while the controller was unreachable may still burn.
    pub(super) fn apply_state(&mut self, lane: &LaneConfig, event: &ControllerEvent, arrival: EventArrival) {
        let at = arrival.now - Duration::from_millis(event.age_ms);
        let input = match event.kind {
            EventKind::Stuck => return self.devices.stuck(&lane.device, Some(at), at),
            EventKind::Free | EventKind::Pass => return self.devices.stuck(&lane.device, None, at),
            EventKind::Fire if arrival.is_pulse => FireInputState::Pulsed,
            EventKind::Fire => FireInputState::Burning,
            EventKind::FireOver => FireInputState::Over,
            EventKind::Plate
            | EventKind::Reversal
            | EventKind::Tailgate
            | EventKind::NotUnderstood
            | EventKind::Opened
            | EventKind::NotOpened => return,
        };
        self.fire.send_if_modified(|fire| fire.record_report(&lane.device, input, at));
    }

    /// A barrier that stays up admits every car, whatever the rules decide.
    pub(super) fn decide(
        &self,
        lane: &LaneConfig,
        event: &ControllerEvent,
        plate: Option<&Plate>,
        arrival: EventArrival,
    ) -> AccessDecision {
        // The event's time by the gateway's clock; a controller's clock may be hours off.
        let at = arrival.now - Duration::from_millis(event.age_ms);
        let alarm = self.fire.borrow().lane_alarm(&lane.device);
        if alarm == GarageAlarm::None && drives_away(lane, event) {
            return match lane.direction {
                LaneDirection::In => AccessDecision::Review { reason: DenialReason::DrivesAway },
                LaneDirection::Out => AccessDecision::not_understood(),
            };
        }
        let passage = AccessRequest {
            direction: lane.direction,
            plate,
            confidence: event.confidence,
            min_confidence: lane.reading.min_confidence,
            vehicle: event.vehicle,
            clock: arrival.clock,
            at,
            occupied: self.ledger.occupied(),
            inside: self.ledger.inside(),
            uses: self.known.uses(),
            alarm,
        };
        let decision = decide(self.plan.as_ref().map(|plan| &plan.document.plan), &passage);
        if !decision.opens() && self.devices.is_held_open(&lane.device, at, arrival.now) {
            return AccessDecision::held_open();
        }
        decision
    }
}

/// Whether the vehicle moves against the lane, by camera and configuration.
fn drives_away(lane: &LaneConfig, event: &ControllerEvent) -> bool {
    let travel = event.vehicle.travel.filter(|travel| *travel != TravelDirection::Unknown);
    lane.reading.travel.zip(travel).is_some_and(|(wanted, travel)| wanted != travel)
}

/// A message that was not understood opens an exit, but it is unknown whether a car left.
fn counts_a_car(decision: AccessDecision) -> bool {
    decision.opens()
        && !matches!(decision, AccessDecision::Open { because: Some(OverrideReason::NotUnderstood), .. })
}
