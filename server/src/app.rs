//! Use cases. Each opens one transaction, calls the rules of `domain`, and commits in its last lines; none awaits
//! the network while a transaction is open.

pub mod access_plan;
pub mod allocation;
pub mod arrival_act;
pub mod arrival_board;
mod at_gate;
mod attempts;
pub mod bind_code;
pub mod calendar;
pub mod claim;
pub mod directory;
pub mod doors;
mod driver;
pub mod enrolment;
pub mod etag;
pub mod feed;
pub mod gate_entry;
pub mod gateway_token;
pub mod guardian;
pub mod hall;
pub mod import;
pub mod ingest;
pub mod key_check;
pub mod open_order;
pub mod operator;
mod pickup_window;
pub mod plate;
pub mod public_sites;
mod read_log;
pub mod recent;
pub mod reservation;
pub mod retention;
pub mod service_token;
pub mod session;
pub mod sharing;
pub mod standing;
mod token;
pub mod visit;

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use domain::time::{Clock, Timestamp};
use protocol::people::Cursor;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::store::Store;
use crate::store::seal::Keyring;

/// What every use case works with. A clone is one more reference: each request makes several.
#[derive(Clone)]
pub struct App(Arc<AppParts>);

#[derive(Clone)]
pub struct AppParts {
    pub store: Store,
    pub keys: Arc<Keyring>,
    pub clock: Arc<dyn Clock>,
    /// Newest feed cursor that this replica knows of: a wake-up for long polls, never the truth.
    pub news: Arc<watch::Sender<Cursor>>,
    /// Newest cursor that this replica has committed itself: what it tells the other replicas.
    pub committed: Arc<watch::Sender<Cursor>>,
    /// Cancelled when the process ends: long polls answer at once instead of holding the drain.
    pub closing: CancellationToken,
    /// How long a person's session lives without being used.
    pub session_ttl: Duration,
    pub retention: retention::Retention,
    reads: Arc<read_log::ReadLog>,
    /// Where gateways' batches queue; [`ingest::run`] commits them.
    pub ingest: ingest::Ingest,
    /// Where requests for spaces queue; [`allocation::run`] decides them.
    pub allocation: allocation::Allocation,
    /// The open-space feed as it was a second ago at most.
    pub public_sites: Arc<public_sites::FeedCache>,
    /// The feed's configuration.
    pub feed: public_sites::FeedSettings,
    pub operators: operator::Operators,
    /// Wrong codes of boxes.
    enrolments: Arc<attempts::Attempts>,
    /// Gateways that wait for orders to open.
    pub waiters: open_order::Shared,
    /// Gateways' plans as they were made last.
    access_plans: Arc<access_plan::Cache>,
    pub calendars: Arc<sharing::Calendars>,
    /// Sessions and tokens as they were some seconds ago at most.
    pub doors: Arc<doors::Doors>,
    /// What was answered to those without a space in the last second.
    help: Arc<reservation::Remembered>,
}

/// A month: parents come every school day, and a phone that was lost is found out sooner.
pub const SESSION_TTL: Duration = Duration::from_secs(30 * 24 * 3600);

impl App {
    pub fn new(store: Store, keys: Keyring, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(AppParts {
            store,
            keys: Arc::new(keys),
            clock,
            news: Arc::new(watch::Sender::new(0)),
            committed: Arc::new(watch::Sender::new(0)),
            closing: CancellationToken::new(),
            session_ttl: SESSION_TTL,
            retention: retention::Retention::default(),
            reads: Arc::default(),
            ingest: ingest::Ingest::default(),
            allocation: allocation::Allocation::default(),
            public_sites: Arc::default(),
            feed: public_sites::FeedSettings::default(),
            operators: operator::Operators::default(),
            enrolments: Arc::new(attempts::Attempts::new(enrolment::LIMITS)),
            waiters: open_order::Shared::default(),
            access_plans: Arc::default(),
            calendars: Arc::default(),
            doors: Arc::default(),
            help: Arc::default(),
        }))
    }

    /// Changes settings before the process serves requests. Clones made earlier keep theirs.
    pub fn parts_mut(&mut self) -> &mut AppParts {
        Arc::make_mut(&mut self.0)
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Wakes whoever waits for the feed, on other replicas as well; call it after the commit.
    pub fn wake(&self, cursor: Cursor) {
        advance(&self.committed, cursor);
        self.heard(cursor);
    }

    /// Another replica has committed up to `cursor`.
    pub fn heard(&self, cursor: Cursor) {
        advance(&self.news, cursor);
    }
}

impl Deref for App {
    type Target = AppParts;

    fn deref(&self) -> &AppParts {
        &self.0
    }
}

fn advance(watched: &watch::Sender<Cursor>, cursor: Cursor) {
    watched.send_if_modified(|known| {
        let newer = cursor > *known;
        *known = (*known).max(cursor);
        newer
    });
}
