//! The only task that writes the outbox, with group commit.
//!
//! Each turn writes everything that waits (entries, the newest receipt, the newest plan) in one transaction, synced to
//! disk. Only then it acknowledges to controllers and wakes the uplink. A failed turn is kept whole and retried with
//! back-off. Until it succeeds the queue fills, and new events that find no place stay with their controllers.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::ids::DeviceId;
use protocol::uplink::{BatchReceipt, ServerCount};
use service::readiness::ReadinessCheck;
use service::retry::RetryBackoff;
use sqlx::{Connection, SqliteConnection};
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::entry::{OutboxEntry, OutboxReply};
use super::uncounted::UncountedSum;
use super::{rows, schema};
use crate::garage::{CountDelta, GarageState, StoredPlan};
use crate::metric::GatewayMetrics;

/// Maximum rows of one transaction; more improve nothing and delay the last one.
const GROUP: usize = 256;
const RETRY_BASE: Duration = Duration::from_millis(50);
const RETRY_CAP: Duration = Duration::from_secs(2);
/// Consecutive failures after which a stopping gateway gives up: some 3 s.
const LAST_TRIES: u32 = 8;

/// Replies that the writer sends after a commit.
pub(crate) type OutboxReplySender = mpsc::Sender<(DeviceId, OutboxReply)>;

pub(crate) struct OutboxWriter {
    pub file: PathBuf,
    pub db: SqliteConnection,
    pub last_seq: i64,
    pub backlog: i64,
    pub behind: UncountedSum,
    pub garage: Arc<GarageState>,
    pub answers: OutboxReplySender,
    /// Wakes the uplink.
    pub committed: Arc<Notify>,
    /// Number of rows that wait for the server.
    pub waiting: watch::Sender<i64>,
    pub meter: GatewayMetrics,
    pub check: ReadinessCheck,
}

/// The writer's inputs.
pub(crate) struct OutboxWriterInputs {
    /// The writer ends when every sender is dropped.
    pub entries: mpsc::Receiver<OutboxEntry>,
    /// Only the newest counts: receipts are cumulative.
    pub receipts: watch::Receiver<Option<EpochReply>>,
    pub plans: watch::Receiver<Option<Arc<StoredPlan>>>,
}

/// The server's reply to a batch of an epoch.
#[derive(Debug, Clone)]
pub(crate) struct EpochReply {
    pub epoch: String,
    pub content: EpochReplyContent,
}

#[derive(Debug, Clone)]
pub(crate) enum EpochReplyContent {
    Receipt(BatchReceipt),
    /// The server lacks records that it had acknowledged and that are deleted here: it was restored from an older
    /// backup.
    Gap,
}

/// The content of one transaction.
#[derive(Default)]
struct OutboxTransaction {
    entries: Vec<OutboxEntry>,
    receipt: Option<EpochReply>,
    plan: Option<Arc<StoredPlan>>,
}

/// The effect of a committed turn.
struct OutboxCommitResult {
    last_seq: i64,
    inserted: i64,
    deleted: i64,
    behind: UncountedSum,
    /// Present after a receipt.
    count: Option<ServerCount>,
}

impl OutboxTransaction {
    fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.receipt.is_none() && self.plan.is_none()
    }
}

impl OutboxWriter {
    pub(crate) async fn run(mut self, mut inbox: OutboxWriterInputs, stop: CancellationToken) {
        let mut backoff = RetryBackoff::new("outbox", RETRY_BASE, RETRY_CAP);
        self.check.set_ready();
        self.publish_backlog();
        let mut turn = OutboxTransaction::default();
        while inbox.fill(&mut turn).await {
            let started = Instant::now();
            match self.commit(&turn).await {
                Ok(done) => {
                    self.meter.commit(started.elapsed());
                    self.check.set_ready();
                    backoff.reset();
                    self.settle(std::mem::take(&mut turn), &done);
                }
                Err(error) => {
                    self.failed(&error, turn.entries.len());
                    self.reconnect().await;
                    if !wait(backoff.next_delay(), &stop, &backoff).await {
                        return;
                    }
                }
            }
        }
    }

    fn failed(&self, error: &sqlx::Error, entries: usize) {
        self.meter.commit_failed();
        self.check.set_failed("the outbox cannot be written");
        tracing::error!(garage.id = %self.meter.garage(), %error, entries, "outbox write failed; will retry");
    }

    /// Reopens the connection. On a full disk SQLite ends the transaction by itself, but the connection still assumes
    /// an open one.
    async fn reconnect(&mut self) {
        match schema::connect(&self.file).await {
            Ok(db) => self.db = db,
            Err(error) => {
                tracing::error!(garage.id = %self.meter.garage(), %error, "reopening the outbox failed; will retry");
            }
        }
    }

    async fn commit(&mut self, turn: &OutboxTransaction) -> Result<OutboxCommitResult, sqlx::Error> {
        let mut tx = self.db.begin_with("begin immediate").await?;
        let (last_seq, behind) = (self.last_seq, self.behind);
        let mut done = OutboxCommitResult { last_seq, inserted: 0, deleted: 0, behind, count: None };
        insert_new(&mut tx, &turn.entries, &mut done).await?;
        if let Some(receipt) = &turn.receipt {
            apply(&mut tx, receipt, self.last_seq, &mut done).await?;
        }
        if let Some(plan) = &turn.plan {
            rows::set_plan(&mut tx, plan).await?;
        }
        if done.behind != self.behind {
            rows::set_behind(&mut tx, &done.behind).await?;
        }
        tx.commit().await?;
        Ok(done)
    }

    /// Updates memory after the commit, then sends the replies.
    fn settle(&mut self, turn: OutboxTransaction, done: &OutboxCommitResult) {
        self.last_seq = done.last_seq;
        self.backlog += done.inserted - done.deleted;
        self.behind = done.behind;
        let pending =
            turn.entries.iter().map(OutboxEntry::change).fold(CountDelta::default(), CountDelta::plus);
        self.garage.settle(|ledger| {
            ledger.unpend(pending);
            ledger.rebase(done.count, done.behind.change);
        });
        self.publish_backlog();
        for entry in turn.entries {
            if let Some(event) = entry.event_id() {
                self.garage.stored(&entry.device, event);
            }
            // If the queue is full, the controller resends and receives its acknowledgement then.
            if entry.answer != OutboxReply::None
                && self.answers.try_send((entry.device, entry.answer)).is_err()
            {
                self.meter.publish_dropped("ack");
            }
        }
        if done.inserted > 0 {
            self.committed.notify_one();
        }
    }

    fn publish_backlog(&self) {
        self.meter.backlog(self.backlog);
        self.waiting.send_replace(self.backlog);
    }
}

impl OutboxWriterInputs {
    /// Waits for work, then takes all that is queued; `false` when no more will come.
    async fn fill(&mut self, turn: &mut OutboxTransaction) -> bool {
        if turn.is_empty() {
            tokio::select! {
                entry = self.entries.recv() => match entry {
                    Some(entry) => turn.entries.push(entry),
                    None => return false,
                },
                Ok(()) = self.receipts.changed() => self.receipts.mark_changed(),
                Ok(()) = self.plans.changed() => self.plans.mark_changed(),
            }
        }
        while turn.entries.len() < GROUP {
            let Ok(entry) = self.entries.try_recv() else { break };
            turn.entries.push(entry);
        }
        if self.receipts.has_changed().unwrap_or(false) {
            turn.receipt = self.receipts.borrow_and_update().clone();
        }
        if self.plans.has_changed().unwrap_or(false) {
            turn.plan = self.plans.borrow_and_update().clone();
        }
        true
    }
}

/// Assigns consecutive `seq` numbers to the entries that are not stored yet.
async fn insert_new(
    db: &mut SqliteConnection,
    entries: &[OutboxEntry],
    done: &mut OutboxCommitResult,
) -> Result<(), sqlx::Error> {
    let mut known = rows::known(db, entries).await?;
    let mut change = CountDelta::default();
    let mut new = Vec::with_capacity(entries.len());
    for entry in entries {
        let first = entry.key().is_none_or(|key| known.insert((entry.device.to_string(), key)));
        if first {
            done.last_seq += 1;
            change = change.plus(entry.change());
            new.push((done.last_seq, entry));
        }
    }
    done.inserted = i64::try_from(new.len()).unwrap_or(i64::MAX);
    done.behind = done.behind.with(change, done.last_seq);
    rows::insert(db, &new).await
}

async fn apply(
    db: &mut SqliteConnection,
    answered: &EpochReply,
    sent_through: i64,
    done: &mut OutboxCommitResult,
) -> Result<(), sqlx::Error> {
    if answered.epoch != rows::epoch(db).await? {
        return Ok(());
    }
    let receipt = match &answered.content {
        EpochReplyContent::Receipt(receipt) => receipt,
        EpochReplyContent::Gap => {
            let count = rows::count(db).await?;
            return renew(db, count, done).await;
        }
    };
    if receipt.acked_through > sent_through {
        // The file is older than the server's state: a copy was restored. Its `seq` numbers must not be used twice.
        return renew(db, Some(receipt.count), done).await;
    }
    done.behind = done.behind.without(db, receipt.count.through_seq, receipt.acked_through).await?;
    done.deleted = rows::delete_through(db, receipt.acked_through).await?;
    done.count = Some(receipt.count);
    rows::set_count(db, receipt.count).await
}

/// Starts a new epoch, because the server's state of this one and the rows contradict each other. The server recognises
/// events that it already has by their ids.
async fn renew(
    db: &mut SqliteConnection,
    count: Option<ServerCount>,
    done: &mut OutboxCommitResult,
) -> Result<(), sqlx::Error> {
    let epoch = Uuid::new_v4().to_string();
    tracing::error!(epoch, "outbox and server sequences diverged; starting a new epoch");
    done.last_seq = rows::renumber(db, &epoch).await?;
    done.behind = UncountedSum::added_up(db, 0, done.last_seq).await?;
    if let Some(count) = count {
        let count = ServerCount { through_seq: 0, ..count };
        rows::set_count(db, count).await?;
        done.count = Some(count);
    }
    Ok(())
}

/// Waits before the next try; `false` when a stopping gateway has tried long enough.
async fn wait(delay: Duration, stop: &CancellationToken, backoff: &RetryBackoff) -> bool {
    if stop.is_cancelled() && backoff.attempts() > LAST_TRIES {
        tracing::error!("stopped before all events were stored; controllers will resend them");
        return false;
    }
    tokio::time::sleep(delay).await;
    true
}
