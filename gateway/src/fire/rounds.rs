//! When each lane is opened during a fire.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use domain::access::GarageAlarm;
use domain::fire::FireAlarmState;
use domain::ids::LaneId;

use crate::config::LaneConfig;

/// Shorter than the time in which a barrier closes behind a car and stops the next one.
pub(super) const AGAIN: Duration = Duration::from_secs(5);

/// Shortest interval of two openings of a lane, for a report that ends and begins again.
const SOONEST: Duration = Duration::from_secs(1);

/// A device that has not answered for so long will not. Each request ends within the life of an open command, 8 s.
const PENDING: Duration = Duration::from_secs(15);

/// The openings of each lane.
#[derive(Debug, Default)]
pub(super) struct OpeningRounds(HashMap<LaneId, OpeningRound>);

#[derive(Debug)]
struct OpeningRound {
    at: Instant,
    /// The alarm has held since this opening.
    holds: bool,
    /// The device has not confirmed it yet.
    is_pending: bool,
}

/// The lanes to open now, and when the next one is due.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OpeningTurn {
    pub due: Vec<LaneId>,
    pub next: Option<Instant>,
}

impl OpeningRounds {
    /// Takes the lanes whose opening is due. A lane whose device has not answered yet is left out until it has.
    pub(super) fn turn(&mut self, lanes: &[LaneConfig], fire: &FireAlarmState, now: Instant) -> OpeningTurn {
        let mut turn = OpeningTurn { due: Vec::new(), next: None };
        for lane in lanes {
            if fire.lane_alarm(&lane.device) == GarageAlarm::None {
                if let Some(round) = self.0.get_mut(&lane.id) {
                    round.holds = false;
                }
                continue;
            }
            let due_at = self.0.get(&lane.id).map(OpeningRound::again_at);
            let next = match due_at.filter(|due_at| *due_at > now) {
                Some(due_at) => due_at,
                None => {
                    turn.due.push(lane.id.clone());
                    self.0.insert(lane.id.clone(), OpeningRound { at: now, holds: true, is_pending: true });
                    now + AGAIN
                }
            };
            turn.next = Some(turn.next.map_or(next, |earliest| earliest.min(next)));
        }
        turn
    }

    /// The device of the lane has confirmed or refused the opening.
    pub(super) fn opened(&mut self, lane: &LaneId) {
        if let Some(round) = self.0.get_mut(lane) {
            round.is_pending = false;
        }
    }
}

impl OpeningRound {
    fn again_at(&self) -> Instant {
        let pause = match (self.is_pending, self.holds) {
            (true, _) => PENDING,
            (false, true) => AGAIN,
            (false, false) => SOONEST,
        };
        self.at + pause
    }
}

#[cfg(test)]
mod tests {
    use domain::fire::{FireInputState, FireInputs};
    use domain::ids::DeviceId;
    use domain::occupancy::{LaneDirection, PassDetection};
    use domain::time::Timestamp;

    use super::*;
    use crate::config::{LaneMake, ReadingRules};

    fn lane(id: &str) -> LaneConfig {
        LaneConfig {
            id: LaneId::parse(id).unwrap(),
            name: id.to_owned(),
            direction: LaneDirection::In,
            device: DeviceId::parse(id).unwrap(),
            pass_by: PassDetection::Plate,
            make: LaneMake::Native,
            reading: ReadingRules::default(),
        }
    }

    fn report(fire: &mut FireAlarmState, device: &str, state: FireInputState, at: i64) {
        fire.record_report(&DeviceId::parse(device).unwrap(), state, Timestamp::from_micros(at));
    }

    fn due(rounds: &mut OpeningRounds, fire: &FireAlarmState, now: Instant) -> Vec<String> {
        let turn = rounds.turn(&[lane("a"), lane("b")], fire, now);
        for lane in &turn.due {
            rounds.opened(lane);
        }
        turn.due.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn lanes_open_at_once_and_again_and_a_report_that_flaps_opens_at_a_bounded_rate() {
        let (mut rounds, mut fire, begin) =
            (OpeningRounds::default(), FireAlarmState::default(), Instant::now());
        assert_eq!(rounds.turn(&[lane("a")], &fire, begin), OpeningTurn { due: Vec::new(), next: None });
        report(&mut fire, "a", FireInputState::Burning, 0);
        assert_eq!(due(&mut rounds, &fire, begin), ["a", "b"]);
        assert!(due(&mut rounds, &fire, begin + AGAIN / 2).is_empty());
        assert_eq!(due(&mut rounds, &fire, begin + AGAIN), ["a", "b"]);
        let mut opened = 0;
        for step in 1..=100 {
            let now = begin + AGAIN + Duration::from_millis(100) * step;
            report(&mut fire, "a", FireInputState::Over, i64::from(step) * 2);
            due(&mut rounds, &fire, now);
            report(&mut fire, "a", FireInputState::Burning, i64::from(step) * 2 + 1);
            opened += due(&mut rounds, &fire, now).len();
        }
        assert_eq!(opened, 2 * 10, "once a second");
    }

    #[test]
    fn a_device_that_is_no_input_opens_its_own_lane_and_a_pending_opening_is_not_repeated() {
        let inputs = FireInputs::Named([DeviceId::parse("a").unwrap()].into());
        let (mut rounds, mut fire, begin) =
            (OpeningRounds::default(), FireAlarmState::default().with_inputs(inputs), Instant::now());
        report(&mut fire, "b", FireInputState::Burning, 0);
        assert_eq!(due(&mut rounds, &fire, begin), ["b"]);
        report(&mut fire, "a", FireInputState::Burning, 1);
        let lanes = [lane("a"), lane("b")];
        let turn = rounds.turn(&lanes, &fire, begin + AGAIN);
        assert_eq!(turn.due.len(), 2);
        rounds.opened(&turn.due[0]);
        let turn = rounds.turn(&lanes, &fire, begin + 2 * AGAIN);
        assert_eq!(turn.due, [lanes[0].id.clone()], "the other device has not answered yet");
        rounds.opened(&lanes[0].id);
        let turn = rounds.turn(&lanes, &fire, begin + AGAIN + PENDING);
        assert_eq!(turn.due.len(), 2, "nor will it");
    }
}
