//! One phone's connection: first its own read, then the frames of the room's ring, until it ends.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::ws::WebSocket;
use domain::ids::ClassId;
use metrics::gauge;
use protocol::people::FeedCursor;
use service::retry::RetryBackoff;
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior, interval_at};

use super::ending::StreamCloseReason;
use super::line::PhoneSocket;
use super::page::live;
use super::places::SocketPermit;
use super::room::{PushRoom, PushRoomKey, RingReadOutcome};
use super::{PushHub, RoomMembership};
use crate::server::ServerCallError;
use crate::session::SessionToken;

const FIRST_RETRY: Duration = Duration::from_millis(200);
const LONGEST_RETRY: Duration = Duration::from_secs(3);

/// The subject that the phone requests. The server names the hall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamTarget {
    Class(ClassId),
    Hall,
}

impl StreamTarget {
    fn kind(&self) -> &'static str {
        match self {
            Self::Class(_) => "class",
            Self::Hall => "hall",
        }
    }
}

/// A phone's request to follow, with the place that was taken for it.
#[derive(Debug)]
pub struct StreamRequest {
    pub door: StreamTarget,
    pub session: SessionToken,
    /// The phone's cursor; without it the whole board is sent first.
    pub after: Option<FeedCursor>,
    pub place: SocketPermit,
}

/// Serves one phone until its connection ends, and closes with the reason.
pub async fn serve(hub: Arc<PushHub>, socket: WebSocket, visit: StreamRequest) {
    let kind = visit.door.kind();
    gauge!("ws_connections", "kind" => kind).increment(1.0);
    let mut line = PhoneSocket::new(socket, hub.limits);
    let ending = tokio::select! {
        biased;
        () = hub.shutdown.cancelled() => StreamCloseReason::GoingAway,
        ending = attend(&hub, &mut line, &visit) => ending,
    };
    line.close(ending).await;
    gauge!("ws_connections", "kind" => kind).decrement(1.0);
}

async fn attend(hub: &Arc<PushHub>, line: &mut PhoneSocket, visit: &StreamRequest) -> StreamCloseReason {
    let deadline = Instant::now() + hub.limits.first_read_within;
    let key = match find_room(hub, visit, deadline).await {
        Ok(key) => key,
        Err(ending) => return ending,
    };
    let (member, kicked) = hub.join(&key, &visit.session);
    let mut phone = PhoneStream::new(hub, line, visit, &member);
    tokio::select! {
        biased;
        // A sender that is dropped without a value belongs to a member that leaves anyway.
        ending = kicked => ending.unwrap_or(StreamCloseReason::Gone),
        ending = phone.stay(deadline) => ending,
    }
}

/// Resolves the room; a hall's name comes from the server. The caller enters the room before it reads, so that no news falls between.
async fn find_room(
    hub: &PushHub,
    visit: &StreamRequest,
    deadline: Instant,
) -> Result<PushRoomKey, StreamCloseReason> {
    let StreamTarget::Class(class) = &visit.door else {
        let mut backoff = RetryBackoff::new("socket", FIRST_RETRY, LONGEST_RETRY);
        loop {
            match hub.server.me(&visit.session).await {
                Ok(me) => {
                    return me
                        .hall
                        .map(|school| PushRoomKey::Hall(school.id))
                        .ok_or(StreamCloseReason::NotYours);
                }
                Err(error) => wait_out(&error, &mut backoff, deadline).await?,
            }
        }
    };
    Ok(PushRoomKey::Class(class.clone()))
}

/// Waits before the next attempt, or returns the reason why there is none.
async fn wait_out(
    error: &ServerCallError,
    backoff: &mut RetryBackoff,
    deadline: Instant,
) -> Result<(), StreamCloseReason> {
    if let Some(ending) = error.ends_session() {
        return Err(ending);
    }
    let delay = backoff.next_delay();
    if Instant::now() + delay > deadline {
        return Err(StreamCloseReason::Trouble);
    }
    tokio::time::sleep(delay).await;
    Ok(())
}

struct PhoneStream<'a> {
    hub: &'a PushHub,
    line: &'a mut PhoneSocket,
    room: &'a PushRoom,
    session: &'a SessionToken,
    epoch: u64,
    changes: watch::Receiver<u64>,
    sent: Option<FeedCursor>,
    checked: Instant,
}

impl<'a> PhoneStream<'a> {
    fn new(
        hub: &'a PushHub,
        line: &'a mut PhoneSocket,
        visit: &'a StreamRequest,
        member: &'a RoomMembership,
    ) -> Self {
        let room = &*member.room;
        let (session, sent) = (&visit.session, visit.after);
        // The subscription is older than the first read: a change in between is seen by one or the other.
        let (epoch, changes) = (room.epoch(), room.subscribe());
        Self { hub, line, room, session, epoch, changes, sent, checked: Instant::now() }
    }

    async fn stay(&mut self, deadline: Instant) -> StreamCloseReason {
        match self.follow(deadline).await {
            Ok(never) => match never {},
            Err(ending) => ending,
        }
    }

    async fn follow(&mut self, deadline: Instant) -> Result<Infallible, StreamCloseReason> {
        self.arrive(deadline).await?;
        self.say_live().await?;
        let mut ticks = self.ticks();
        loop {
            self.deliver().await?;
            tokio::select! {
                heard = self.line.listen() => heard?,
                changed = self.changes.changed() => changed.map_err(|_| StreamCloseReason::Trouble)?,
                _ = ticks.tick() => self.tick().await?,
            }
        }
    }

    /// The first read, repeated while the server does not respond.
    async fn arrive(&mut self, deadline: Instant) -> Result<(), StreamCloseReason> {
        let mut backoff = RetryBackoff::new("socket", FIRST_RETRY, LONGEST_RETRY);
        loop {
            match self.read().await {
                Ok(()) => break,
                Err(StreamFailure::Ended(ending)) => return Err(ending),
                Err(StreamFailure::Server(error)) => wait_out(&error, &mut backoff, deadline).await?,
            }
        }
        self.room.anchor(self.cursor(), self.epoch);
        Ok(())
    }

    /// Everything up to here has been sent.
    fn cursor(&self) -> FeedCursor {
        self.sent.unwrap_or_default()
    }

    fn ticks(&self) -> Interval {
        // Sockets that came together after a restart do not all ping together.
        let period = self.hub.limits.ping_every;
        let first = tokio::time::Instant::now() + period.mul_f64(rand::random::<f64>());
        let mut ticks = interval_at(first, period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks
    }

    /// Sends the ring's frames, or reads from the server what the ring no longer has.
    async fn deliver(&mut self) -> Result<(), StreamCloseReason> {
        loop {
            match self.room.take(self.epoch, self.cursor()) {
                RingReadOutcome::Current(head) => {
                    self.sent = Some(head);
                    return Ok(());
                }
                RingReadOutcome::Frames(frames) => {
                    for frame in frames {
                        self.line.send(frame.text).await?;
                        self.sent = Some(frame.cursor);
                    }
                }
                RingReadOutcome::Gap { floor } => {
                    self.arrive(Instant::now() + self.hub.limits.first_read_within).await?;
                    // The read began when the ring was at `floor` already: nothing before it is missing.
                    self.sent = self.sent.max(floor);
                }
                RingReadOutcome::Backwards => return Err(StreamCloseReason::Backwards),
            }
        }
    }

    async fn tick(&mut self) -> Result<(), StreamCloseReason> {
        self.line.ping().await?;
        if self.checked.elapsed() >= self.hub.limits.check_every {
            self.check().await?;
        }
        if self.hub.is_following() && self.room.is_current() {
            self.deliver().await?;
            self.say_live().await?;
        }
        Ok(())
    }

    /// Reads with the socket's own session to check that it is still valid for this room. While the server is unreachable
    /// no phone receives anything new, so the check waits as well.
    async fn check(&mut self) -> Result<(), StreamCloseReason> {
        match self.read().await {
            Ok(()) => Ok(()),
            Err(StreamFailure::Ended(ending)) => Err(ending),
            Err(StreamFailure::Server(error)) => error.ends_session().map_or(Ok(()), Err),
        }
    }

    /// Boxed: the request's state is large, and a socket that waits for news should be small.
    fn read(&mut self) -> Pin<Box<dyn Future<Output = Result<(), StreamFailure>> + Send + '_>> {
        Box::pin(self.read_pages())
    }

    /// Reads from the server everything after `sent`, page by page, and sends it.
    async fn read_pages(&mut self) -> Result<(), StreamFailure> {
        loop {
            let asked = self.sent;
            let page =
                self.hub.read(&self.room.key, asked, self.session).await.map_err(StreamFailure::Server)?;
            if asked.is_some_and(|after| page.cursor < after) {
                // A cursor of another database: the phone gets the whole board.
                self.sent = None;
                continue;
            }
            for entry in
                page.entries.into_iter().filter(|entry| asked.is_none_or(|after| entry.cursor > after))
            {
                self.line.send(entry.text).await.map_err(StreamFailure::Ended)?;
            }
            self.sent = Some(page.cursor);
            if !page.more {
                self.checked = Instant::now();
                return Ok(());
            }
        }
    }

    async fn say_live(&mut self) -> Result<(), StreamCloseReason> {
        let text = live(self.cursor()).map_err(|_| StreamCloseReason::Trouble)?;
        self.line.send(text).await
    }
}

enum StreamFailure {
    Server(ServerCallError),
    Ended(StreamCloseReason),
}
