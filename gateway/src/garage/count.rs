//! The number of cars inside, in total and per audience: the server's count plus later events.
//!
//! The server's count is valid at a position of this gateway's sequence. Rows after that position are added, and so are
//! events that are decided but not yet on disk. Corrections made at the server reach the gateway in this way.

use domain::access::{Audience, AudienceCounts};
use protocol::uplink::ServerCount;
use serde::{Deserialize, Serialize};

/// The effect of events on the count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CountDelta {
    delta: i64,
    /// The part of `delta` with a known audience.
    inside: AudienceCounts,
}

impl CountDelta {
    pub(crate) fn of(delta: i64, audience: Option<Audience>) -> Self {
        let mut inside = AudienceCounts::default();
        if let Some(audience) = audience {
            inside.add(audience, delta);
        }
        Self { delta, inside }
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Self { delta: self.delta + other.delta, inside: self.inside + other.inside }
    }

    pub(crate) fn minus(self, other: Self) -> Self {
        self.plus(Self { delta: -other.delta, inside: -other.inside })
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct OccupancyLedger {
    server: Option<ServerCount>,
    /// Sum of the stored rows after `server.through_seq`, or of all rows while there is no count.
    stored: CountDelta,
    pending: CountDelta,
}

impl OccupancyLedger {
    pub(crate) fn restored(server: Option<ServerCount>, stored: CountDelta) -> Self {
        Self { server, stored, pending: CountDelta::default() }
    }

    /// For decisions. Without a count from the server, only the cars counted here.
    pub(crate) fn occupied(&self) -> i64 {
        self.server.map_or(0, |count| count.occupied) + self.stored.delta + self.pending.delta
    }

    /// Audiences of the cars inside. A car that was admitted before this gateway's memory begins stays counted after it
    /// leaves, until the server's next receipt. The count is then too high, so the remaining room is too low, never too
    /// high.
    pub(crate) fn inside(&self) -> Option<AudienceCounts> {
        let server = self.server?.inside?;
        Some(server + self.stored.inside + self.pending.inside)
    }

    /// For signs: `None` without a count from the server.
    pub(crate) fn published(&self) -> Option<i64> {
        self.server.map(|_| self.occupied())
    }

    /// Adds a decided event.
    pub(crate) fn pend(&mut self, change: CountDelta) {
        self.pending = self.pending.plus(change);
    }

    /// Removes an event that is no longer pending.
    pub(crate) fn unpend(&mut self, change: CountDelta) {
        self.pending = self.pending.minus(change);
    }

    /// Updates the sums after a commit: the server's last count, if it is new, and the sum of the rows that the count
    /// does not cover.
    pub(crate) fn rebase(&mut self, server: Option<ServerCount>, behind: CountDelta) {
        self.server = server.or(self.server);
        self.stored = behind;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_of_the_server_replaces_what_it_covers() {
        let one = CountDelta::of(1, None);
        let mut ledger = OccupancyLedger::default();
        ledger.pend(one);
        assert_eq!((ledger.occupied(), ledger.published()), (1, None));
        ledger.unpend(one);
        ledger.rebase(None, one);
        assert_eq!((ledger.occupied(), ledger.published()), (1, None));
        ledger
            .rebase(Some(ServerCount { occupied: 40, through_seq: 1, inside: None }), CountDelta::default());
        assert_eq!(ledger.published(), Some(40));
        ledger.pend(CountDelta::of(-1, None));
        assert_eq!(ledger.published(), Some(39));
    }

    #[test]
    fn it_is_known_as_whom_cars_are_inside_once_the_server_has_said_so() {
        let mut ledger = OccupancyLedger::default();
        ledger.pend(CountDelta::of(1, Some(Audience::Public)));
        assert_eq!(ledger.inside(), None);
        let inside = Some(AudienceCounts { public: 3, ..AudienceCounts::default() });
        let server = ServerCount { occupied: 4, through_seq: 0, inside };
        ledger.rebase(Some(server), CountDelta::of(1, Some(Audience::Staff)));
        assert_eq!(
            ledger.inside().unwrap(),
            AudienceCounts { public: 4, staff: 1, ..AudienceCounts::default() }
        );
        ledger.pend(CountDelta::of(-1, None));
        assert_eq!((ledger.occupied(), ledger.inside().unwrap().total()), (5, 5));
    }
}
