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

mod commit;
mod decide;
mod kept;
mod key;
mod nudges;
mod passages;
mod read;
mod request;
mod series;
mod shelves;
mod strikes;
mod work;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::ids::GarageId;
use metrics::{counter, gauge, histogram};
use service::retry::Backoff;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use self::commit::{Asked, Done};
use self::kept::Kept;
use self::nudges::{Nudges, Round};
use self::shelves::Shelves;
use super::App;
use crate::store::book::Version;
use crate::store::{self, StoreError};

pub use read::{compare_all, read, read_now};
pub use request::{
    Act, AllocationError, Answer, By, ChangeOne, DateAnswer, DateOutcome, Request, Reserve, ReserveSeries,
    SeriesAnswer, Suspend,
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

type Outcome = Result<Answer, AllocationError>;

/// A request with the channel for its reply.
struct Job {
    garage: GarageId,
    request: Request,
    answer: oneshot::Sender<Outcome>,
}

/// The request queue and the cached books; cheap to clone.
#[derive(Clone)]
pub struct Allocation {
    queue: mpsc::Sender<Job>,
    waiting: Arc<Mutex<mpsc::Receiver<Job>>>,
    shelves: Arc<Shelves>,
    nudges: Arc<Nudges>,
}

impl Default for Allocation {
    fn default() -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        Self {
            queue,
            waiting: Arc::new(Mutex::new(waiting)),
            shelves: Arc::default(),
            nudges: Arc::default(),
        }
    }
}

impl Allocation {
    /// Marks the garage's book as stale, after a passage or when something is due by the clock. Never waits.
    pub fn nudge(&self, garage: &GarageId) {
        self.nudges.add(garage);
    }

    /// Whether something may be due by the clock in this garage. `stored` is the book's stored version. Without a
    /// cached book of that version the answer is true: another process may have died before its work was due.
    pub fn is_due(&self, app: &App, garage: &GarageId, stored: Version) -> bool {
        let Some(shelf) = self.shelves.find(garage) else { return true };
        // The allocator holds the book now; the next check finds what is due.
        let Ok(kept) = shelf.kept.try_read() else { return false };
        let now = app.now();
        let due =
            |kept: &Kept| kept.stamp.version < stored || kept.book.next_due().is_some_and(|due| due <= now);
        kept.as_ref().is_none_or(due)
    }

    /// Drops the books that were not used for an hour.
    pub fn drop_unused(&self) {
        self.shelves.drop_unused();
    }
}

/// Queues a request and waits until it is decided and committed.
pub async fn submit(app: &App, garage: &GarageId, request: Request) -> Outcome {
    let (answer, outcome) = oneshot::channel();
    let job = Job { garage: garage.clone(), request, answer };
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
    let mut round = Round::default();
    loop {
        // A client that just got its reply and sends its next request joins this group, not the next one.
        tokio::task::yield_now().await;
        tokio::select! {
            biased;
            taken = waiting.recv_many(&mut jobs, GROUP) => if taken == 0 { return },
            () = shutdown.cancelled() => return,
            () = round.due(&app.allocation.nudges) => {}
        }
        gauge!("allocation_queue").set(u32::try_from(waiting.len()).unwrap_or(u32::MAX));
        // Skips requests whose clients have gone.
        jobs.retain(|job| !job.answer.is_closed());
        let due = round.take(&app.allocation.nudges);
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
async fn group(app: App, jobs: Vec<Job>, due: BTreeSet<GarageId>) {
    let app = &app;
    let (asked, answers): (Vec<Asked>, Vec<_>) =
        jobs.into_iter().map(|job| ((job.garage, job.request), job.answer)).unzip();
    match committed(app, &asked, &due).await {
        Ok(outcomes) => {
            answers.into_iter().zip(outcomes).for_each(|(answer, outcome)| reply(answer, outcome))
        }
        Err(error) if asked.len() + due.len() <= 1 || error.is_overload() => give_up(answers, error),
        Err(error) => {
            tracing::warn!(%error, requests = asked.len(), "allocation batch failed; retrying requests one by one");
            one_by_one(app, &asked, answers).await;
            for garage in due {
                let again = committed(app, &[], &BTreeSet::from([garage.clone()])).await;
                if let Err(error) = again {
                    tracing::error!(%error, garage.id = %garage, "applying gate passages to a book failed; will retry");
                }
            }
        }
    }
}

async fn one_by_one(app: &App, asked: &[Asked], answers: Vec<oneshot::Sender<Outcome>>) {
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

async fn alone(app: &App, one: &Asked) -> Outcome {
    let outcomes = committed(app, std::slice::from_ref(one), &BTreeSet::new()).await?;
    outcomes.into_iter().next().unwrap_or(Err(AllocationError::Closing))
}

fn reply(answer: oneshot::Sender<Outcome>, outcome: Outcome) {
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
fn give_up(answers: Vec<oneshot::Sender<Outcome>>, error: StoreError) {
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
async fn committed(app: &App, asked: &[Asked], due: &BTreeSet<GarageId>) -> Result<Vec<Outcome>, StoreError> {
    let started = Instant::now();
    let mut backoff = Backoff::new("allocation", Duration::from_millis(5), Duration::from_millis(200));
    loop {
        match store::answered(commit::commit(app, asked, due)).await {
            Err(error) if error.is_conflict() && backoff.attempts() < ATTEMPTS => {
                tokio::time::sleep(backoff.next_delay()).await;
            }
            Err(error) => return Err(error),
            Ok(Done { answers, heard }) => {
                histogram!("allocation_commit_seconds").record(started.elapsed());
                histogram!("allocation_batch_size")
                    .record(f64::from(u32::try_from(asked.len()).unwrap_or(u32::MAX)));
                if heard.more {
                    due.iter().for_each(|garage| app.allocation.nudge(garage));
                }
                return Ok(answers);
            }
        }
    }
}
