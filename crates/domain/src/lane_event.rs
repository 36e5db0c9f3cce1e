//! Events at a lane: their kinds, their effect on the count, and the car that they show before the barrier ([decision 15]).
//!
//! [decision 15]: ../../../docs/decisions/0015-a-plate-named-by-a-person.md

use std::collections::HashSet;
use std::hash::Hash;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::access::{AccessDecision, DenialReason};
use crate::occupancy::LaneDirection;
use crate::time::Timestamp;

/// A car that waits longer without another reading has gone, or a person has come.
pub const LONGEST_WAIT: Duration = Duration::from_secs(180);

/// Kind of an event at a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// A car stands at the barrier; its plate was read or not.
    Plate,
    /// A car has crossed the loop behind the barrier; `of` is the id of its plate event.
    Pass,
    /// A car that had passed has come back; `of` is the id of its plate or pass event. Without `of` it is the lane's last car.
    Reversal,
    /// A second car has gone through behind the first, unread.
    Tailgate,
    /// A car stands in the lane for too long.
    Stuck,
    /// The lane is free again.
    Free,
    /// The fire input is on: its lane opens until it is off, and every lane if the input stands for the garage ([`crate::fire`]).
    Fire,
    /// The fire input is off again.
    FireOver,
    /// The lane's device sent a message that the gateway does not understand. Only a gateway creates it.
    NotUnderstood,
    /// The device confirmed an open request; `of` is the id of the plate event. Only a gateway creates it.
    Opened,
    /// The device did not confirm an open request; `of` is the id of the plate event. Only a gateway creates it.
    NotOpened,
}

impl EventKind {
    /// Whether a controller may send it.
    pub const fn is_from_controller(self) -> bool {
        !matches!(self, Self::NotUnderstood | Self::Opened | Self::NotOpened)
    }

    /// The change of the count by an event of this kind that reports `delta`. A message that is not understood and a barrier that
    /// stays down count 0.
    pub const fn counted(self, delta: i64) -> i64 {
        match self {
            Self::NotUnderstood | Self::NotOpened => 0,
            Self::Plate
            | Self::Pass
            | Self::Reversal
            | Self::Tailgate
            | Self::Stuck
            | Self::Free
            | Self::Fire
            | Self::FireOver
            | Self::Opened => delta,
        }
    }
}

/// An event of a lane, as far as it shows what stands in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LaneEvent<L> {
    pub lane: L,
    pub kind: EventKind,
    pub direction: LaneDirection,
    pub decision: Option<AccessDecision>,
    pub received_at: Timestamp,
    pub stored_at: Timestamp,
}

impl<L> LaneEvent<L> {
    /// Why the car of this event stands before a closed barrier; `None` if the barrier is open, or if no car is before it. At an exit
    /// a car waits only if its device was requested to open and did not.
    const fn waiting_reason(&self) -> Option<DenialReason> {
        match (self.kind, self.direction, self.decision) {
            (EventKind::NotOpened, _, _) => Some(DenialReason::DidNotOpen),
            (EventKind::Opened, _, _) | (_, LaneDirection::Out, _) => None,
            (
                _,
                LaneDirection::In,
                Some(AccessDecision::Refuse { reason, .. } | AccessDecision::Review { reason }),
            ) => Some(reason),
            (_, LaneDirection::In, Some(AccessDecision::Open { .. }) | None) => None,
        }
    }

    /// Whether this event changes what stands in the lane.
    const fn concerns_lane(&self) -> bool {
        match self.kind {
            EventKind::Plate
            | EventKind::Pass
            | EventKind::Reversal
            | EventKind::Free
            | EventKind::Opened
            | EventKind::NotOpened => true,
            // Only a message that resembles a reading has a decision.
            EventKind::NotUnderstood => self.decision.is_some(),
            EventKind::Tailgate | EventKind::Stuck | EventKind::Fire | EventKind::FireOver => false,
        }
    }

    /// An event that arrived late, or long after it happened, does not describe the present.
    fn is_recent(&self, now: Timestamp) -> bool {
        let begin = now - LONGEST_WAIT;
        self.stored_at >= begin && self.received_at >= begin
    }
}

/// The cars before closed barriers, at most one per lane: the indices of their events, with the reasons. `events` are the newest of a
/// garage, newest first. `opened` are lanes that a person has opened, with the time: their car is no longer there.
pub fn waiting_cars<L: Copy + Eq + Hash>(
    events: &[LaneEvent<L>],
    opened: &[(L, Timestamp)],
    now: Timestamp,
) -> Vec<(usize, DenialReason)> {
    let mut lanes = HashSet::new();
    let shows = |event: &LaneEvent<L>| event.is_recent(now) && event.concerns_lane();
    let last = events.iter().enumerate().filter(|(_, event)| shows(event) && lanes.insert(event.lane));
    let is_opened =
        |event: &LaneEvent<L>| opened.iter().any(|(lane, at)| *lane == event.lane && *at >= event.stored_at);
    last.filter(|(_, event)| !is_opened(event))
        .filter_map(|(index, event)| Some((index, event.waiting_reason()?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const REFUSED: AccessDecision = AccessDecision::refuse(DenialReason::OutsideWindow);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn event(kind: EventKind, seconds: i64, decision: Option<AccessDecision>) -> LaneEvent<u8> {
        let direction = LaneDirection::In;
        LaneEvent { lane: 1, kind, direction, decision, received_at: at(seconds), stored_at: at(seconds) }
    }

    #[test]
    fn a_refused_car_waits_until_an_event_shows_otherwise() {
        let refused = event(EventKind::Plate, 100, Some(REFUSED));
        let waits = |events: &[_]| waiting_cars(events, &[], at(200));
        assert_eq!(waits(&[refused]), [(0, DenialReason::OutsideWindow)]);
        assert_eq!(waits(&[event(EventKind::Free, 110, None), refused]), []);
        let admitted = event(EventKind::Plate, 110, Some(AccessDecision::open(None)));
        assert_eq!(waits(&[admitted, refused]), []);
        assert_eq!(waits(&[event(EventKind::Stuck, 110, None), refused]), [(1, DenialReason::OutsideWindow)]);
        let other_lane = LaneEvent { lane: 2, ..event(EventKind::Free, 110, None) };
        assert_eq!(waits(&[other_lane, refused]), [(1, DenialReason::OutsideWindow)]);
    }

    #[test]
    fn a_car_whose_barrier_a_person_opened_waits_no_longer() {
        let refused = event(EventKind::Plate, 100, Some(REFUSED));
        assert_eq!(waiting_cars(&[refused], &[(1, at(100))], at(150)), []);
        assert_eq!(waiting_cars(&[refused], &[(2, at(100)), (1, at(99))], at(150)).len(), 1);
    }

    #[test]
    fn an_old_event_shows_no_car() {
        let refused = event(EventKind::Plate, 100, Some(REFUSED));
        assert_eq!(waiting_cars(&[refused], &[], at(280)).len(), 1);
        assert_eq!(waiting_cars(&[refused], &[], at(281)), []);
        let late = LaneEvent { received_at: at(0), ..refused };
        assert_eq!(waiting_cars(&[late], &[], at(200)), []);
    }

    #[test]
    fn at_an_exit_only_a_barrier_that_did_not_open_holds_a_car() {
        let exit = |kind, decision| LaneEvent { direction: LaneDirection::Out, ..event(kind, 100, decision) };
        assert_eq!(exit(EventKind::Plate, Some(REFUSED)).waiting_reason(), None);
        assert_eq!(exit(EventKind::NotOpened, None).waiting_reason(), Some(DenialReason::DidNotOpen));
    }
}
