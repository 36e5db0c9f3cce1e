//! The number of cars inside, in all and of each audience: the server's count plus what has happened since.
//!
//! The server says how many were inside at a place in this gateway's sequence; rows behind that place are added,
//! and so are events that are decided but not on disk yet. Corrections made at the server thus arrive here.

use domain::access::{Audience, Cars};
use protocol::uplink::Count;
use serde::{Deserialize, Serialize};

/// What events have done to the count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Change {
    delta: i64,
    /// The part of it of which it is known as whom the cars came in.
    inside: Cars,
}

impl Change {
    pub fn of(delta: i64, audience: Option<Audience>) -> Self {
        let mut inside = Cars::default();
        if let Some(audience) = audience {
            inside.add(audience, delta);
        }
        Self { delta, inside }
    }

    pub fn plus(self, other: Self) -> Self {
        Self { delta: self.delta + other.delta, inside: self.inside + other.inside }
    }

    pub fn minus(self, other: Self) -> Self {
        self.plus(Self { delta: -other.delta, inside: -other.inside })
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Ledger {
    server: Option<Count>,
    /// Sum of the stored rows behind `server.through_seq`, or of all while there is no count.
    stored: Change,
    pending: Change,
}

impl Ledger {
    pub fn restored(server: Option<Count>, stored: Change) -> Self {
        Self { server, stored, pending: Change::default() }
    }

    /// For decisions: without a count from the server, what was seen here.
    pub fn occupied(&self) -> i64 {
        self.server.map_or(0, |count| count.occupied) + self.stored.delta + self.pending.delta
    }

    /// As whom the cars inside came in. A car that leaves and was let in before this gateway's memory begins goes on being
    /// counted until the server's next receipt: too many leave too little room, never too much.
    pub fn inside(&self) -> Option<Cars> {
        let server = self.server?.inside?;
        Some(server + self.stored.inside + self.pending.inside)
    }

    /// For signs: `None` without a count from the server.
    pub fn published(&self) -> Option<i64> {
        self.server.map(|_| self.occupied())
    }

    /// An event has been decided.
    pub fn pend(&mut self, change: Change) {
        self.pending = self.pending.plus(change);
    }

    /// An event that was pending is not any more.
    pub fn unpend(&mut self, change: Change) {
        self.pending = self.pending.minus(change);
    }

    /// The disk has changed: with what the server has counted last, if it has said something new, and the sum of the rows
    /// that this does not cover.
    pub fn rebase(&mut self, server: Option<Count>, behind: Change) {
        self.server = server.or(self.server);
        self.stored = behind;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_count_of_the_server_replaces_what_it_covers() {
        let one = Change::of(1, None);
        let mut ledger = Ledger::default();
        ledger.pend(one);
        assert_eq!((ledger.occupied(), ledger.published()), (1, None));
        ledger.unpend(one);
        ledger.rebase(None, one);
        assert_eq!((ledger.occupied(), ledger.published()), (1, None));
        ledger.rebase(Some(Count { occupied: 40, through_seq: 1, inside: None }), Change::default());
        assert_eq!(ledger.published(), Some(40));
        ledger.pend(Change::of(-1, None));
        assert_eq!(ledger.published(), Some(39));
    }

    #[test]
    fn it_is_known_as_whom_cars_are_inside_once_the_server_has_said_so() {
        let mut ledger = Ledger::default();
        ledger.pend(Change::of(1, Some(Audience::Public)));
        assert_eq!(ledger.inside(), None);
        let inside = Some(Cars { public: 3, ..Cars::default() });
        let server = Count { occupied: 4, through_seq: 0, inside };
        ledger.rebase(Some(server), Change::of(1, Some(Audience::Staff)));
        assert_eq!(ledger.inside().unwrap(), Cars { public: 4, staff: 1, ..Cars::default() });
        ledger.pend(Change::of(-1, None));
        assert_eq!((ledger.occupied(), ledger.inside().unwrap().total()), (5, 5));
    }
}
