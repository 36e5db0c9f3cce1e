//! Use cases. Each opens one transaction, calls the rules of `domain` and commits in its last lines. None awaits the
//! network while a transaction is open.

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

/// Shared state of all use cases. A clone is one more reference: each request makes several.
#[derive(Clone)]
pub struct App(Arc<AppParts>);

#[derive(Clone)]
pub struct AppParts {
    pub store: Store,
    pub keys: Arc<Keyring>,
    pub clock: Arc<dyn Clock>,
    /// Newest feed cursor known to this replica. It only wakes long polls; the database is authoritative.
    pub news: Arc<watch::Sender<Cursor>>,
    /// Newest cursor committed by this replica, which is sent to the other replicas.
    pub committed: Arc<watch::Sender<Cursor>>,
    /// Cancelled when the process ends, so that long polls return at once and do not delay the shutdown.
    pub closing: CancellationToken,
    /// How long a person's session lives without being used.
    pub session_ttl: Duration,
    pub retention: retention::Retention,
    reads: Arc<read_log::ReadLog>,
    /// Queue of gateways' batches; [`ingest::run`] commits them.
    pub ingest: ingest::Ingest,
    /// Queue of reservation requests; [`allocation::run`] decides them.
    pub allocation: allocation::Allocation,
    /// The public feed, at most a second old.
    pub public_sites: Arc<public_sites::FeedCache>,
    /// The feed's configuration.
    pub feed: public_sites::FeedSettings,
    pub operators: operator::Operators,
    /// Rate limiter for enrolment codes.
    enrolments: Arc<attempts::Attempts>,
    /// Gateways that wait for remote openings.
    pub waiters: open_order::Shared,
    /// Cache of the gateways' access plans.
    access_plans: Arc<access_plan::Cache>,
    pub calendars: Arc<sharing::Calendars>,
    /// Cached sessions, tokens and rights, some seconds old at most.
    pub doors: Arc<doors::Doors>,
    /// 1 s cache of alternatives offered when full.
    help: Arc<reservation::Remembered>,
}

/// A month: parents come every school day, and a lost phone is noticed sooner.
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

    /// Wakes all readers of the feed, on other replicas as well. Call it after the commit.
    pub fn wake(&self, cursor: Cursor) {
        advance(&self.committed, cursor);
        self.heard(cursor);
    }

    /// Advances the feed to a cursor that another replica has committed.
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
