//! Open-loop load: entries at a fixed rate over many lanes, each timed from its intended send,
//! so that a slow system cannot slow down its own measurement.
//!
//! A separate thread keeps the times: the runtime's timer has a resolution of one millisecond, as much as the measured values.

mod report;

use std::time::{Duration, Instant};

use domain::ids::EventId;
use domain::plate::Plate;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::controller::{AckOutcome, CommandAction, ControllerCounters, ControllerHandle, PendingEvent};
pub use report::{LatencyPercentiles, LoadLatencies, LoadReport};

/// Size, rate and patience of a load.
#[derive(Debug, Clone)]
pub struct EntryLoad {
    /// One entry for each, in this order; the lanes take turns.
    pub plates: Vec<Plate>,
    /// Entries a second over all lanes; at least one in a thousand seconds.
    pub per_second: f64,
    /// Wait after the last entry: an entry that is not acknowledged by then is lost.
    pub patience: Duration,
}

/// One entry with its instants; `None` for those that did not come.
#[derive(Debug, Clone)]
pub struct LoadEntry {
    pub event_id: EventId,
    pub plate: Plate,
    pub intended: Instant,
    /// First handed to the MQTT client.
    pub published: Option<Instant>,
    pub commanded: Option<Instant>,
    pub opened: bool,
    pub acked: Option<Instant>,
    pub stored: bool,
}

impl EntryLoad {
    /// The intended instants, from `start` on.
    fn intended(&self, start: Instant) -> impl Iterator<Item = Instant> {
        let gap = Duration::from_secs_f64(1.0 / self.per_second.max(0.001));
        (0u32..).map(move |i| start + gap.saturating_mul(i))
    }

    /// Sends all entries over `lanes` and waits for the answers; `shutdown` ends it early with the results so far.
    pub async fn run(self, lanes: &[ControllerHandle], shutdown: &CancellationToken) -> LoadReport {
        let before = counters(lanes);
        let (sent, refused) = self.send(lanes, shutdown).await;
        let deadline = tokio::time::Instant::now() + self.patience;
        let entries = collect(sent, deadline, shutdown).await;
        LoadReport { refused, counters: counters(lanes) - before, entries }
    }

    /// The pending entries, and how many were refused by a full store.
    async fn send(
        &self,
        lanes: &[ControllerHandle],
        shutdown: &CancellationToken,
    ) -> (Vec<SentEntry>, usize) {
        let start = Instant::now() + Duration::from_millis(10);
        let schedule: Vec<(Plate, Instant, ControllerHandle)> = (self.plates.iter().cloned())
            .zip(self.intended(start))
            .zip(lanes.iter().cloned().cycle())
            .map(|((plate, intended), lane)| (plate, intended, lane))
            .collect();
        let shutdown = shutdown.clone();
        let planned = schedule.len();
        let thread = tokio::task::spawn_blocking(move || keep_time(schedule, &shutdown));
        // A panic of the thread would show as refused entries.
        let sent = thread.await.unwrap_or_default();
        let refused = planned - sent.len();
        (sent, refused)
    }
}

struct SentEntry {
    plate: Plate,
    intended: Instant,
    pending: PendingEvent,
}

fn keep_time(
    schedule: Vec<(Plate, Instant, ControllerHandle)>,
    shutdown: &CancellationToken,
) -> Vec<SentEntry> {
    let mut sent = Vec::with_capacity(schedule.len());
    for (plate, intended, lane) in schedule {
        std::thread::sleep(intended.saturating_duration_since(Instant::now()));
        if shutdown.is_cancelled() {
            break;
        }
        if let Ok(pending) = lane.plate_read(Some(plate.as_str()), 99) {
            sent.push(SentEntry { plate, intended, pending });
        }
    }
    sent
}

/// Collects the answers. They are stamped on arrival, so a late collection changes no figure.
async fn collect(
    sent: Vec<SentEntry>,
    deadline: tokio::time::Instant,
    shutdown: &CancellationToken,
) -> Vec<LoadEntry> {
    let mut tasks = JoinSet::new();
    for one in sent {
        let shutdown = shutdown.clone();
        tasks.spawn(async move {
            let mut entry = one.entry();
            let answers = tokio::time::timeout_at(deadline, entry.answers(one.pending));
            // Late or stopped: the entry keeps what has come.
            let _ = shutdown.run_until_cancelled(answers).await;
            entry
        });
    }
    let mut entries = tasks.join_all().await;
    entries.sort_by_key(|entry| entry.intended);
    entries
}

impl SentEntry {
    fn entry(&self) -> LoadEntry {
        LoadEntry {
            event_id: self.pending.event_id.clone(),
            plate: self.plate.clone(),
            intended: self.intended,
            published: None,
            commanded: None,
            opened: false,
            acked: None,
            stored: false,
        }
    }
}

impl LoadEntry {
    async fn answers(&mut self, mut pending: PendingEvent) {
        let mut decided_over = false;
        let mut acked_over = false;
        while !(decided_over && acked_over) {
            tokio::select! {
                decided = &mut pending.decided, if !decided_over => {
                    decided_over = true;
                    let Ok(decided) = decided else { continue };
                    self.published = self.published.or(decided.published);
                    self.commanded = Some(decided.at);
                    self.opened = decided.action == CommandAction::Opened;
                }
                acked = &mut pending.acked, if !acked_over => {
                    acked_over = true;
                    let Ok(acked) = acked else { continue };
                    self.published = self.published.or(acked.published);
                    self.acked = Some(acked.at);
                    self.stored = acked.outcome == AckOutcome::Stored;
                }
            }
        }
    }
}

fn counters(lanes: &[ControllerHandle]) -> ControllerCounters {
    lanes.iter().map(ControllerHandle::counters).sum()
}

#[cfg(test)]
mod tests;
