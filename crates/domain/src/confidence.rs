//! Confidence in a count. A count is the sum of passages since the last manual check. Each known cause of wrong sums is a
//! doubt, with a name that an operator can act on. There is no formula: one grave doubt or three light ones make the
//! confidence low, one or two light ones make it medium.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// Age at which a manual check is old. If 99.9 % of passages are seen, a week of them adds about the error of a quick check.
const CHECK_EVERY: Duration = Duration::from_secs(7 * 24 * 3600);

/// A gateway that is silent for longer than this has a temporary fault.
const SILENT: Duration = Duration::from_secs(120);

/// After a longer silence the count is outdated.
const LOST: Duration = Duration::from_secs(30 * 60);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ConfidenceLevel {
    Low,
    Medium,
    High,
}

/// Reason to doubt a count. The grave ones come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CountDoubt {
    NoData,
    /// Below 0 or above the capacity.
    Impossible,
    /// The gateway has been silent for half an hour.
    GatewayLost,
    /// The count was never checked manually.
    NeverChecked,
    /// The gateway has been silent for two minutes.
    GatewaySilent,
    /// Passages wait at the gateway.
    Backlog,
    /// The last manual check is more than a week old.
    CheckOld,
    /// More than one passage in twenty was not read.
    Unread,
    /// Missed exits were found since the last check.
    MissedExits,
    /// A lane's own device sent messages since the last check that the gateway did not understand: each may have been a car.
    NotUnderstood,
    /// Messages of devices were refused since the last check.
    DeadLetters,
    /// The number of open visits differs from the count by more than 10 % and by more than 2.
    VisitsDiffer,
}

impl CountDoubt {
    fn is_grave(self) -> bool {
        self <= Self::GatewayLost
    }
}

/// Facts about a count. The numbers from `passages` to `dead_letters` are since the last check.
#[derive(Debug, Clone, Copy, Default)]
pub struct CountFacts {
    pub capacity: u32,
    pub occupied: Option<i64>,
    pub checked_at: Option<Timestamp>,
    pub last_contact_at: Option<Timestamp>,
    pub backlog: i64,
    /// Number of the newest passages since the last check; `unread` is how many of them were not read.
    pub passages: i64,
    pub unread: i64,
    pub missed_exits: i64,
    pub not_understood: i64,
    pub dead_letters: i64,
    pub open_visits: i64,
}

/// The level and all doubts, worst first.
pub fn judge(facts: &CountFacts, now: Timestamp) -> (ConfidenceLevel, Vec<CountDoubt>) {
    let Some(occupied) = facts.occupied else { return (ConfidenceLevel::Low, vec![CountDoubt::NoData]) };
    let silent = facts.last_contact_at.is_none_or(|at| now.since(at) > SILENT);
    let lost = facts.last_contact_at.is_none_or(|at| now.since(at) > LOST);
    let apart = (facts.open_visits - occupied).abs();
    let held = [
        (CountDoubt::Impossible, !crate::occupancy::is_plausible(facts.capacity, occupied)),
        (CountDoubt::GatewayLost, lost),
        (CountDoubt::NeverChecked, facts.checked_at.is_none()),
        (CountDoubt::GatewaySilent, silent && !lost),
        (CountDoubt::Backlog, facts.backlog > 0),
        (CountDoubt::CheckOld, facts.checked_at.is_some_and(|at| now.since(at) > CHECK_EVERY)),
        (CountDoubt::Unread, facts.unread > 0 && facts.unread * 20 > facts.passages),
        (CountDoubt::MissedExits, facts.missed_exits > 0),
        (CountDoubt::NotUnderstood, facts.not_understood > 0),
        // Each message that was not understood is a dead letter, too: it counts as one doubt only.
        (CountDoubt::DeadLetters, facts.dead_letters > facts.not_understood),
        (CountDoubt::VisitsDiffer, apart > 2 && apart * 10 > occupied.abs()),
    ];
    let doubts: Vec<CountDoubt> =
        held.into_iter().filter(|(_, held)| *held).map(|(doubt, _)| doubt).collect();
    let level = match doubts.len() {
        _ if doubts.iter().any(|doubt| doubt.is_grave()) => ConfidenceLevel::Low,
        0 => ConfidenceLevel::High,
        1 | 2 => ConfidenceLevel::Medium,
        _ => ConfidenceLevel::Low,
    };
    (level, doubts)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(2_000_000_000_000_000);

    fn good() -> CountFacts {
        CountFacts {
            capacity: 100,
            occupied: Some(10),
            checked_at: Some(NOW),
            last_contact_at: Some(NOW),
            passages: 100,
            open_visits: 10,
            ..CountFacts::default()
        }
    }

    #[test]
    fn a_count_that_was_just_checked_is_believed() {
        assert_eq!(judge(&good(), NOW), (ConfidenceLevel::High, vec![]));
    }

    #[test]
    fn a_light_doubt_makes_it_medium_and_three_make_it_low() {
        let old = CountFacts { checked_at: Some(NOW - CHECK_EVERY - SILENT), ..good() };
        assert_eq!(judge(&old, NOW), (ConfidenceLevel::Medium, vec![CountDoubt::CheckOld]));
        let worse = CountFacts { unread: 6, missed_exits: 1, ..old };
        assert_eq!(judge(&worse, NOW).0, ConfidenceLevel::Low);
    }

    #[test]
    fn a_message_that_was_not_understood_may_have_been_a_car() {
        let judged = judge(&CountFacts { not_understood: 1, ..good() }, NOW);
        assert_eq!(judged, (ConfidenceLevel::Medium, vec![CountDoubt::NotUnderstood]));
    }

    #[test]
    fn a_grave_doubt_is_enough() {
        assert_eq!(
            judge(&CountFacts { occupied: None, ..good() }, NOW),
            (ConfidenceLevel::Low, vec![CountDoubt::NoData])
        );
        assert_eq!(judge(&CountFacts { occupied: Some(-3), ..good() }, NOW).0, ConfidenceLevel::Low);
        assert_eq!(
            judge(&CountFacts { last_contact_at: Some(NOW - LOST - SILENT), ..good() }, NOW).0,
            ConfidenceLevel::Low
        );
    }

    #[test]
    fn a_few_cars_more_or_less_than_visits_are_nothing() {
        assert_eq!(judge(&CountFacts { open_visits: 12, ..good() }, NOW).0, ConfidenceLevel::High);
        assert_eq!(judge(&CountFacts { open_visits: 13, ..good() }, NOW).1, [CountDoubt::VisitsDiffer]);
    }
}
