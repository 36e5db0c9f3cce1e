//! The number of cars inside: the server's count plus what has happened since.
//!
//! The server says how many were inside at a place in this gateway's sequence; rows behind that place are added,
//! and so are events that are decided but not on disk yet. Corrections made at the server thus arrive here.

use protocol::uplink::Count;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Ledger {
    server: Option<Count>,
    /// Sum of the deltas of stored rows behind `server.through_seq`, or of all while there is no count.
    stored: i64,
    pending: i64,
}

impl Ledger {
    pub const fn restored(server: Option<Count>, stored: i64) -> Self {
        Self { server, stored, pending: 0 }
    }

    /// For decisions: without a count from the server, what was seen here.
    pub fn occupied(&self) -> i64 {
        self.server.map_or(0, |count| count.occupied) + self.stored + self.pending
    }

    /// For signs: `None` without a count from the server.
    pub fn published(&self) -> Option<i64> {
        self.server.map(|_| self.occupied())
    }

    /// An event has been decided.
    pub const fn pend(&mut self, delta: i64) {
        self.pending += delta;
    }

    /// An event that was pending is not any more.
    pub const fn unpend(&mut self, delta: i64) {
        self.pending -= delta;
    }

    /// New rows have been committed.
    pub const fn add(&mut self, deltas: i64) {
        self.stored += deltas;
    }

    /// The server has counted up to its place; `behind` is the sum of the rows after it.
    pub const fn rebase(&mut self, server: Count, behind: i64) {
        self.server = Some(server);
        self.stored = behind;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_of_the_server_replaces_what_it_covers() {
        let mut ledger = Ledger::default();
        ledger.pend(1);
        assert_eq!((ledger.occupied(), ledger.published()), (1, None));
        ledger.unpend(1);
        ledger.add(1);
        ledger.rebase(Count { occupied: 40, through_seq: 1 }, 0);
        assert_eq!(ledger.published(), Some(40));
        ledger.pend(-1);
        assert_eq!(ledger.published(), Some(39));
    }
}
