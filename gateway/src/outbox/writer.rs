//! The only task that writes the outbox: group commit.
//!
//! Each turn takes whatever waits (entries, the newest receipt, the newest plan) into one transaction, synced to
//! disk. Only then are controllers answered and the uplink woken. A failed turn is kept whole and tried again with
//! back-off; meanwhile the queue fills and new events find no place, so they stay with their controllers.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::ids::DeviceId;
use protocol::uplink::{Count, Receipt};
use service::readiness::Check;
use service::retry::Backoff;
use sqlx::{Connection, SqliteConnection};
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::behind::Behind;
use super::entry::{Answer, Entry};
use super::{rows, schema};
use crate::garage::{Change, Garage, StoredPlan};
use crate::metric::Meter;

/// Rows of one transaction; more gain nothing, and make the last one wait.
const GROUP: usize = 256;
const RETRY_BASE: Duration = Duration::from_millis(50);
const RETRY_CAP: Duration = Duration::from_secs(2);
/// Failures in a row after which a stopping gateway gives up: some 3 s.
const LAST_TRIES: u32 = 8;

/// What the writer hands on after a commit.
pub(crate) type Answers = mpsc::Sender<(DeviceId, Answer)>;

pub(crate) struct Writer {
    pub file: PathBuf,
    pub db: SqliteConnection,
    pub last_seq: i64,
    pub backlog: i64,
    pub behind: Behind,
    pub garage: Arc<Garage>,
    pub answers: Answers,
    /// Wakes the uplink.
    pub committed: Arc<Notify>,
    /// How many rows wait for the server.
    pub waiting: watch::Sender<i64>,
    pub meter: Meter,
    pub check: Check,
}

/// Where a writer gets its work.
pub(crate) struct Inbox {
    /// Ends the writer when every sender is gone.
    pub entries: mpsc::Receiver<Entry>,
    /// The newest wins: receipts are cumulative.
    pub receipts: watch::Receiver<Option<Answered>>,
    pub plans: watch::Receiver<Option<Arc<StoredPlan>>>,
}

/// What the server said about a batch of an epoch.
#[derive(Debug, Clone)]
pub(crate) struct Answered {
    pub epoch: String,
    pub word: Word,
}

#[derive(Debug, Clone)]
pub(crate) enum Word {
    Receipt(Receipt),
    /// It lacks records that it had acknowledged, and that are gone here: it was put back to an older state.
    Gap,
}

/// The work of one transaction.
#[derive(Default)]
struct Turn {
    entries: Vec<Entry>,
    receipt: Option<Answered>,
    plan: Option<Arc<StoredPlan>>,
}

/// What a committed turn has changed.
struct Done {
    last_seq: i64,
    inserted: i64,
    deleted: i64,
    behind: Behind,
    /// With a receipt.
    count: Option<Count>,
}

impl Turn {
    fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.receipt.is_none() && self.plan.is_none()
    }
}

impl Writer {
    pub async fn run(mut self, mut inbox: Inbox, stop: CancellationToken) {
        let mut backoff = Backoff::new("outbox", RETRY_BASE, RETRY_CAP);
        self.check.set_ready();
        self.publish_backlog();
        let mut turn = Turn::default();
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
        tracing::error!(garage.id = %self.meter.garage(), %error, entries, "the outbox cannot be written; trying again");
    }

    /// On a full disk SQLite ends the transaction by itself, and the connection goes on to believe that it is in one.
    async fn reconnect(&mut self) {
        match schema::connect(&self.file).await {
            Ok(db) => self.db = db,
            Err(error) => {
                tracing::error!(garage.id = %self.meter.garage(), %error, "the outbox cannot be opened again");
            }
        }
    }

    async fn commit(&mut self, turn: &Turn) -> Result<Done, sqlx::Error> {
        let mut tx = self.db.begin_with("begin immediate").await?;
        let (last_seq, behind) = (self.last_seq, self.behind);
        let mut done = Done { last_seq, inserted: 0, deleted: 0, behind, count: None };
        insert_new(&mut tx, &turn.entries, &mut done).await?;
        if let Some(receipt) = &turn.receipt {
            apply(&mut tx, receipt, self.last_seq, &mut done).await?;
        }
        if let Some(plan) = &turn.plan {
            rows::set_plan(&mut tx, plan).await?;
        }
        if done.behind != self.behind {
            rows::set_behind(&mut tx, done.behind).await?;
        }
        tx.commit().await?;
        Ok(done)
    }

    /// Memory follows the disk; then those who wait are told.
    fn settle(&mut self, turn: Turn, done: &Done) {
        self.last_seq = done.last_seq;
        self.backlog += done.inserted - done.deleted;
        self.behind = done.behind;
        let pending = turn.entries.iter().map(Entry::change).fold(Change::default(), Change::plus);
        self.garage.settle(|ledger| {
            ledger.unpend(pending);
            ledger.rebase(done.count, done.behind.change);
        });
        self.publish_backlog();
        for entry in turn.entries {
            if let Some(event) = entry.event_id() {
                self.garage.stored(&entry.device, event);
            }
            // Without a place the controller sends again, and is answered then.
            if entry.answer != Answer::Silence && self.answers.try_send((entry.device, entry.answer)).is_err()
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

impl Inbox {
    /// Waits for work, then takes all that is there; `false` when there will be no more.
    async fn fill(&mut self, turn: &mut Turn) -> bool {
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

/// Gives places to the entries that are not rows yet, without a gap.
async fn insert_new(
    db: &mut SqliteConnection,
    entries: &[Entry],
    done: &mut Done,
) -> Result<(), sqlx::Error> {
    let mut known = rows::known(db, entries).await?;
    let mut change = Change::default();
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
    answered: &Answered,
    sent_through: i64,
    done: &mut Done,
) -> Result<(), sqlx::Error> {
    if answered.epoch != rows::epoch(db).await? {
        return Ok(());
    }
    let receipt = match &answered.word {
        Word::Receipt(receipt) => receipt,
        Word::Gap => {
            let count = rows::count(db).await?;
            return renew(db, count, done).await;
        }
    };
    if receipt.acked_through > sent_through {
        // The file is older than what the server has: a copy was put back. Its places must not be used twice.
        return renew(db, Some(receipt.count), done).await;
    }
    done.behind = done.behind.without(db, receipt.count.through_seq, receipt.acked_through).await?;
    done.deleted = rows::delete_through(db, receipt.acked_through).await?;
    done.count = Some(receipt.count);
    rows::set_count(db, receipt.count).await
}

/// Starts a new epoch, since the server's idea of this one and the rows do not fit together any more. Events that the
/// server has already are known to it by their ids.
async fn renew(db: &mut SqliteConnection, count: Option<Count>, done: &mut Done) -> Result<(), sqlx::Error> {
    let epoch = Uuid::new_v4().to_string();
    tracing::error!(epoch, "the outbox and the server disagree about the sequence; starting a new epoch");
    done.last_seq = rows::renumber(db, &epoch).await?;
    done.behind = Behind::added_up(db, 0, done.last_seq).await?;
    if let Some(count) = count {
        let count = Count { through_seq: 0, ..count };
        rows::set_count(db, count).await?;
        done.count = Some(count);
    }
    Ok(())
}

/// Waits before the next try; `false` when a stopping gateway has tried long enough.
async fn wait(delay: Duration, stop: &CancellationToken, backoff: &Backoff) -> bool {
    if stop.is_cancelled() && backoff.attempts() > LAST_TRIES {
        tracing::error!("stopping without having stored all; controllers will send it again");
        return false;
    }
    tokio::time::sleep(delay).await;
    true
}
