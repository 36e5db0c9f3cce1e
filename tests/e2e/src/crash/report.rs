//! Results of a run.

use serde::Serialize;

use super::kills::KillCounts;

/// Figures, and every violation that the check found.
#[derive(Debug, Clone, Serialize)]
pub struct CrashReport {
    pub form: &'static str,
    /// Seed of the first round; each further round has the next number.
    pub seed: u64,
    pub rounds: u32,
    pub kills: KillCounts,
    pub events: usize,
    pub entries: usize,
    pub exits: usize,
    /// Entries whose barrier went up; the others came while their gateway was dead and were recorded later.
    pub opened: usize,
    /// Resends of events by controllers.
    pub resent: u64,
    /// Repeated commands that a controller ignored.
    pub repeated_commands: u64,
    /// Acknowledged events that are not in the database.
    pub lost: usize,
    /// Events that were never acknowledged.
    pub unacknowledged: usize,
    /// Events that are in the database more than once.
    pub doubled: usize,
    /// Barriers that went up, or open commands that came, for a car of long ago.
    pub stale: u64,
    pub arrivals: usize,
    pub frames: u64,
    pub phones: usize,
    pub phone_connections: u64,
    pub violations: Vec<String>,
}

impl CrashReport {
    /// Sums both rounds.
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
