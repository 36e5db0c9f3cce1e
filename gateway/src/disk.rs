//! Watches the free space of the data folder's disk and warns before it is full.

use std::path::{Path, PathBuf};
use std::time::Duration;

use service::disk_space::free_bytes;
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::metric::GatewayMetrics;

/// A garage of 300 spaces has some 5,000 events a day of some 700 bytes. This is ten times a week's events.
pub(crate) const ENOUGH: u64 = 256 * 1024 * 1024;
/// Below this the outbox cannot even delete rows.
pub(crate) const TOO_LITTLE: u64 = 32 * 1024 * 1024;
pub(crate) const MIB: u64 = 1024 * 1024;

const EVERY: Duration = Duration::from_secs(30);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DiskSpaceLevel {
    Enough,
    Little,
    TooLittle,
}

impl DiskSpaceLevel {
    const fn of(free: u64) -> Self {
        match free {
            ..TOO_LITTLE => Self::TooLittle,
            TOO_LITTLE..ENOUGH => Self::Little,
            ENOUGH.. => Self::Enough,
        }
    }
}

/// Measures until `stop`; logs a line at each change of level.
pub(crate) async fn watch(folder: PathBuf, meter: GatewayMetrics, stop: CancellationToken) {
    let mut before = DiskSpaceLevel::Enough;
    loop {
        match free_bytes(&folder) {
            Ok(free) => {
                meter.disk_free(free);
                let room = DiskSpaceLevel::of(free);
                if room != before {
                    tell(room, free, &folder);
                }
                before = room;
            }
            Err(error) => warn!(%error, folder = %folder.display(), "free disk space not measured"),
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stop.cancelled() => return,
        }
    }
}

fn tell(room: DiskSpaceLevel, free: u64, folder: &Path) {
    let (free, folder) = (free / MIB, folder.display());
    match room {
        DiskSpaceLevel::Enough => info!(free_mib = free, %folder, "disk space sufficient again"),
        DiskSpaceLevel::Little => {
            warn!(free_mib = free, %folder, "low disk space: no room for a week without the server")
        }
        DiskSpaceLevel::TooLittle => {
            error!(free_mib = free, %folder, "disk nearly full: new events will soon stay with their controllers")
        }
    }
}

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn room_for_a_week_is_enough_and_less_than_a_deletion_needs_is_too_little() {
        let rooms = [0, TOO_LITTLE, ENOUGH].map(DiskSpaceLevel::of);
        assert_eq!(rooms, [DiskSpaceLevel::TooLittle, DiskSpaceLevel::Little, DiskSpaceLevel::Enough]);
    }
}
