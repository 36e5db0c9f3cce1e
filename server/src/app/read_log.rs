//! Which sessions have read which class today: the audit log gets one line for each, not one for each request.
//!
//! The memory is this replica's own. After a restart, or on another replica, the same reading is written once more:
//! a line too many is harmless, one too few is not.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use chrono::NaiveDate;
use domain::ids::ClassId;

/// Entries kept; beyond it they start anew, which costs repeated lines and no memory.
const BOUND: usize = 100_000;

#[derive(Debug, Default)]
pub struct ReadLog {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    day: NaiveDate,
    reads: HashSet<(Vec<u8>, ClassId)>,
}

impl ReadLog {
    pub fn is_logged(&self, session: &[u8], class: &ClassId, day: NaiveDate) -> bool {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.day == day && known.reads.contains(&(session.to_vec(), class.clone()))
    }

    /// To be called once the line is committed.
    pub fn logged(&self, session: &[u8], class: &ClassId, day: NaiveDate) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.day != day || known.reads.len() >= BOUND {
            *known = Known { day, reads: HashSet::new() };
        }
        known.reads.insert((session.to_vec(), class.clone()));
    }
}
