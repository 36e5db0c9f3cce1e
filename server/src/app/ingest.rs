//! Batches of gateways into the database: exactly once, many in one commit.
//!
//! One task per process takes all waiting batches, up to [`GROUP`], from whichever garages, and commits them as one
//! transaction: under load the cost of a commit is shared, alone a batch does not wait for others. The queue has
//! [`QUEUE`] places; a gateway that finds it full is told to come again and keeps its outbox.
//!
//! What another garage sent harms nobody: a batch with a gap is refused alone, an impossible record becomes a dead
//! letter, and if a group cannot be committed at all its batches are tried one by one.
//!
//! - `admission`: which records are wanted, by epoch and sequence number
//! - `record`: what comes from the wire, checked and sealed
//! - `dedupe`: which events are new, and under which id
//! - `commit`: the transaction
//! - `reread`: two readings of one car
//! - `movement`: what new events do to counts and visits
//! - `arrivals`: what a parent's car does to the classes' boards
//! - `waves`, `effect`: in which order, and the rule for one car and one child
//! - `cars`: what happens to arrivals after their car was read

mod admission;
mod arrivals;
mod cars;
mod commit;
mod dedupe;
mod effect;
mod movement;
mod record;
mod reread;
mod waves;

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::ids::GarageId;
use metrics::{counter, gauge, histogram};
use protocol::uplink::{Batch, Receipt};
use service::retry::Backoff;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::App;
pub(crate) use movement::heal;

use crate::store::{self, StoreError};

/// Batches in one transaction: beyond that, the first would wait for the last longer than for a commit.
const GROUP: usize = 64;

/// Records in one transaction, unless one batch has more. After an outage a whole district sends full batches: others
/// wait for the row locks, and statements have a limited number of values.
const RECORDS: usize = 1000;

/// Batches waiting for the next transaction: two seconds of work, then gateways are told to come again.
const QUEUE: usize = 256;

/// A conflict with another replica is over in milliseconds.
const ATTEMPTS: u32 = 6;

/// Why a batch was not committed.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    #[error("the sequence has a gap: expected record {expected}")]
    Gap { expected: i64 },
    #[error("{0}")]
    Invalid(&'static str),
    #[error("too many batches are waiting")]
    Busy,
    #[error("the server is closing")]
    Closing,
    #[error("this garage has no gateway any more")]
    Unknown,
    #[error("the batch could not be stored")]
    Store(#[from] StoreError),
}

/// A batch and who waits for its receipt.
struct Job {
    garage: GarageId,
    batch: Batch,
    answer: oneshot::Sender<Result<Receipt, IngestError>>,
}

/// The way into the queue; cheap to clone.
#[derive(Clone)]
pub struct Ingest {
    queue: mpsc::Sender<Job>,
    waiting: Arc<Mutex<mpsc::Receiver<Job>>>,
}

impl Default for Ingest {
    fn default() -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        Self { queue, waiting: Arc::new(Mutex::new(waiting)) }
    }
}

/// Queues a batch and waits until it is committed. The caller has authenticated the gateway.
pub async fn submit(app: &App, garage: GarageId, batch: Batch) -> Result<Receipt, IngestError> {
    admission::check(&batch)?;
    let (answer, receipt) = oneshot::channel();
    app.ingest.queue.try_send(Job { garage, batch, answer }).map_err(|error| match error {
        mpsc::error::TrySendError::Full(_) => {
            counter!("ingest_refused_total").increment(1);
            IngestError::Busy
        }
        mpsc::error::TrySendError::Closed(_) => IngestError::Closing,
    })?;
    // A dropped answer is a task that has ended; the gateway sends the batch again.
    receipt.await.unwrap_or(Err(IngestError::Closing))
}

/// Commits batches until `shutdown`, then what is still waiting. One per process; a second one waits for its turn.
pub async fn run(app: App, shutdown: CancellationToken) {
    let mut waiting = app.ingest.waiting.lock().await;
    let mut jobs = Vec::with_capacity(GROUP);
    loop {
        tokio::select! {
            biased;
            taken = waiting.recv_many(&mut jobs, GROUP) => if taken == 0 { return },
            () = shutdown.cancelled() => return,
        }
        gauge!("ingest_queue").set(u32::try_from(waiting.len()).unwrap_or(u32::MAX));
        for jobs in groups(std::mem::take(&mut jobs)) {
            group(&app, jobs).await;
        }
    }
}

/// Parts what was taken into transactions, in order.
fn groups(jobs: Vec<Job>) -> Vec<Vec<Job>> {
    let mut groups: Vec<Vec<Job>> = Vec::new();
    let mut records = 0;
    for job in jobs {
        records += job.batch.records.len();
        match groups.last_mut().filter(|_| records <= RECORDS) {
            Some(group) => group.push(job),
            None => {
                records = job.batch.records.len();
                groups.push(vec![job]);
            }
        }
    }
    groups
}

/// Commits a group; if the database refuses it for what is in it, each batch alone, so that one does not
/// hold up the others for ever.
async fn group(app: &App, jobs: Vec<Job>) {
    let (batches, answers): (Vec<_>, Vec<_>) =
        jobs.into_iter().map(|job| ((job.garage, job.batch), job.answer)).unzip();
    match committed(app, &batches).await {
        Ok(outcomes) => {
            answers.into_iter().zip(outcomes).for_each(|(answer, outcome)| reply(answer, outcome))
        }
        Err(error) if batches.len() == 1 || error.is_overload() => give_up(answers, error),
        Err(error) => {
            tracing::warn!(%error, batches = batches.len(), "a group of batches was refused; trying one by one");
            for (batch, answer) in batches.iter().zip(answers) {
                let outcome = committed(app, std::slice::from_ref(batch)).await;
                reply(answer, outcome.map_err(IngestError::from).and_then(first));
            }
        }
    }
}

fn first(outcomes: Vec<Result<Receipt, IngestError>>) -> Result<Receipt, IngestError> {
    outcomes.into_iter().next().unwrap_or(Err(IngestError::Unknown))
}

fn reply(answer: oneshot::Sender<Result<Receipt, IngestError>>, outcome: Result<Receipt, IngestError>) {
    // Nobody waits any more: the request was given up. What is committed is recognised when it comes again.
    let _ = answer.send(outcome);
}

/// The first waiter gets the cause, the others are told to come again.
fn give_up(answers: Vec<oneshot::Sender<Result<Receipt, IngestError>>>, error: StoreError) {
    let mut error = Some(error);
    for answer in answers {
        let cause = error.take().map_or(IngestError::Busy, IngestError::Store);
        reply(answer, Err(cause));
    }
}

/// One transaction, tried again while other replicas win.
async fn committed(
    app: &App,
    batches: &[(GarageId, Batch)],
) -> Result<Vec<Result<Receipt, IngestError>>, StoreError> {
    let started = Instant::now();
    let mut backoff = Backoff::new("ingest", Duration::from_millis(5), Duration::from_millis(200));
    loop {
        match store::answered(commit::commit(app, batches)).await {
            Err(error) if error.is_conflict() && backoff.attempts() < ATTEMPTS => {
                tokio::time::sleep(backoff.next_delay()).await;
            }
            Err(error) => return Err(error),
            Ok(done) => {
                histogram!("ingest_commit_seconds").record(started.elapsed());
                done.announce(app);
                return Ok(done.outcomes);
            }
        }
    }
}
