//! Which sessions have read which class today: the audit log gets one line per session and class, not one per request.
//!
//! The set is local to this replica. After a restart, or on another replica, the same reading is logged once more: a
//! line too many is harmless, a missing one is not.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use chrono::NaiveDate;
use domain::ids::ClassId;

/// Most entries. When it is full the set is cleared, which costs repeated lines and bounds the memory.
const BOUND: usize = 100_000;

#[derive(Debug, Default)]
pub(super) struct ReadLog {
    known: Mutex<LoggedReads>,
}

#[derive(Debug, Default)]
struct LoggedReads {
    day: NaiveDate,
    reads: HashSet<(Vec<u8>, ClassId)>,
}

impl ReadLog {
    pub(super) fn is_logged(&self, session: &[u8], class: &ClassId, day: NaiveDate) -> bool {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.day == day && known.reads.contains(&(session.to_vec(), class.clone()))
    }

    /// Call it once the line is committed.
    pub(super) fn logged(&self, session: &[u8], class: &ClassId, day: NaiveDate) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.day != day || known.reads.len() >= BOUND {
            *known = LoggedReads { day, reads: HashSet::new() };
        }
        known.reads.insert((session.to_vec(), class.clone()));
    }
}
