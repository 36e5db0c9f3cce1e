//! Cars that this gateway has admitted, with their audience and reservation.
//!
//! The plan names a reservation until the server has received its car's entry, and the server's count is of an earlier
//! time. The gateway keeps its own later events in memory. After a restart it reads them from the outbox, which holds
//! everything that the server does not have.

mod counted;

use std::collections::HashMap;

use domain::access::{AccessDecision, AccessPlan, Audience, ReservationUse, ReservationUses};
use domain::ids::{DeviceId, EventId, ReservationId};
use domain::plate::Plate;
use domain::time::Timestamp;
use protocol::mqtt::EventKind;
use protocol::uplink::GateEvent;

use super::by_hand::PREFIX;
use counted::CountedCar;

/// Maximum number of cars in memory; many times the largest garage. A further car is not kept, and counts as inside
/// until the server's receipt covers it.
const REMEMBERED: usize = 20_000;

#[derive(Debug, Default)]
pub(crate) struct AdmittedCars {
    inside: HashMap<Plate, AdmittedStay>,
    uses: ReservationUses,
    /// By lane: the last car for which the barrier opened and that has not passed yet.
    opened: HashMap<DeviceId, OpenedBarrier>,
    /// By lane: the last counted car, which may reverse.
    counted: HashMap<DeviceId, CountedCar>,
}

#[derive(Debug, Clone, Copy)]
struct AdmittedStay {
    audience: Audience,
    reservation: Option<ReservationId>,
}

#[derive(Debug, Clone)]
struct OpenedBarrier {
    event: EventId,
    plate: Option<Plate>,
    decision: AccessDecision,
}

/// An event with its decision and its count change.
#[derive(Debug)]
pub(crate) struct LaneMovement<'a> {
    pub device: &'a DeviceId,
    pub event: &'a EventId,
    pub kind: EventKind,
    /// By the gateway's clock.
    pub at: Timestamp,
    /// For a pass: the plate event of the same car.
    pub of: Option<&'a EventId>,
    pub plate: Option<Plate>,
    pub decision: Option<AccessDecision>,
    pub delta: i64,
}

impl<'a> LaneMovement<'a> {
    /// Restores a movement from its record.
    pub(crate) fn of(device: &'a DeviceId, event: &'a GateEvent) -> Self {
        Self {
            device,
            event: &event.event_id,
            kind: event.kind,
            at: event.happened_at,
            of: event.related_event_id.as_ref(),
            plate: event.car_plate().cloned(),
            decision: event.decision,
            delta: event.delta,
        }
    }
}

impl AdmittedCars {
    pub(crate) fn uses(&self) -> &ReservationUses {
        &self.uses
    }

    /// The manual reading of the last car for which this lane's barrier opened, if a person admitted it and it has not
    /// passed.
    pub(crate) fn let_in_by_hand(&self, device: &DeviceId) -> Option<&EventId> {
        let event = self.opened.get(device).map(|opened| &opened.event)?;
        event.as_str().starts_with(PREFIX).then_some(event)
    }

    /// Audience under which the moved car was admitted; `None` if no car moved or its audience is not known.
    pub(crate) fn record_movement(&mut self, movement: LaneMovement<'_>) -> Option<Audience> {
        match movement.kind {
            EventKind::Plate | EventKind::Pass => self.went(movement),
            EventKind::Opened if movement.delta != 0 => self.went(movement),
            EventKind::NotOpened => {
                self.opened.remove(movement.device);
                None
            }
            EventKind::Reversal if movement.delta != 0 => self.came_back(&movement),
            EventKind::Reversal
            | EventKind::Tailgate
            | EventKind::Stuck
            | EventKind::Free
            | EventKind::Fire
            | EventKind::FireOver
            | EventKind::NotUnderstood
            | EventKind::Opened => None,
        }
    }

    fn went(&mut self, movement: LaneMovement<'_>) -> Option<Audience> {
        let LaneMovement { device, event, of, plate, decision, delta, at, .. } = movement;
        if let Some(decision) = decision.filter(|decision| decision.opens()) {
            let opened = OpenedBarrier { event: event.clone(), plate, decision };
            if delta == 0 {
                self.opened.insert(device.clone(), opened);
                return None;
            }
            self.count(device, event, Some(&opened), (delta, at));
            return self.passed(opened, delta);
        }
        if delta == 0 {
            return None;
        }
        let opened = self.opened.remove(device);
        let opened = opened.filter(|opened| of.is_none_or(|of| *of == opened.event));
        self.count(device, event, opened.as_ref(), (delta, at));
        self.passed(opened?, delta)
    }

    fn passed(&mut self, opened: OpenedBarrier, delta: i64) -> Option<Audience> {
        let plate = opened.plate?;
        if delta < 0 {
            let stay = self.inside.remove(&plate)?;
            self.uses.extend(stay.reservation.map(|id| (id, ReservationUse::Left)));
            return Some(stay.audience);
        }
        let AccessDecision::Open { audience: Some(audience), reservation, .. } = opened.decision else {
            return None;
        };
        self.uses.extend(reservation.map(|id| (id, ReservationUse::Inside)));
        if self.inside.len() < REMEMBERED {
            self.inside.insert(plate, AdmittedStay { audience, reservation });
        }
        Some(audience)
    }

    /// Forgets the uses of reservations that the plan no longer names: such a plan already includes them.
    pub(crate) fn planned(&mut self, plan: &AccessPlan) {
        let named =
            |id: &ReservationId| plan.sharing.reservations.iter().any(|reservation| reservation.id == *id);
        self.uses.retain(|id, _| named(id));
    }
}
