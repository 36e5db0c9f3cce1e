//! Watches the free space of the data folder's disk and warns before it is full.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

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

/// Bytes that this user may still write.
pub(crate) fn free(folder: &Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(folder)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Measures until `stop`; logs a line at each change of level.
pub(crate) async fn watch(folder: PathBuf, meter: GatewayMetrics, stop: CancellationToken) {
    let mut before = DiskSpaceLevel::Enough;
    loop {
        match free(&folder) {
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
    fn a_folder_has_some_room_and_a_missing_one_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(free(folder.path()).unwrap() > 0);
        assert!(free(&folder.path().join("missing")).is_err());
        let rooms = [0, TOO_LITTLE, ENOUGH].map(DiskSpaceLevel::of);
        assert_eq!(rooms, [DiskSpaceLevel::TooLittle, DiskSpaceLevel::Little, DiskSpaceLevel::Enough]);
    }
}
