//! Counters of a controller since its start.

use std::iter::Sum;
use std::ops::{Add, Sub};

use serde::Serialize;

/// A copy of the counters at one moment; those of many controllers add up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ControllerCounters {
    /// Events published for the first time.
    pub sent: u64,
    /// Events published again because no acknowledgement had come.
    pub resent: u64,
    /// Events refused to the caller because the store was full.
    pub refused: u64,
    /// Commands received, of any kind.
    pub commands: u64,
    /// Times that the barrier went up.
    pub opened: u64,
    /// Commands for an event that had been answered before.
    pub duplicate_commands: u64,
    /// Commands that came after their time to live.
    pub expired_commands: u64,
    /// Commands for events that this controller does not remember.
    pub unknown_commands: u64,
    /// Own events named by an acknowledgement as stored.
    pub acks: u64,
    /// Messages that the gateway refused.
    pub rejected: u64,
    /// Messages to this controller that it could not read.
    pub malformed: u64,
    /// Connections that were accepted and subscribed.
    pub connections: u64,
    /// Connections that ended or did not come about.
    pub lost_connections: u64,
}

impl ControllerCounters {
    fn zip(self, other: Self, f: fn(u64, u64) -> u64) -> Self {
        Self {
            sent: f(self.sent, other.sent),
            resent: f(self.resent, other.resent),
            refused: f(self.refused, other.refused),
            commands: f(self.commands, other.commands),
            opened: f(self.opened, other.opened),
            duplicate_commands: f(self.duplicate_commands, other.duplicate_commands),
            expired_commands: f(self.expired_commands, other.expired_commands),
            unknown_commands: f(self.unknown_commands, other.unknown_commands),
            acks: f(self.acks, other.acks),
            rejected: f(self.rejected, other.rejected),
            malformed: f(self.malformed, other.malformed),
            connections: f(self.connections, other.connections),
            lost_connections: f(self.lost_connections, other.lost_connections),
        }
    }
}

impl Add for ControllerCounters {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        self.zip(other, u64::saturating_add)
    }
}

impl Sub for ControllerCounters {
    type Output = Self;
    fn sub(self, earlier: Self) -> Self {
        self.zip(earlier, u64::saturating_sub)
    }
}

impl Sum for ControllerCounters {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), Add::add)
    }
}
