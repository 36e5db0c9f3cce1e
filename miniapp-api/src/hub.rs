//! The push hub: from the server's feed to the sockets of the phones.
//!
//! ```text
//! server feed --"class X has news up to 41"--> feed task --> room X --one read--> ring --> each socket's `sent`
//! ```
//!
//! - **The feed names rooms, never children.** One task ([`feed`]) long-polls it. It starts at the feed's head, because
//!   each socket reads earlier changes itself when it connects.
//! - **A room** ([`room`]) is a class with connected teachers or a school's hall with connected screens. It is made for the first
//!   socket and dropped after the last. On news its reader ([`reader`]) makes one read for all, with the session of one
//!   connected member, so this process can read only what one of its connected users may read. A refused session ends that
//!   member's socket, and the reader tries the next member's session. The room is level-triggered: it reads until its head has
//!   reached the newest cursor that the feed has named; it repeats a failed read with back-off.
//! - **The ring** ([`ring`]) keeps the last changes as frames that were serialized once.
//! - **A socket** ([`socket`]) has no queue. It keeps the cursor that it has `sent`, takes later changes from the ring, and reads from
//!   the server itself what the ring no longer has. So no frame is missed between two sources, none is sent twice, and a
//!   slow phone affects only its own connection: a frame that cannot be written in time ends it with 4409.
//! - **Authorization** is the server's. Each socket reads its own first page with its own session, and again at least every
//!   minute: a revoked teacher profits from a colleague's reads for one minute at most.
//! - **Backwards.** If cursors shrink (another database behind the server), rooms drop their state and sockets end with 1012;
//!   a phone that sends a cursor of the future gets the whole board. If the other database's cursors are already ahead of ours,
//!   the change cannot be distinguished from news: cursors carry no name of their database.
//! - **Limits.** Sockets are counted in all and per session ([`places`]); sockets' reads run at most [`READS`] at a time.
//!
//! Locks are plain mutexes, taken hub before room, never held across an await.

mod ending;
pub mod feed;
mod limits;
mod line;
pub(crate) mod page;
mod places;
mod reader;
mod ring;
mod room;
mod socket;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use protocol::people::{ArrivalFeedPage, FeedCursor};
use tokio::sync::{Semaphore, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::server::{ServerCallError, ServerClient};
use crate::session::SessionToken;

pub use ending::StreamCloseReason;
pub use limits::SocketLimits;
pub use places::{SocketLimitError, SocketPermit};
pub use room::PushRoomKey;
pub use socket::{StreamRequest, StreamTarget, serve};

use page::ArrivalPage;
use places::SocketQuota;
use room::PushRoom;

/// Sockets' own reads in flight to the server: after a restart thousands of phones come back at once. The rooms' reads, one a
/// room at most, do not wait behind them.
const READS: usize = 64;

/// Longest wait for a read permit; then the socket tries again later.
const PERMIT_WITHIN: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub struct PushHub {
    pub(crate) server: ServerClient,
    pub(crate) limits: SocketLimits,
    pub(crate) shutdown: CancellationToken,
    places: SocketQuota,
    reads: Semaphore,
    tasks: TaskTracker,
    rooms: Mutex<HashMap<PushRoomKey, Arc<PushRoom>>>,
    next_member: AtomicU64,
    following: AtomicBool,
}

/// A socket's stay in a room; leaves it when dropped.
#[derive(Debug)]
pub(crate) struct RoomMembership {
    pub room: Arc<PushRoom>,
    id: u64,
    hub: Arc<PushHub>,
}

impl PushHub {
    pub fn new(server: ServerClient, limits: SocketLimits, shutdown: CancellationToken) -> Arc<Self> {
        Arc::new(Self {
            server,
            limits,
            shutdown,
            places: SocketQuota::new(limits.sockets, limits.sockets_per_session),
            reads: Semaphore::new(READS),
            tasks: TaskTracker::new(),
            rooms: Mutex::default(),
            next_member: AtomicU64::new(0),
            following: AtomicBool::new(false),
        })
    }

    /// Counts the tasks of the hub and its sockets.
    pub fn tasks(&self) -> &TaskTracker {
        &self.tasks
    }

    /// Takes one of the session's places for a socket.
    pub fn place(&self, session: &SessionToken) -> Result<SocketPermit, SocketLimitError> {
        self.places.take(session)
    }

    fn rooms(&self) -> MutexGuard<'_, HashMap<PushRoomKey, Arc<PushRoom>>> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Enters a room, which is made if this is the first socket.
    pub(crate) fn join(
        self: &Arc<Self>,
        key: &PushRoomKey,
        session: &SessionToken,
    ) -> (RoomMembership, oneshot::Receiver<StreamCloseReason>) {
        let id = self.next_member.fetch_add(1, Ordering::Relaxed);
        let mut rooms = self.rooms();
        let room = match rooms.entry(key.clone()) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(free) => {
                let room = free.insert(Arc::new(PushRoom::new(key.clone()))).clone();
                self.tasks.spawn(reader::read_for(room.clone(), self.clone()));
                room
            }
        };
        let kicked = room.enter(id, session.clone());
        (RoomMembership { room, id, hub: self.clone() }, kicked)
    }

    fn leave(&self, room: &Arc<PushRoom>, id: u64) {
        let mut rooms = self.rooms();
        if room.leave(id) && rooms.get(&room.key).is_some_and(|known| Arc::ptr_eq(known, room)) {
            rooms.remove(&room.key);
            room.empty.cancel();
        }
    }

    /// Marks the open rooms that a feed page names.
    fn news(&self, page: &ArrivalFeedPage) {
        let rooms = self.rooms();
        for news in &page.news {
            for key in [PushRoomKey::Class(news.class.clone()), PushRoomKey::Hall(news.school.clone())] {
                if let Some(room) = rooms.get(&key) {
                    room.news(news.cursor);
                }
            }
        }
    }

    /// Ends this session's sockets after a log-out here at once; those at other replicas end at their next check.
    pub fn end_session(&self, session: &SessionToken) {
        for room in self.rooms().values() {
            room.end_session(session);
        }
    }

    /// Cursors have gone backwards.
    fn reset(&self) {
        for room in self.rooms().values() {
            room.reset();
        }
    }

    fn set_following(&self, following: bool) {
        self.following.store(following, Ordering::Relaxed);
    }

    /// True while the feed responds: silence in a room then means that nothing has happened.
    pub fn is_following(&self) -> bool {
        self.following.load(Ordering::Relaxed)
    }

    /// Reads one page of a room's list for one socket. Sockets wait for each other, with a deadline.
    async fn read(
        &self,
        key: &PushRoomKey,
        after: Option<FeedCursor>,
        session: &SessionToken,
    ) -> Result<ArrivalPage, ServerCallError> {
        let permit = tokio::time::timeout(PERMIT_WITHIN, self.reads.acquire()).await;
        let _permit = permit.map_err(|_| ServerCallError::Queue)?;
        reader::page(&self.server, key, after, session).await
    }
}

impl Drop for RoomMembership {
    fn drop(&mut self) {
        self.hub.leave(&self.room, self.id);
    }
}
