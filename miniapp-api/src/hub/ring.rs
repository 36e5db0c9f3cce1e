//! The last changes of one room, each serialized once, in the order of their cursors.
//!
//! The ring returns the same as the server's list: an arrival that changes again moves to the end with its latest state, and
//! its older frame is dropped. A reader that has not seen the older frame gets only the latest. The invariant: every arrival
//! whose latest change has a cursor in `floor+1..=head` is in the ring. A reader before `floor` has to read from the server.

use std::collections::VecDeque;

use axum::extract::ws::Utf8Bytes;
use domain::ids::ArrivalId;
use protocol::people::FeedCursor;

/// Frames kept per room: several minutes of a class's dismissal, at some 400 bytes each.
pub(super) const RING: usize = 256;

/// Frames handed out at once: what a socket holds while it sends.
pub(super) const BATCH: usize = 32;

/// One changed arrival, ready to send. Clones share the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ArrivalFrame {
    pub id: ArrivalId,
    pub cursor: FeedCursor,
    pub text: Utf8Bytes,
}

/// The changes of a room after `floor` and up to `head`.
#[derive(Debug)]
pub(super) struct ArrivalRing {
    floor: FeedCursor,
    head: FeedCursor,
    entries: VecDeque<ArrivalFrame>,
}

impl ArrivalRing {
    /// An empty ring: nothing is known before `cursor`.
    pub(super) fn at(cursor: FeedCursor) -> Self {
        Self { floor: cursor, head: cursor, entries: VecDeque::new() }
    }

    /// Everything up to here has been read from the server.
    pub(super) fn head(&self) -> FeedCursor {
        self.head
    }

    /// Changes up to here may be missing.
    pub(super) fn floor(&self) -> FeedCursor {
        self.floor
    }

    /// Adds a change; a change that is not past `head` is already known and ignored.
    pub(super) fn push(&mut self, entry: ArrivalFrame) {
        if entry.cursor <= self.head {
            return;
        }
        self.entries.retain(|older| older.id != entry.id);
        self.head = entry.cursor;
        self.entries.push_back(entry);
        if self.entries.len() > RING
            && let Some(oldest) = self.entries.pop_front()
        {
            self.floor = oldest.cursor;
        }
    }

    /// Records that nothing else changed up to `cursor`.
    pub(super) fn advance(&mut self, cursor: FeedCursor) {
        self.head = self.head.max(cursor);
    }

    /// At most [`BATCH`] changes after `sent`, oldest first; `None` if some of them are no longer here.
    pub(super) fn since(&self, sent: FeedCursor) -> Option<Vec<ArrivalFrame>> {
        if sent < self.floor {
            return None;
        }
        let first = self.entries.partition_point(|entry| entry.cursor <= sent);
        Some(self.entries.iter().skip(first).take(BATCH).cloned().collect())
    }
}

#[cfg(test)]
mod tests {

    use std::collections::BTreeMap;

    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;

    fn entry(id: u128, cursor: FeedCursor) -> ArrivalFrame {
        ArrivalFrame { id: ArrivalId::from_u128(id), cursor, text: Utf8Bytes::from(format!("{id}@{cursor}")) }
    }

    #[test]
    fn a_later_change_replaces_the_earlier_one() {
        let mut ring = ArrivalRing::at(10);
        ring.push(entry(1, 11));
        ring.push(entry(2, 12));
        ring.push(entry(1, 13));
        assert_eq!(ring.since(10).unwrap(), vec![entry(2, 12), entry(1, 13)]);
        assert_eq!(ring.since(12).unwrap(), vec![entry(1, 13)]);
    }

    #[test]
    fn a_reader_from_before_the_ring_is_told_so() {
        let mut ring = ArrivalRing::at(0);
        for n in 1..=300 {
            ring.push(entry(n, n as FeedCursor));
        }
        assert!(ring.since(43).is_none());
        assert_eq!(ring.since(44).unwrap()[0].cursor, 45);
        assert_eq!(ring.since(44).unwrap().len(), BATCH);
        assert_eq!(ring.since(300).unwrap(), vec![]);
    }

    /// The model is the server's list: the latest change of each arrival, ordered by cursor.
    #[test]
    fn whatever_it_covers_it_answers_like_the_servers_list() {
        for seed in 0..200 {
            let mut random = StdRng::seed_from_u64(seed);
            let mut ring = ArrivalRing::at(0);
            let mut model: BTreeMap<u128, FeedCursor> = BTreeMap::new();
            let mut cursor = 0;
            for _ in 0..random.random_range(1..900) {
                cursor += random.random_range(1..4);
                let id = random.random_range(0..400);
                ring.push(entry(id, cursor));
                model.insert(id, cursor);
                let sent = random.random_range(0..=cursor);
                let mut list: Vec<_> =
                    model.iter().filter(|&(_, &c)| c > sent).map(|(&id, &c)| entry(id, c)).collect();
                list.sort_by_key(|entry| entry.cursor);
                list.truncate(BATCH);
                if let Some(got) = ring.since(sent) {
                    assert_eq!(got, list, "seed {seed}");
                }
            }
        }
    }
}
