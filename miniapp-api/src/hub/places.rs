//! Limits on sockets: in all, to bound memory, and per session, so that one person cannot take all.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use metrics::gauge;

use crate::session::SessionToken;

/// The limit that refused the socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SocketLimitError {
    #[error("this process has no place for another connection")]
    Full,
    #[error("this session has too many connections")]
    TooManyOfSession,
}

#[derive(Debug)]
pub(super) struct SocketQuota {
    most: usize,
    most_per_session: usize,
    taken: Arc<Mutex<SocketCounts>>,
}

#[derive(Debug, Default)]
struct SocketCounts {
    total: usize,
    by_session: HashMap<SessionToken, usize>,
}

/// One counted socket; released when dropped.
#[derive(Debug)]
pub struct SocketPermit {
    session: SessionToken,
    taken: Arc<Mutex<SocketCounts>>,
}

impl SocketQuota {
    pub(super) fn new(most: usize, most_per_session: usize) -> Self {
        Self { most, most_per_session, taken: Arc::default() }
    }

    pub(super) fn take(&self, session: &SessionToken) -> Result<SocketPermit, SocketLimitError> {
        let mut taken = lock(&self.taken);
        if taken.total >= self.most {
            return Err(SocketLimitError::Full);
        }
        let of_session = taken.by_session.entry(session.clone()).or_default();
        if *of_session >= self.most_per_session {
            return Err(SocketLimitError::TooManyOfSession);
        }
        *of_session += 1;
        taken.total += 1;
        gauge!("ws_places_taken").increment(1.0);
        Ok(SocketPermit { session: session.clone(), taken: self.taken.clone() })
    }
}

impl Drop for SocketPermit {
    fn drop(&mut self) {
        let mut taken = lock(&self.taken);
        taken.total = taken.total.saturating_sub(1);
        if let Some(of_session) = taken.by_session.get_mut(&self.session) {
            *of_session = of_session.saturating_sub(1);
            if *of_session == 0 {
                taken.by_session.remove(&self.session);
            }
        }
        gauge!("ws_places_taken").decrement(1.0);
    }
}

fn lock(taken: &Mutex<SocketCounts>) -> MutexGuard<'_, SocketCounts> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn places_are_bounded_in_all_and_per_session_and_come_back() {
        let session = |name| SessionToken::parse(name).unwrap();
        let places = SocketQuota::new(3, 2);
        let first = places.take(&session("a")).unwrap();
        let _second = places.take(&session("a")).unwrap();
        assert_eq!(places.take(&session("a")).unwrap_err(), SocketLimitError::TooManyOfSession);
        let _third = places.take(&session("b")).unwrap();
        assert_eq!(places.take(&session("b")).unwrap_err(), SocketLimitError::Full);
        drop(first);
        assert!(places.take(&session("b")).is_ok());
    }
}
