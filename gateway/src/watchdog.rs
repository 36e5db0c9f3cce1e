//! Reports to systemd that the gateway is ready and that its lane loop runs. systemd kills and restarts a gateway whose
//! loop hangs (`WatchdogSec` of the unit). Without systemd this does nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sd_notify::NotifyState;
use tokio_util::sync::CancellationToken;

/// Counts the turns of the lane loop; it turns at least once a second.
#[derive(Debug, Clone, Default)]
pub(crate) struct LoopHeartbeat(Arc<AtomicU64>);

impl LoopHeartbeat {
    pub(crate) fn beat(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn turns(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Notifies the service manager while the heartbeat continues.
pub(crate) async fn run(heartbeat: LoopHeartbeat, stop: CancellationToken) {
    notify(NotifyState::Ready);
    let Some(life) = sd_notify::watchdog_enabled() else {
        return stop.cancelled().await;
    };
    let mut before = None;
    while stop.run_until_cancelled(tokio::time::sleep(pause(life))).await.is_some() {
        let turns = heartbeat.turns();
        if before != Some(turns) {
            notify(NotifyState::Watchdog);
        } else {
            tracing::error!("lane loop hangs; the watchdog will restart the gateway");
        }
        before = Some(turns);
    }
    notify(NotifyState::Stopping);
}

/// Half of the watchdog's timeout, as systemd recommends; longer than a turn of the loop.
fn pause(life: Duration) -> Duration {
    (life / 2).max(Duration::from_millis(1_500))
}

fn notify(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "service manager not notified");
    }
}
