//! One room: a class with connected teachers, or a school's hall with connected screens.
//!
//! The state is behind a plain mutex that is never held across an await. `wanted` is the newest cursor that the feed has
//! named, the ring's `head` is what has been read: the room is level-triggered and reads until `head >= wanted`.

mod key;

use std::sync::{Mutex, MutexGuard, PoisonError};

use protocol::people::FeedCursor;
use tokio::sync::{Notify, oneshot, watch};
use tokio_util::sync::CancellationToken;

use super::ending::StreamCloseReason;
use super::page::ArrivalPage;
use super::ring::{ArrivalFrame, ArrivalRing};
use crate::session::SessionToken;

pub use key::PushRoomKey;

/// Complete responses that stop short of the feed's cursor before the room trusts the server's list over the feed.
const SHORT_ANSWERS: u32 = 3;

/// Result of reading the room's ring for a socket.
#[derive(Debug)]
pub(crate) enum RingReadOutcome {
    /// Send these, oldest first, then read again.
    Frames(Vec<ArrivalFrame>),
    /// Everything up to this cursor has been sent.
    Current(FeedCursor),
    /// The ring starts later, at `floor`, or is not there yet: read from the server.
    Gap { floor: Option<FeedCursor> },
    /// Cursors have gone backwards: the frames that were sent are no longer valid.
    Backwards,
}

/// One read that the room needs, with the session of the member that reads for all.
#[derive(Debug)]
pub(crate) struct RoomFetchJob {
    pub member: u64,
    pub session: SessionToken,
    pub after: FeedCursor,
    wanted: FeedCursor,
    epoch: u64,
}

#[derive(Debug)]
struct RoomMember {
    id: u64,
    session: SessionToken,
    kick: oneshot::Sender<StreamCloseReason>,
}

#[derive(Debug, Default)]
struct RoomState {
    ring: Option<ArrivalRing>,
    wanted: FeedCursor,
    short_answers: u32,
    epoch: u64,
    members: Vec<RoomMember>,
    turn: usize,
}

#[derive(Debug)]
pub(crate) struct PushRoom {
    pub key: PushRoomKey,
    inner: Mutex<RoomState>,
    /// Counts the changes that sockets should process.
    changes: watch::Sender<u64>,
    /// Wakes the room's reader.
    pub wake: Notify,
    /// Cancelled when the last socket has left.
    pub empty: CancellationToken,
}

impl PushRoom {
    pub(crate) fn new(key: PushRoomKey) -> Self {
        Self {
            key,
            inner: Mutex::default(),
            changes: watch::Sender::new(0),
            wake: Notify::new(),
            empty: CancellationToken::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, RoomState> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// The epoch for later calls of `take`; it grows when cursors go backwards.
    pub(crate) fn epoch(&self) -> u64 {
        self.lock().epoch
    }

    pub(crate) fn enter(&self, id: u64, session: SessionToken) -> oneshot::Receiver<StreamCloseReason> {
        let (kick, kicked) = oneshot::channel();
        self.lock().members.push(RoomMember { id, session, kick });
        // After a refused session ended the last reader, news may wait for the next one.
        self.wake.notify_one();
        kicked
    }

    /// True if no socket is left.
    pub(crate) fn leave(&self, id: u64) -> bool {
        let mut inner = self.lock();
        inner.members.retain(|member| member.id != id);
        inner.members.is_empty()
    }

    /// Ends one member's socket and never reads with its session again.
    pub(crate) fn kick(&self, id: u64, ending: StreamCloseReason) {
        let mut inner = self.lock();
        if let Some(place) = inner.members.iter().position(|member| member.id == id) {
            // A socket that has just left by itself no longer listens.
            let _ = inner.members.swap_remove(place).kick.send(ending);
        }
    }

    /// Ends the sockets of a session that has logged out.
    pub(crate) fn end_session(&self, session: &SessionToken) {
        for member in self.lock().members.extract_if(.., |member| member.session == *session) {
            let _ = member.kick.send(StreamCloseReason::SessionEnded);
        }
    }

    /// Starts the ring at `cursor`, if it has not started: a socket has read everything up to there.
    pub(crate) fn anchor(&self, cursor: FeedCursor, epoch: u64) {
        let mut inner = self.lock();
        if inner.ring.is_none() && inner.epoch == epoch {
            inner.ring = Some(ArrivalRing::at(cursor));
            self.wake.notify_one();
        }
    }

    /// Records a newer cursor that the feed has named.
    pub(crate) fn news(&self, cursor: FeedCursor) {
        let mut inner = self.lock();
        if cursor > inner.wanted {
            inner.wanted = cursor;
            inner.short_answers = 0;
            self.wake.notify_one();
        }
    }

    /// Drops the ring: cursors have gone backwards, and nothing that was read is valid.
    pub(crate) fn reset(&self) {
        Self::forget(&mut self.lock());
        self.changed();
    }

    fn forget(inner: &mut RoomState) {
        inner.ring = None;
        inner.wanted = 0;
        inner.short_answers = 0;
        inner.epoch += 1;
    }

    fn changed(&self) {
        self.changes.send_modify(|n| *n = n.wrapping_add(1));
    }

    /// The next read, if the room is behind and has a member to read with.
    pub(crate) fn job(&self) -> Option<RoomFetchJob> {
        let mut inner = self.lock();
        let after = inner.ring.as_ref()?.head();
        if after >= inner.wanted {
            return None;
        }
        inner.turn = inner.turn.wrapping_add(1);
        let turn = inner.turn.checked_rem(inner.members.len())?;
        let member = inner.members.get(turn)?;
        let (wanted, epoch) = (inner.wanted, inner.epoch);
        Some(RoomFetchJob { member: member.id, session: member.session.clone(), after, wanted, epoch })
    }

    /// Adds a page to the ring. Returns false if the page stops short of the cursor that the feed has named: try again a little later.
    pub(crate) fn take_in(&self, job: &RoomFetchJob, page: ArrivalPage) -> bool {
        let enough = {
            let mut inner = self.lock();
            if inner.epoch != job.epoch {
                // This answer may be from before the reset.
                true
            } else if page.cursor < job.after {
                Self::forget(&mut inner);
                true
            } else {
                inner.append(job, page)
            }
        };
        self.changed();
        enough
    }

    /// What to send to a socket that has sent everything up to `sent`.
    pub(crate) fn take(&self, epoch: u64, sent: FeedCursor) -> RingReadOutcome {
        let inner = self.lock();
        if inner.epoch != epoch {
            return RingReadOutcome::Backwards;
        }
        let Some(ring) = &inner.ring else { return RingReadOutcome::Gap { floor: None } };
        match ring.since(sent) {
            None => RingReadOutcome::Gap { floor: Some(ring.floor()) },
            Some(frames) if frames.is_empty() => RingReadOutcome::Current(ring.head().max(sent)),
            Some(frames) => RingReadOutcome::Frames(frames),
        }
    }

    /// True if the room has read everything that the feed has named.
    pub(crate) fn is_current(&self) -> bool {
        let inner = self.lock();
        inner.ring.as_ref().is_some_and(|ring| ring.head() >= inner.wanted)
    }
}

impl RoomState {
    fn append(&mut self, job: &RoomFetchJob, page: ArrivalPage) -> bool {
        let Some(ring) = &mut self.ring else { return true };
        let more = page.more;
        for entry in page.entries {
            ring.push(entry);
        }
        ring.advance(page.cursor);
        if more || ring.head() >= job.wanted {
            return true;
        }
        // The server's list ends here. Accept it after a few tries, or the room would repeat the read for ever.
        self.short_answers += 1;
        if self.short_answers >= SHORT_ANSWERS && self.wanted == job.wanted {
            self.wanted = ring.head();
        }
        false
    }
}

#[cfg(test)]
mod tests;
