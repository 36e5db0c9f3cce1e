//! Ingest of gateways' batches into the database: exactly once, many batches in one commit.
//!
//! One task per process takes all waiting batches, up to [`GROUP`], of all garages and commits them as one transaction.
//! Under load the batches share the cost of a commit; a single batch does not wait for others. The queue holds
//! [`QUEUE`] batches. A gateway that finds it full gets "busy", keeps its outbox and retries.
//!
//! A garage's bad data does not affect other garages: a batch with a gap is rejected alone, and an impossible record
//! becomes a dead letter. If a group cannot be committed, its batches are committed one by one.
//!
//! - `admission`: records to accept, by epoch and sequence number
//! - `record`: records of the wire, checked and sealed
//! - `dedupe`: new events and their ids
//! - `commit`: the transaction
//! - `reread`: two readings of one car
//! - `movement`: effects of new events on counts and visits
//! - `arrivals`: effects of a guardian's car on the classes' boards
//! - `waves`: the order of changes
//! - `cars`: changes of arrivals after the reading of their car

mod admission;
mod arrivals;
mod cars;
mod commit;
mod dedupe;
mod movement;
mod record;
mod reread;
mod waves;

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::ids::GarageId;
use metrics::{counter, gauge, histogram};
use protocol::uplink::{BatchReceipt, UplinkBatch};
use service::retry::RetryBackoff;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::App;
pub(crate) use movement::heal;

use store::{self, StoreError};

/// Most batches in one transaction: with more, the first would wait longer for the last than for a commit.
const GROUP: usize = 64;

/// Most records in one transaction, unless one batch has more. After an outage a whole district sends full batches:
/// other transactions wait for the row locks, and a statement has a limited number of values.
const RECORDS: usize = 1000;

/// Most batches that wait for the next transaction: two seconds of work. A full queue rejects further batches as busy.
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

/// A batch with the channel for its receipt.
struct IngestJob {
    garage: GarageId,
    batch: UplinkBatch,
    answer: oneshot::Sender<Result<BatchReceipt, IngestError>>,
}

/// The queue of batches; cheap to clone.
#[derive(Clone)]
pub struct IngestHandle {
    queue: mpsc::Sender<IngestJob>,
    waiting: Arc<Mutex<mpsc::Receiver<IngestJob>>>,
}

impl Default for IngestHandle {
    fn default() -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        Self { queue, waiting: Arc::new(Mutex::new(waiting)) }
    }
}

/// Queues a batch and waits until it is committed. The caller has authenticated the gateway.
pub async fn submit(app: &App, garage: GarageId, batch: UplinkBatch) -> Result<BatchReceipt, IngestError> {
    admission::check(&batch)?;
    let (answer, receipt) = oneshot::channel();
    app.ingest.queue.try_send(IngestJob { garage, batch, answer }).map_err(|error| match error {
        mpsc::error::TrySendError::Full(_) => {
            counter!("ingest_refused_total").increment(1);
            IngestError::Busy
        }
        mpsc::error::TrySendError::Closed(_) => IngestError::Closing,
    })?;
    // The channel closes when the task has ended; the gateway sends the batch again.
    receipt.await.unwrap_or(Err(IngestError::Closing))
}

/// Commits batches until `shutdown`, then those still queued. One task per process; a second one waits for the lock.
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

/// Splits the batches into transactions, in order.
fn groups(jobs: Vec<IngestJob>) -> Vec<Vec<IngestJob>> {
    let mut groups: Vec<Vec<IngestJob>> = Vec::new();
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

/// Commits a group. If the database rejects the group for its content, commits each batch alone, so that one batch does
/// not block the others for ever.
async fn group(app: &App, jobs: Vec<IngestJob>) {
    let (batches, answers): (Vec<_>, Vec<_>) =
        jobs.into_iter().map(|job| ((job.garage, job.batch), job.answer)).unzip();
    match commit_with_retry(app, &batches).await {
        Ok(outcomes) => {
            answers.into_iter().zip(outcomes).for_each(|(answer, outcome)| reply(answer, outcome))
        }
        Err(error) if batches.len() == 1 || error.is_overload() => fail_all(answers, error),
        Err(error) => {
            tracing::warn!(%error, batches = batches.len(), "ingest transaction failed; retrying batches one by one");
            for (batch, answer) in batches.iter().zip(answers) {
                let outcome = commit_with_retry(app, std::slice::from_ref(batch)).await;
                reply(answer, outcome.map_err(IngestError::from).and_then(first));
            }
        }
    }
}

fn first(outcomes: Vec<Result<BatchReceipt, IngestError>>) -> Result<BatchReceipt, IngestError> {
    outcomes.into_iter().next().unwrap_or(Err(IngestError::Unknown))
}

fn reply(
    answer: oneshot::Sender<Result<BatchReceipt, IngestError>>,
    outcome: Result<BatchReceipt, IngestError>,
) {
    // The request may have been cancelled. A committed batch is recognised when the gateway sends it again.
    let _ = answer.send(outcome);
}

/// The first waiting gateway gets the cause; the others get "busy" and retry.
fn fail_all(answers: Vec<oneshot::Sender<Result<BatchReceipt, IngestError>>>, error: StoreError) {
    let mut error = Some(error);
    for answer in answers {
        let cause = error.take().map_or(IngestError::Busy, IngestError::Store);
        reply(answer, Err(cause));
    }
}

/// Runs one transaction and retries it after a conflict with another replica.
async fn commit_with_retry(
    app: &App,
    batches: &[(GarageId, UplinkBatch)],
) -> Result<Vec<Result<BatchReceipt, IngestError>>, StoreError> {
    let started = Instant::now();
    let mut backoff = RetryBackoff::new("ingest", Duration::from_millis(5), Duration::from_millis(200));
    loop {
        match store::with_timeout(commit::commit(app, batches)).await {
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
