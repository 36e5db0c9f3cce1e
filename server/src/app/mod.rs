//! Use cases. Each opens one transaction, calls the rules of `domain`, and commits in its last lines; none awaits
//! the network while a transaction is open.

use std::sync::Arc;

use domain::time::{Clock, Timestamp};
use protocol::people::Cursor;
use tokio::sync::watch;

use crate::store::Store;
use crate::store::seal::Keyring;

/// What every use case works with; cheap to clone.
#[derive(Clone)]
pub struct App {
    pub store: Store,
    pub keys: Arc<Keyring>,
    pub clock: Arc<dyn Clock>,
    /// Newest feed cursor that this replica knows of: a wake-up for long polls, never the truth.
    pub news: Arc<watch::Sender<Cursor>>,
}

impl App {
    pub fn new(store: Store, keys: Keyring, clock: Arc<dyn Clock>) -> Self {
        Self { store, keys: Arc::new(keys), clock, news: Arc::new(watch::Sender::new(0)) }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Wakes whoever waits for the feed; call it after the commit.
    pub fn wake(&self, cursor: Cursor) {
        self.news.send_if_modified(|known| {
            let newer = cursor > *known;
            *known = (*known).max(cursor);
            newer
        });
    }
}
