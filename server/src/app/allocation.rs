//! Who gets which space: one decision point, many requests in one commit.
//!
//! One task per process takes all waiting requests, up to [`GROUP`], of whichever garages. One transaction holds the
//! garages' rows of `book`, decides everything in memory, writes what has changed and answers after the commit. The rows
//! make replicas safe: a book in memory is used only while its garage's version is the one that it has. A transaction that
//! fails takes its books with it.
//!
//! Cars do not wait for this: ingest leaves a mark at the visit and a nudge; what has passed is told to the books
//! afterwards, many passages at once.
//!
//! - `request`: what may be asked
//! - `commit`: the transaction; `work`: its books; `kept`, `shelves`: those in memory
//! - `decide`, `series`: the requests; `key`: repetitions
//! - `passages`: what was seen at the gates; `strikes`: what follows from broken promises
//! - `read`: looking without deciding

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

/// Requests in one transaction: beyond that, the first would wait for the last longer than for a commit.
const GROUP: usize = 512;

/// Requests waiting for the next transaction: about a second of work, and more than a school has parents who all ask at
/// once. Then people are told to come again.
const QUEUE: usize = 4096;

/// A conflict with another replica is over in milliseconds.
const ATTEMPTS: u32 = 6;

/// Who has waited for so long has gone.
const WAIT: Duration = Duration::from_secs(10);

type Outcome = Result<Answer, AllocationError>;

/// A request and who waits for its answer.
struct Job {
    garage: GarageId,
    request: Request,
    answer: oneshot::Sender<Outcome>,
}

/// The way into the queue, and the books; cheap to clone.
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
    /// Something has passed this garage's gate, or is due by the clock. Never waits.
    pub fn nudge(&self, garage: &GarageId) {
        self.nudges.add(garage);
    }

    /// Whether the clock may have something to do in this garage, of which `stored` is the book's version. What another process has
    /// left, this one does not know: it may have died before it was due.
    pub fn is_due(&self, app: &App, garage: &GarageId, stored: Version) -> bool {
        let Some(shelf) = self.shelves.find(garage) else { return true };
        // Somebody decides there just now: the next look finds it.
        let Ok(kept) = shelf.kept.try_read() else { return false };
        let now = app.now();
        let due =
            |kept: &Kept| kept.stamp.version < stored || kept.book.next_due().is_some_and(|due| due <= now);
        kept.as_ref().is_none_or(due)
    }

    /// Drops the books that nobody has used for an hour.
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

/// Decides until `shutdown`, then what is still waiting. One per process; a second one waits for its turn.
pub async fn run(app: App, shutdown: CancellationToken) {
    let mut waiting = app.allocation.waiting.lock().await;
    let mut jobs = Vec::with_capacity(GROUP);
    let mut round = Round::default();
    loop {
        // Whoever was just answered and asks again comes with this group, not with the next one.
        tokio::task::yield_now().await;
        tokio::select! {
            biased;
            taken = waiting.recv_many(&mut jobs, GROUP) => if taken == 0 { return },
            () = shutdown.cancelled() => return,
            () = round.due(&app.allocation.nudges) => {}
        }
        gauge!("allocation_queue").set(u32::try_from(waiting.len()).unwrap_or(u32::MAX));
        // Whoever has gone meanwhile need not be decided.
        jobs.retain(|job| !job.answer.is_closed());
        let due = round.take(&app.allocation.nudges);
        // A task of its own: a fault costs these requests their answers, and nobody after them.
        let group = tokio::spawn(group(app.clone(), std::mem::take(&mut jobs), due));
        if let Err(error) = group.await {
            counter!("allocation_panics_total").increment(1);
            tracing::error!(%error, "a group of requests was lost by a fault; their books are made anew");
        }
    }
}

/// Commits a group; if the database refuses it for what is in it, each request alone, so that one does not hold up the
/// others for ever. Once the database is away, or whoever waits has gone, nothing more is tried.
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
            tracing::warn!(%error, requests = asked.len(), "a group of requests was refused; trying one by one");
            one_by_one(app, &asked, answers).await;
            for garage in due {
                let again = committed(app, &[], &BTreeSet::from([garage.clone()])).await;
                if let Err(error) = again {
                    tracing::error!(%error, garage.id = %garage, "a book cannot be told what has passed; trying again");
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
    // Nobody waits any more: the key says what became of it.
    let _ = answer.send(outcome);
}

/// The first waiter gets the cause, the others are told to come again.
fn give_up(answers: Vec<oneshot::Sender<Outcome>>, error: StoreError) {
    if answers.is_empty() {
        tracing::warn!(%error, "books could not be told what has passed; trying again");
    }
    let mut error = Some(error);
    for answer in answers {
        let cause = error.take().map_or(AllocationError::Busy, AllocationError::Store);
        reply(answer, Err(cause));
    }
}

/// One transaction, tried again while other replicas win.
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
