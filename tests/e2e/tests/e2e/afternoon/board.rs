//! A teacher's phone that follows the class through every lost connection, and its link.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::ids::{ArrivalId, ClassId};
use e2e::phone::{ClassStream, PhoneClient};
use protocol::people::{ClassArrival, FeedCursor, StreamFrame};
use testkit::proxy::TcpProxy;
use tokio::task::AbortHandle;

/// Pause of a phone before it connects again.
const RECONNECT: Duration = Duration::from_millis(150);

/// Everything that one phone was ever shown.
#[derive(Debug, Default, Clone)]
pub(super) struct ObservedBoard {
    pub latest: HashMap<ArrivalId, ClassArrival>,
    pub names: BTreeSet<String>,
    /// Frames that came twice, or behind the phone's cursor.
    pub repeated: Vec<(ArrivalId, FeedCursor)>,
    pub connections: usize,
    frames: HashSet<(ArrivalId, FeedCursor)>,
    cursor: Option<FeedCursor>,
}

impl ObservedBoard {
    fn take(&mut self, arrival: ClassArrival) {
        let key = (arrival.id, arrival.cursor);
        let is_behind = self.cursor.is_some_and(|reached| arrival.cursor <= reached);
        if !self.frames.insert(key) || is_behind {
            self.repeated.push(key);
        }
        self.cursor = self.cursor.max(Some(arrival.cursor));
        self.names.insert(arrival.pupil.clone());
        self.latest.insert(arrival.id, arrival);
    }
}

/// One teacher's phone. Both its WebSocket and its requests go through [`Self::link`].
pub(super) struct TeacherBoard {
    pub phone: PhoneClient,
    pub link: TcpProxy,
    observed: Arc<Mutex<ObservedBoard>>,
    following: AbortHandle,
}

impl TeacherBoard {
    /// `token` is the teacher's session, `people` the mini-program API.
    pub(super) async fn open(people: SocketAddr, token: &str, class: &ClassId) -> Self {
        let link = TcpProxy::start(people).await;
        let phone = PhoneClient::new(&format!("http://{}", link.address()), token);
        let observed = Arc::new(Mutex::new(ObservedBoard::default()));
        let task = follow(phone.clone(), class.clone(), observed.clone());
        Self { phone, link, observed, following: tokio::spawn(task).abort_handle() }
    }

    pub(super) fn observed(&self) -> ObservedBoard {
        self.observed.lock().unwrap().clone()
    }
}

impl Drop for TeacherBoard {
    fn drop(&mut self) {
        self.following.abort();
    }
}

async fn follow(phone: PhoneClient, class: ClassId, observed: Arc<Mutex<ObservedBoard>>) {
    loop {
        let after = observed.lock().unwrap().cursor;
        if let Ok(stream) = phone.follow(&class, after).await {
            observed.lock().unwrap().connections += 1;
            read(stream, &observed).await;
        }
        tokio::time::sleep(RECONNECT).await;
    }
}

/// Reads until the connection ends.
async fn read(mut stream: ClassStream, observed: &Mutex<ObservedBoard>) {
    while let Some(frame) = stream.next().await {
        let mut board = observed.lock().unwrap();
        match frame {
            StreamFrame::Arrival(arrival) => board.take(arrival),
            StreamFrame::Live { cursor } => board.cursor = board.cursor.max(Some(cursor)),
        }
    }
}
