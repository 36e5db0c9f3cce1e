//! Opens lanes in a fire (invariant 8): at once when a device reports it, and again every few seconds, since a barrier
//! closes behind each car. Each command is new and has a short lifetime; none is repeated. Which lanes a report opens is
//! decided by [`domain::fire`].
//!
//! The reports are written to a file of the data folder, so that a gateway that restarts during a fire continues. No
//! opening waits for the file, nor for the device of another lane. A report that changes all the time opens a lane and
//! writes the file at a bounded rate.

mod rounds;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::access::GarageAlarm;
use domain::fire::FireAlarmState;
use domain::ids::LaneId;
use protocol::mqtt::OPEN_TTL_MS;
use protocol::order::{RemoteOpening, RemoteOrderOutcome, RemoteOrderResult};
use service::private_files;
use service::token_buckets::TokenBuckets;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::config::{GatewayConfig, LaneConfig};
use crate::garage::GarageState;
use crate::metric::GatewayMetrics;
use crate::order::{BarrierOpener, OpenReason};
use rounds::{AGAIN, OpeningRounds};

/// Shortest interval of two turns: a report that changes all the time wakes the tasks no more often.
const SHORTEST_TURN: Duration = Duration::from_millis(200);

/// Log lines a minute about the alarm, and about each lane that does not open.
const LOG_LINES: u32 = 6;

const FILE: &str = "fire.json";

pub(crate) struct FireWatch {
    pub folder: PathBuf,
    pub lanes: Vec<LaneConfig>,
    pub garage: Arc<GarageState>,
    pub hand: Arc<BarrierOpener>,
    pub meter: GatewayMetrics,
}

/// Reads the state before the restart. An unreadable file counts as no report; the inputs will report.
pub(crate) fn restored(config: &GatewayConfig) -> FireAlarmState {
    let text = std::fs::read(config.data_dir.join(FILE)).unwrap_or_default();
    let state: FireAlarmState = serde_json::from_slice(&text).unwrap_or_default();
    state.with_inputs(config.fire_inputs.clone())
}

/// The alarm as last logged, and the allowance of log lines.
struct FireLog {
    logged: GarageAlarm,
    alarm: TokenBuckets<()>,
    lanes: TokenBuckets<LaneId>,
}

impl FireWatch {
    pub(crate) async fn run(self, stop: CancellationToken) {
        tokio::join!(self.open_lanes(&stop), self.keep_file(&stop));
    }

    async fn open_lanes(&self, stop: &CancellationToken) {
        let (mut fire, mut rounds, mut openings) =
            (self.garage.fire(), OpeningRounds::default(), JoinSet::new());
        let mut log = FireLog {
            logged: GarageAlarm::None,
            alarm: TokenBuckets::per_minute(LOG_LINES),
            lanes: TokenBuckets::per_minute(LOG_LINES),
        };
        while !stop.is_cancelled() {
            let now = fire.borrow_and_update().clone();
            self.meter.fire(now.garage_alarm());
            let is_logged = self.log_alarm(&now, &mut log);
            let turn = rounds.turn(&self.lanes, &now, Instant::now());
            for lane in turn.due {
                openings.spawn(open(self.hand.clone(), lane));
            }
            let next = turn.next.or_else(|| (!is_logged).then(|| Instant::now() + AGAIN));
            let pause = async {
                tokio::time::sleep(SHORTEST_TURN).await;
                match next {
                    Some(next) => tokio::time::sleep_until(next.into()).await,
                    None => std::future::pending().await,
                }
            };
            let changed = async {
                tokio::time::sleep(SHORTEST_TURN).await;
                fire.changed().await
            };
            tokio::select! {
                () = stop.cancelled() => return,
                changed = changed => if changed.is_err() { return },
                Some(opened) = openings.join_next() => {
                    if let Ok((lane, outcome)) = opened {
                        rounds.opened(&lane);
                        self.log_outcome(&lane, outcome, &mut log);
                    }
                }
                () = pause => {}
            }
        }
    }

    /// Returns whether the alarm is logged as it is.
    fn log_alarm(&self, fire: &FireAlarmState, log: &mut FireLog) -> bool {
        let alarm = fire.garage_alarm();
        if alarm != log.logged && log.alarm.take((), Instant::now()).is_ok() {
            log.logged = alarm;
            let reported_by = fire.garage_fire().map(|fire| fire.reported_by).unwrap_or_default();
            match alarm {
                GarageAlarm::Fire => {
                    tracing::warn!(garage.id = %self.meter.garage(), ?reported_by, "fire alarm active; opening every lane");
                }
                GarageAlarm::None => tracing::warn!(garage.id = %self.meter.garage(), "fire alarm over"),
            }
        }
        alarm == log.logged
    }

    fn log_outcome(&self, lane: &LaneId, outcome: RemoteOrderOutcome, log: &mut FireLog) {
        if outcome.state != RemoteOrderResult::Opened && log.lanes.take(lane.clone(), Instant::now()).is_ok()
        {
            tracing::error!(garage.id = %self.meter.garage(), lane.id = %lane, cause = ?outcome.cause, "lane not opened during fire alarm");
        }
    }

    /// Writes each change to disk, the last one also when the gateway stops.
    async fn keep_file(&self, stop: &CancellationToken) {
        let (mut fire, mut log) = (self.garage.fire(), TokenBuckets::per_minute(LOG_LINES));
        loop {
            let now = fire.borrow_and_update().clone();
            let is_written = self.write(now).await;
            if !is_written && log.take((), Instant::now()).is_ok() {
                tracing::error!(garage.id = %self.meter.garage(), "fire alarm state not written to disk; will retry");
            }
            let next = async {
                tokio::time::sleep(SHORTEST_TURN).await;
                if is_written {
                    return fire.changed().await;
                }
                tokio::time::timeout(AGAIN, fire.changed()).await.unwrap_or(Ok(()))
            };
            match stop.run_until_cancelled(next).await {
                Some(Ok(())) => {}
                Some(Err(_)) | None => break,
            }
        }
        let last = fire.borrow().clone();
        self.write(last).await;
    }

    /// Returns whether the state is on disk. Without a disk the gateway still opens.
    async fn write(&self, fire: FireAlarmState) -> bool {
        let path = self.folder.join(FILE);
        let written = tokio::task::spawn_blocking(move || write(&path, &fire)).await;
        matches!(written, Ok(Ok(())))
    }
}

async fn open(hand: Arc<BarrierOpener>, lane: LaneId) -> (LaneId, RemoteOrderOutcome) {
    let life = u64::from(OPEN_TTL_MS);
    let due = Instant::now() + Duration::from_millis(life);
    let order = RemoteOpening { id: Uuid::new_v4(), lane, plate: None, expires_in_ms: life };
    let outcome = hand.open(&order, due, &OpenReason::Fire).await;
    (order.lane, outcome)
}

/// Replaces the file as a whole or not at all, and only if the state has changed.
fn write(path: &Path, fire: &FireAlarmState) -> std::io::Result<()> {
    let text = serde_json::to_vec(fire)?;
    if std::fs::read(path).is_ok_and(|before| before == text)
        || (!path.exists() && text == serde_json::to_vec(&FireAlarmState::default())?)
    {
        return Ok(());
    }
    private_files::replace(path, &text)
}
