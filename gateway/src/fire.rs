//! While it burns every lane is open (invariant 8): at once when an input says so, and again every few seconds, since a barrier closes
//! behind each car. Each of these commands is a new one with a short life, none is repeated.
//!
//! That it burns is written to a file of the data folder: a gateway that starts anew in the middle of it goes on.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::access::Alarm;
use protocol::mqtt::OPEN_TTL_MS;
use protocol::order::{Ended, Order};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::config::Lane;
use crate::garage::{Fire, Garage};
use crate::metric::Meter;
use crate::order::{Hand, Why};

/// Less than a barrier needs to come down behind a car and stop the next one.
const AGAIN: Duration = Duration::from_secs(5);

const FILE: &str = "fire.json";

pub(crate) struct FireWatch {
    pub folder: PathBuf,
    pub lanes: Vec<Lane>,
    pub garage: Arc<Garage>,
    pub hand: Arc<Hand>,
    pub meter: Meter,
}

/// What was written before the restart. A file that cannot be read says nothing: the inputs will.
pub(crate) fn restored(folder: &Path) -> Fire {
    let text = std::fs::read(folder.join(FILE)).unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

impl FireWatch {
    pub async fn run(self, stop: CancellationToken) {
        let mut fire = self.garage.fire();
        while !stop.is_cancelled() {
            let now = fire.borrow_and_update().clone();
            let alarm = now.alarm();
            self.meter.fire(alarm);
            let open = async {
                if alarm == Alarm::Fire {
                    tracing::warn!(garage.id = %self.meter.garage(), "fire: every lane is opened");
                    self.open_all().await;
                }
            };
            // At the same time: the barriers wait for no disk, and the file for no device.
            tokio::join!(open, self.write(now));
            // Until an input says something, and while it burns until it is time again.
            let pause = async {
                match alarm {
                    Alarm::Fire => tokio::time::sleep(AGAIN).await,
                    Alarm::None => std::future::pending().await,
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
            let order = Order {
                id: Uuid::new_v4(),
                lane: lane.id.clone(),
                plate: None,
                expires_in_ms: u64::from(OPEN_TTL_MS),
            };
            let hand = self.hand.clone();
            lanes.spawn(async move { (hand.open(&order, due, &Why::Fire).await, order.lane) });
        }
        while let Some(opened) = lanes.join_next().await {
            if let Ok((outcome, lane)) = opened
                && outcome.state != Ended::Opened
            {
                tracing::error!(garage.id = %self.meter.garage(), lane.id = %lane, cause = ?outcome.cause, "a lane could not be opened in a fire");
            }
        }
    }

    /// Nobody waits for it; without a disk the gateway opens all the same.
    async fn write(&self, fire: Fire) {
        let path = self.folder.join(FILE);
        let written = tokio::task::spawn_blocking(move || write(&path, &fire)).await;
        if !matches!(written, Ok(Ok(()))) {
            tracing::error!(garage.id = %self.meter.garage(), "whether it burns could not be written down");
        }
    }
}

/// Whole or not at all, and only if it says something else.
fn write(path: &Path, fire: &Fire) -> std::io::Result<()> {
    use std::io::Write;
    let text = serde_json::to_vec(fire)?;
    if std::fs::read(path).is_ok_and(|before| before == text) || (*fire == Fire::default() && !path.exists())
    {
        return Ok(());
    }
    let fresh = path.with_extension("new");
    let mut file = std::fs::File::create(&fresh)?;
    file.write_all(&text)?;
    file.sync_all()?;
    std::fs::rename(&fresh, path)
}
