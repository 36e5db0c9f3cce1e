//! Allocation of spaces: one decision point, many requests in one commit.
//!
//! One task per process takes all waiting requests, up to [`GROUP`], of all garages. One transaction locks the garages'
//! rows of `book`, decides everything in memory, writes the changes and replies after the commit. The row locks make
//! replicas safe: a cached book is used only while its version equals its garage's stored version. A failed transaction
//! discards its books.
//!
//! Cars do not wait for this: ingest marks the visit and marks the book as stale. The passages are applied to the books
//! afterwards, many at once.
//!
//! - `request`: requests and replies
//! - `commit`: the transaction; `work`: its books; `kept`, `shelves`: the cache of books
//! - `decide`, `series`: decisions on requests; `key`: detection of repeated requests
//! - `passages`: gate passages applied to books; `strikes`: blocks after no-shows and overstays
//! - `read`: reading a book without deciding

mod book_cache;
mod cached_book;
mod commit;
mod decide;
mod key;
mod passages;
mod read;
mod request;
mod series;
mod stale_books;
mod strikes;
mod working_book;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::ids::GarageId;
use metrics::{counter, gauge, histogram};
use service::retry::RetryBackoff;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use self::book_cache::BookCache;
use self::cached_book::CachedBook;
use self::commit::{AllocationCommitOutcome, GarageRequest};
use self::stale_books::{StaleBookSchedule, StaleBooks};
use super::App;
use crate::context::ServerContext;
use store::book::BookVersion;
use store::{self, StoreError};

pub use read::{compare_all, read, read_now};
pub use request::{
    AllocationError, AllocationReply, AllocationRequest, ChangeRequest, RequestActor, ReservationActRequest,
    ReserveRequest, SeriesDateOutcome, SeriesDateReply, SeriesReply, SeriesRequest, SuspendRequest,
};

/// Most requests in one transaction: with more, the first would wait longer for the last than for a commit.
const GROUP: usize = 512;

/// Most requests that wait for the next transaction: about a second of work, and more than all parents of a school at
/// once. A full queue rejects further requests as busy.
const QUEUE: usize = 4096;

/// A conflict with another replica is over in milliseconds.
const ATTEMPTS: u32 = 6;

/// Longest wait for a decision; after that the client is gone.
const WAIT: Duration = Duration::from_secs(10);

type AllocationResult = Result<AllocationReply, AllocationError>;

/// A request with the channel for its reply.
struct AllocationJob {
    garage: GarageId,
    request: AllocationRequest,
    answer: oneshot::Sender<AllocationResult>,
}

/// The request queue and the cached books; cheap to clone.
#[derive(Clone)]
pub struct AllocatorHandle {
    queue: mpsc::Sender<AllocationJob>,
    waiting: Arc<Mutex<mpsc::Receiver<AllocationJob>>>,
    books: Arc<BookCache>,
    stale: Arc<StaleBooks>,
}

impl Default for AllocatorHandle {
    fn default() -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        Self { queue, waiting: Arc::new(Mutex::new(waiting)), books: Arc::default(), stale: Arc::default() }
    }
}

impl AllocatorHandle {
    /// Marks the garage's book as stale, after a passage or when something is due by the clock. Never waits.
    pub fn mark_stale(&self, garage: &GarageId) {
        self.stale.add(garage);
    }

    /// Call it after the commit of a change of what the garage shares: readers of this process see the change at once,
    /// and a waiting reservation may fit now.
    pub fn sharing_changed(&self, garage: &GarageId) {
        if let Some(slot) = self.books.find(garage) {
            slot.expire_comparison();
        }
        self.mark_stale(garage);
    }

    /// Whether something may be due by the clock in this garage. `stored` is the book's stored version. Without a
    /// cached book of that version the answer is true: another process may have died before its work was due.
    pub fn is_due(&self, context: &ServerContext, garage: &GarageId, stored: BookVersion) -> bool {
        let Some(shelf) = self.books.find(garage) else { return true };
        // The allocator holds the book now; the next check finds what is due.
        let Ok(kept) = shelf.book.try_read() else { return false };
        let now = context.now();
        let due = |kept: &CachedBook| {
            kept.stamp.version < stored || kept.book.next_due().is_some_and(|due| due <= now)
        };
        kept.as_ref().is_none_or(due)
    }

    /// Drops the books that were not used for an hour.
    pub fn drop_unused(&self) {
        self.books.drop_unused();
    }
}

/// Queues a request and waits until it is decided and committed.
pub async fn submit(app: &App, garage: &GarageId, request: AllocationRequest) -> AllocationResult {
    let (answer, outcome) = oneshot::channel();
    let job = AllocationJob { garage: garage.clone(), request, answer };
    app.allocation.queue.try_send(job).map_err(|error| match error {
        mpsc::error::TrySendError::Full(_) => {
            counter!("allocation_requests_total", "outcome" => "busy").increment(1);
            AllocationError::Busy
        }
        mpsc::error::TrySendError::Closed(_) => AllocationError::Closing,
    })?;
    match timeout(WAIT, outcome).await {
        Ok(outcome) => outcome.unwrap_or(Err(AllocationError::Closing)),
        Err(_) => Err(AllocationError::Busy),
    }
}

/// Decides until `shutdown`, then what is still queued. One task per process; a second one waits for the lock.
pub async fn run(app: App, shutdown: CancellationToken) {
    let mut waiting = app.allocation.waiting.lock().await;
    let mut jobs = Vec::with_capacity(GROUP);
    let mut round = StaleBookSchedule::default();
    loop {
        // A client that just got its reply and sends its next request joins this group, not the next one.
        tokio::task::yield_now().await;
        tokio::select! {
            biased;
            taken = waiting.recv_many(&mut jobs, GROUP) => if taken == 0 { return },
            () = shutdown.cancelled() => return,
            () = round.due(&app.allocation.stale) => {}
        }
        gauge!("allocation_queue").set(u32::try_from(waiting.len()).unwrap_or(u32::MAX));
        // Skips requests whose clients have gone.
        jobs.retain(|job| !job.answer.is_closed());
        let due = round.take(&app.allocation.stale);
        // A task of its own: a panic loses only the replies to these requests.
        let group = tokio::spawn(group(app.clone(), std::mem::take(&mut jobs), due));
        if let Err(error) = group.await {
            counter!("allocation_panics_total").increment(1);
            tracing::error!(%error, "allocation task panicked; requests lost, books will be rebuilt");
        }
    }
}

/// Commits a group. If the database rejects the group for its content, commits each request alone, so that one request
/// does not block the others for ever. Skips requests whose clients have gone, and stops while the database is
/// overloaded.
async fn group(app: App, jobs: Vec<AllocationJob>, due: BTreeSet<GarageId>) {
    let app = &app;
    let (asked, answers): (Vec<GarageRequest>, Vec<_>) =
        jobs.into_iter().map(|job| ((job.garage, job.request), job.answer)).unzip();
    match commit_with_retry(app, &asked, &due).await {
        Ok(outcomes) => {
            answers.into_iter().zip(outcomes).for_each(|(answer, outcome)| reply(answer, outcome))
        }
        Err(error) if asked.len() + due.len() <= 1 || error.is_overload() => fail_all(answers, error),
        Err(error) => {
            tracing::warn!(%error, requests = asked.len(), "allocation batch failed; retrying requests one by one");
            commit_individually(app, &asked, answers).await;
            for garage in due {
                let again = commit_with_retry(app, &[], &BTreeSet::from([garage.clone()])).await;
                if let Err(error) = again {
                    tracing::error!(%error, garage.id = %garage, "applying gate passages to a book failed; will retry");
                }
            }
        }
    }
}

async fn commit_individually(
    app: &App,
    asked: &[GarageRequest],
    answers: Vec<oneshot::Sender<AllocationResult>>,
) {
    let mut waiting = asked.iter().zip(answers);
    while let Some((one, answer)) = waiting.next() {
        if answer.is_closed() {
            continue;
        }
        let outcome = alone(app, one).await;
        let away = matches!(&outcome, Err(AllocationError::Store(error)) if error.is_overload());
        reply(answer, outcome);
        if away {
            return waiting.for_each(|(_, answer)| reply(answer, Err(AllocationError::Busy)));
        }
    }
}

async fn alone(app: &App, one: &GarageRequest) -> AllocationResult {
    let outcomes = commit_with_retry(app, std::slice::from_ref(one), &BTreeSet::new()).await?;
    outcomes.into_iter().next().unwrap_or(Err(AllocationError::Closing))
}

fn reply(answer: oneshot::Sender<AllocationResult>, outcome: AllocationResult) {
    let label = match &outcome {
        Ok(_) => "done",
        Err(AllocationError::Refused(_)) => "refused",
        Err(AllocationError::Busy | AllocationError::Closing | AllocationError::Store(_)) => "failed",
        Err(_) => "rejected",
    };
    counter!("allocation_requests_total", "outcome" => label).increment(1);
    // The client may have gone; its idempotency key returns the result.
    let _ = answer.send(outcome);
}

/// The first waiting client gets the cause; the others get "busy" and retry.
fn fail_all(answers: Vec<oneshot::Sender<AllocationResult>>, error: StoreError) {
    if answers.is_empty() {
        tracing::warn!(%error, "applying gate passages to books failed; will retry");
    }
    let mut error = Some(error);
    for answer in answers {
        let cause = error.take().map_or(AllocationError::Busy, AllocationError::Store);
        reply(answer, Err(cause));
    }
}

/// Runs one transaction and retries it after a conflict with another replica.
async fn commit_with_retry(
    app: &App,
    asked: &[GarageRequest],
    due: &BTreeSet<GarageId>,
) -> Result<Vec<AllocationResult>, StoreError> {
    let started = Instant::now();
    let mut backoff = RetryBackoff::new("allocation", Duration::from_millis(5), Duration::from_millis(200));
    loop {
        match store::with_timeout(commit::commit(app, asked, due)).await {
            Err(error) if error.is_conflict() && backoff.attempts() < ATTEMPTS => {
                tokio::time::sleep(backoff.next_delay()).await;
            }
            Err(error) => return Err(error),
            Ok(AllocationCommitOutcome { answers, settled: heard }) => {
                histogram!("allocation_commit_seconds").record(started.elapsed());
                histogram!("allocation_batch_size")
                    .record(f64::from(u32::try_from(asked.len()).unwrap_or(u32::MAX)));
                if heard.more {
                    due.iter().for_each(|garage| app.allocation.mark_stale(garage));
                }
                return Ok(answers);
            }
        }
    }
}
