//! Opens every lane while a fire alarm is active (invariant 8): at once when an input reports fire, and again every few
//! seconds, since a barrier closes behind each car. Each command is new and has a short lifetime; none is repeated.
//!
//! The alarm is written to a file of the data folder, so that a gateway that restarts during a fire continues.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::access::GarageAlarm;
use protocol::mqtt::OPEN_TTL_MS;
use protocol::order::{RemoteOpening, RemoteOrderResult};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::config::LaneConfig;
use crate::garage::{FireAlarmState, GarageState};
use crate::metric::GatewayMetrics;
use crate::order::{BarrierOpener, OpenReason};

/// Shorter than the time in which a barrier closes behind a car and stops the next one.
const AGAIN: Duration = Duration::from_secs(5);

const FILE: &str = "fire.json";

pub(crate) struct FireWatch {
    pub folder: PathBuf,
    pub lanes: Vec<LaneConfig>,
    pub garage: Arc<GarageState>,
    pub hand: Arc<BarrierOpener>,
    pub meter: GatewayMetrics,
}

/// Reads the state before the restart. An unreadable file counts as no report; the inputs will report.
pub(crate) fn restored(folder: &Path) -> FireAlarmState {
    let text = std::fs::read(folder.join(FILE)).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

impl FireWatch {
    pub(crate) async fn run(self, stop: CancellationToken) {
        let mut fire = self.garage.fire();
        while !stop.is_cancelled() {
            let now = fire.borrow_and_update().clone();
            let alarm = now.alarm();
            self.meter.fire(alarm);
            let open = async {
                if alarm == GarageAlarm::Fire {
                    tracing::warn!(garage.id = %self.meter.garage(), "fire alarm active; opening every lane");
                    self.open_all().await;
                }
            };
            // Concurrent: the barriers wait for no disk, and the file waits for no device.
            tokio::join!(open, self.write(now));
            // Waits for the next report of an input; during a fire, at most until the next round of commands.
            let pause = async {
                match alarm {
                    GarageAlarm::Fire => tokio::time::sleep(AGAIN).await,
                    GarageAlarm::None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                changed = fire.changed() => if changed.is_err() { return },
                () = pause => {}
            }
        }
    }

    async fn open_all(&self) {
        let due = Instant::now() + Duration::from_millis(u64::from(OPEN_TTL_MS));
        let mut lanes = JoinSet::new();
        for lane in &self.lanes {
            let order = RemoteOpening {
                id: Uuid::new_v4(),
                lane: lane.id.clone(),
                plate: None,
                expires_in_ms: u64::from(OPEN_TTL_MS),
            };
            let hand = self.hand.clone();
            lanes.spawn(async move { (hand.open(&order, due, &OpenReason::Fire).await, order.lane) });
        }
        while let Some(opened) = lanes.join_next().await {
            if let Ok((outcome, lane)) = opened
                && outcome.state != RemoteOrderResult::Opened
            {
                tracing::error!(garage.id = %self.meter.garage(), lane.id = %lane, cause = ?outcome.cause, "lane not opened during fire alarm");
            }
        }
    }

    /// Writes the state to disk. No opening waits for it; without a disk the gateway still opens.
    async fn write(&self, fire: FireAlarmState) {
        let path = self.folder.join(FILE);
        let written = tokio::task::spawn_blocking(move || write(&path, &fire)).await;
        if !matches!(written, Ok(Ok(()))) {
            tracing::error!(garage.id = %self.meter.garage(), "fire alarm state not written to disk");
        }
    }
}

/// Replaces the file as a whole or not at all, and only if the state has changed.
fn write(path: &Path, fire: &FireAlarmState) -> std::io::Result<()> {
    use std::io::Write;
    let text = serde_json::to_vec(fire)?;
    if std::fs::read(path).is_ok_and(|before| before == text)
        || (*fire == FireAlarmState::default() && !path.exists())
    {
        return Ok(());
    }
    let fresh = path.with_extension("new");
    let mut file = std::fs::File::create(&fresh)?;
    file.write_all(&text)?;
    file.sync_all()?;
    std::fs::rename(&fresh, path)
}
