//! What a run found.

use serde::Serialize;

use super::kills::Killed;

/// Figures, and every sentence of the check that was not true.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    pub form: &'static str,
    /// Of the first round; each further one has the next number.
    pub seed: u64,
    pub rounds: u32,
    pub kills: Killed,
    pub events: usize,
    pub entries: usize,
    pub exits: usize,
    /// Entries for which the barrier went up; the others came while their gateway was dead and were recorded later.
    pub opened: usize,
    /// Events that a controller had to send more than once, summed over the sendings.
    pub resent: u64,
    /// Commands that a controller had had before and ignored.
    pub repeated_commands: u64,
    /// Acknowledged, and not in the database.
    pub lost: usize,
    /// Never acknowledged.
    pub unacknowledged: usize,
    /// In the database more than once.
    pub doubled: usize,
    /// Barriers that went up, or were told to, for a car of long ago.
    pub stale: u64,
    pub arrivals: usize,
    pub frames: u64,
    pub phones: usize,
    pub phone_connections: u64,
    pub violations: Vec<String>,
}

impl Report {
    /// Of both rounds.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        for (part, kills) in other.kills {
            *self.kills.entry(part).or_default() += kills;
        }
        self.rounds += other.rounds;
        self.events += other.events;
        self.entries += other.entries;
        self.exits += other.exits;
        self.opened += other.opened;
        self.resent += other.resent;
        self.repeated_commands += other.repeated_commands;
        self.lost += other.lost;
        self.unacknowledged += other.unacknowledged;
        self.doubled += other.doubled;
        self.stale += other.stale;
        self.arrivals += other.arrivals;
        self.frames += other.frames;
        self.phones += other.phones;
        self.phone_connections += other.phone_connections;
        self.violations.extend(other.violations);
        self
    }
}
