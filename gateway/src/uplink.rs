//! Sends the outbox to the server in order, with one request in flight; the next batch gathers during it.
//!
//! While a backlog drains, the newest pickup entries are sent early ([`priority`]), so that no teacher waits for last
//! week's records.
//!
//! No record is ever given up. A permanent rejection by the server (which should not happen) is logged and retried with
//! back-off, since only a person can correct it; the backlog's gauge shows it.

mod priority;

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::time::{Clock, Timestamp};
use protocol::alarm::{GatewayAlarm, GatewayAlarmKind};
use protocol::mqtt::VERSION;
use protocol::uplink::{BatchReceipt, GatewayStatus, MAX_BATCH, UplinkBatch, UplinkRecordContent};
use service::retry::{RetryBackoff, jittered};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;

use crate::box_clock::BoxClock;
use crate::cause::causes;
use crate::config::LaneConfig;
use crate::garage::GarageState;
use crate::metric::GatewayMetrics;
use crate::outbox::reader::{OutboxPage, OutboxReader};
use crate::outbox::writer::{EpochReply, EpochReplyContent};
use crate::server::{DistrictServerClient, DistrictServerError};

/// Interval of empty batches: the server sees that the gateway is alive, and the gateway receives corrections.
const HEARTBEAT: Duration = Duration::from_secs(10);
const RETRY_BASE: Duration = Duration::from_millis(200);
/// Cap of the retry delay: the backlog begins to drain within this time after a long outage.
const RETRY_CAP: Duration = Duration::from_secs(5);

/// Error of one turn of the uplink.
#[derive(Debug, thiserror::Error)]
enum UplinkTurnError {
    #[error("the outbox cannot be read")]
    Read(#[from] sqlx::Error),
    #[error("a batch was not taken")]
    Call(#[from] DistrictServerError),
    #[error("the server acknowledged through {acked}, which is before the batch's end {sent}")]
    NotAll { acked: i64, sent: i64 },
}

pub(crate) struct UplinkTask {
    pub server: DistrictServerClient,
    pub reader: OutboxReader,
    pub garage: Arc<GarageState>,
    pub clock: Arc<dyn Clock>,
    pub box_clock: Arc<BoxClock>,
    pub lanes: Vec<LaneConfig>,
    pub started_at: Timestamp,
    pub committed: Arc<Notify>,
    pub waiting: watch::Receiver<i64>,
    pub receipts: watch::Sender<Option<EpochReply>>,
    pub meter: GatewayMetrics,
}

/// Position that the server has reached.
#[derive(Default)]
struct UplinkProgress {
    epoch: String,
    through: i64,
    /// Position through which records have been searched for early sending.
    ahead: i64,
}

/// A native controller reports fire by its own wiring, which is unknown to the gateway.
fn has_no_fire_input(lanes: &[LaneConfig]) -> bool {
    lanes.iter().all(|lane| lane.foreign().is_some_and(|device| device.inputs.fire_input.is_none()))
}

impl UplinkTask {
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        let mut backoff = RetryBackoff::new("uplink", RETRY_BASE, RETRY_CAP);
        let mut progress = UplinkProgress::default();
        let mut last_told = String::new();
        while !stop.is_cancelled() {
            let turn = stop.run_until_cancelled(self.turn(&mut progress)).await;
            let Some(Err(error)) = turn else {
                backoff.reset();
                last_told.clear();
                continue;
            };
            self.failed(&error, &mut last_told);
            let delay = backoff.next_delay();
            let _ = stop.run_until_cancelled(tokio::time::sleep(delay)).await;
        }
    }

    /// Logs a failure once when it begins or changes, not at each try.
    fn failed(&self, error: &UplinkTurnError, last_told: &mut String) {
        let (why, permanent) = match error {
            UplinkTurnError::Call(call) => (call.label(), call.is_permanent()),
            UplinkTurnError::Read(_) => ("outbox".to_owned(), false),
            UplinkTurnError::NotAll { .. } => ("not_all".to_owned(), true),
        };
        self.meter.uplink_failed("events", why.clone());
        if why == *last_told {
            return;
        }
        let garage = self.meter.garage();
        let cause = causes(error);
        if permanent {
            tracing::error!(garage.id = %garage, %error, cause, "server rejected records; records kept and retried");
        } else {
            tracing::warn!(garage.id = %garage, %error, cause, "uplink failed; records queued");
        }
        *last_told = why;
    }

    /// Sends one batch; an empty one as heartbeat at the start, and after a while without records.
    async fn turn(&mut self, progress: &mut UplinkProgress) -> Result<(), UplinkTurnError> {
        let first = progress.epoch.is_empty();
        let mut page = self.page(progress).await?;
        let due = tokio::time::Instant::now() + jittered(HEARTBEAT);
        // A wake-up may be for records that are sent already.
        while page.records.is_empty() && !first {
            let woken = tokio::time::timeout_at(due, self.committed.notified()).await;
            page = self.page(progress).await?;
            if woken.is_err() {
                break;
            }
        }
        let (batch, ahead) = self.batch(page, progress).await?;
        let started = Instant::now();
        let sent = self.server.send(&batch).await;
        if sent.as_ref().is_err_and(DistrictServerError::is_gap) {
            self.told(&batch, EpochReplyContent::Gap);
        }
        let receipt = sent?;
        self.server.last_date().iter().for_each(|date| self.box_clock.confirm(*date));
        self.meter.uplink(started.elapsed());
        self.garage.contact();
        progress.ahead = ahead;
        self.take(progress, &batch, receipt)
    }

    /// Reads after the acknowledged position; a new epoch starts from its beginning.
    async fn page(&mut self, progress: &mut UplinkProgress) -> Result<OutboxPage, UplinkTurnError> {
        let mut page = self.reader.after(progress.through, MAX_BATCH).await?;
        if page.epoch != progress.epoch {
            *progress = UplinkProgress { epoch: page.epoch.clone(), through: 0, ahead: 0 };
            page = self.reader.after(0, MAX_BATCH).await?;
        }
        for _ in 0..page.damaged {
            self.meter.damaged_record();
        }
        Ok(page)
    }

    /// Builds the batch; also returns the new search position for early sending.
    async fn batch(
        &mut self,
        page: OutboxPage,
        progress: &UplinkProgress,
    ) -> Result<(UplinkBatch, i64), UplinkTurnError> {
        let (mut ahead, looked) = self.ahead(&page, progress.ahead).await?;
        let mut records = page.records;
        for record in records.iter_mut().chain(&mut ahead) {
            if let UplinkRecordContent::Event(event) = &mut record.content {
                self.box_clock.with_age(event);
            }
        }
        let now = self.clock.now();
        let status = GatewayStatus {
            at: now,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            backlog: *self.waiting.borrow(),
            plan_etag: self.garage.plan().and_then(|plan| plan.etag.clone()),
            lanes: self.garage.lane_statuses(&self.lanes, now),
            alarms: self.alarms(now),
        };
        Ok((UplinkBatch { v: VERSION, epoch: page.epoch, records, priority_records: ahead, status }, looked))
    }

    fn alarms(&self, now: Timestamp) -> Vec<GatewayAlarm> {
        let fire = self.garage.fire().borrow().gateway_alarm();
        let no_fire_input = has_no_fire_input(&self.lanes).then(|| {
            let detail = "no lane has a fire input: in a fire the barriers open only by hand".to_owned();
            GatewayAlarm::new(GatewayAlarmKind::NoFireInput, self.started_at, detail)
        });
        fire.into_iter().chain(self.box_clock.alarm(now)).chain(no_fire_input).collect()
    }

    fn told(&self, batch: &UplinkBatch, word: EpochReplyContent) {
        self.receipts.send_replace(Some(EpochReply { epoch: batch.epoch.clone(), content: word }));
    }

    fn take(
        &self,
        progress: &mut UplinkProgress,
        batch: &UplinkBatch,
        receipt: BatchReceipt,
    ) -> Result<(), UplinkTurnError> {
        let acked = receipt.acked_through;
        self.told(batch, EpochReplyContent::Receipt(receipt));
        match batch.records.last() {
            Some(last) if acked < last.seq => Err(UplinkTurnError::NotAll { acked, sent: last.seq }),
            Some(last) => {
                progress.through = last.seq;
                Ok(())
            }
            None => Ok(()),
        }
    }
}
