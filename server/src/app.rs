//! Use cases. Each opens one transaction, calls the rules of `domain` and commits in its last lines. None awaits the
//! network while a transaction is open.

pub mod access_plan;
pub mod allocation;
pub mod arrival_act;
pub mod arrival_board;
mod at_gate;
mod attempts;
pub mod audit;
pub mod bind_code;
pub mod calendar;
pub mod claim;
pub mod directory;
mod driver;
pub mod enrolment;
pub mod etag;
pub mod feed;
pub mod gate_entry;
pub mod gateway_token;
pub mod guardian;
pub mod hall;
pub mod idempotency;
pub mod import;
pub mod ingest;
pub mod invalid_field;
pub mod key_check;
pub mod open_order;
pub mod operator;
mod operator_log_in;
pub mod overdue;
pub mod plate;
pub mod public_sites;
pub mod purge;
pub mod read_cache;
mod read_log;
mod remote_open_waiters;
pub mod reservation;
pub mod retention;
pub mod service_token;
pub mod session;
pub mod shared_garages;
pub mod sharing;
pub mod standing;
mod token;
pub mod ttl_cache;
pub mod visit;

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use domain::time::Clock;
use protocol::people::FeedCursor;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::context::ServerContext;
use store::Store;
use store::seal::SealingKeyring;

/// Shared state of the use cases: their context, the queues, and the caches. A clone is one more reference: each request makes several.
#[derive(Clone)]
pub struct App(Arc<AppParts>);

#[derive(Clone)]
pub struct AppParts {
    pub context: ServerContext,
    /// Newest feed cursor known to this replica. It only wakes long polls; the database is authoritative.
    pub news: Arc<watch::Sender<FeedCursor>>,
    /// Newest cursor committed by this replica, which is sent to the other replicas.
    pub committed: Arc<watch::Sender<FeedCursor>>,
    /// Cancelled when the process ends, so that long polls return at once and do not delay the shutdown.
    pub closing: CancellationToken,
    /// How long a person's session lives without being used.
    pub session_ttl: Duration,
    pub retention: retention::RetentionPeriods,
    reads: Arc<read_log::ReadLog>,
    /// Queue of gateways' batches; [`ingest::run`] commits them.
    pub ingest: ingest::IngestHandle,
    /// Queue of reservation requests; [`allocation::run`] decides them.
    pub allocation: allocation::AllocatorHandle,
    /// The public feed, at most a second old.
    pub public_sites: Arc<public_sites::FeedCache>,
    /// The feed's configuration.
    pub feed: public_sites::FeedSettings,
    pub operators: operator_log_in::OperatorLogInState,
    /// Rate limiter for enrolment codes.
    enrolments: Arc<attempts::AttemptLimiter>,
    /// Gateways that wait for remote openings.
    pub waiters: Arc<remote_open_waiters::RemoteOpenWaiters>,
    /// Cache of the gateways' access plans.
    access_plans: Arc<access_plan::AccessPlanCache>,
    pub calendars: Arc<sharing::CalendarCache>,
    /// Cached sessions, tokens and rights, some seconds old at most.
    pub read_cache: Arc<read_cache::ReadCache>,
    /// 1 s cache of alternatives offered when full.
    alternatives: Arc<reservation::AlternativesCache>,
}

/// A month: parents come every school day, and a lost phone is noticed sooner.
pub const SESSION_TTL: Duration = Duration::from_secs(30 * 24 * 3600);

impl App {
    pub fn new(store: Store, keys: SealingKeyring, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(AppParts {
            context: ServerContext { store, keys: Arc::new(keys), clock },
            news: Arc::new(watch::Sender::new(0)),
            committed: Arc::new(watch::Sender::new(0)),
            closing: CancellationToken::new(),
            session_ttl: SESSION_TTL,
            retention: retention::RetentionPeriods::default(),
            reads: Arc::default(),
            ingest: ingest::IngestHandle::default(),
            allocation: allocation::AllocatorHandle::default(),
            public_sites: Arc::default(),
            feed: public_sites::FeedSettings::default(),
            operators: operator_log_in::OperatorLogInState::default(),
            enrolments: Arc::new(attempts::AttemptLimiter::new(attempts::ENROLMENT_CODES)),
            waiters: Arc::default(),
            access_plans: Arc::default(),
            calendars: Arc::default(),
            read_cache: Arc::default(),
            alternatives: Arc::default(),
        }))
    }

    /// Changes settings before the process serves requests. Clones made earlier keep theirs.
    pub fn parts_mut(&mut self) -> &mut AppParts {
        Arc::make_mut(&mut self.0)
    }

    /// Wakes all readers of the feed, on other replicas as well. Call it after the commit.
    pub fn wake(&self, cursor: FeedCursor) {
        advance(&self.committed, cursor);
        self.advance_feed(cursor);
    }

    /// Advances the feed to a cursor that another replica has committed.
    pub fn advance_feed(&self, cursor: FeedCursor) {
        advance(&self.news, cursor);
    }
}

impl Deref for AppParts {
    type Target = ServerContext;

    fn deref(&self) -> &ServerContext {
        &self.context
    }
}

impl DerefMut for AppParts {
    fn deref_mut(&mut self) -> &mut ServerContext {
        &mut self.context
    }
}

impl Deref for App {
    type Target = AppParts;

    fn deref(&self) -> &AppParts {
        &self.0
    }
}

fn advance(watched: &watch::Sender<FeedCursor>, cursor: FeedCursor) {
    watched.send_if_modified(|known| {
        let newer = cursor > *known;
        *known = (*known).max(cursor);
        newer
    });
}
