//! How much room the data folder's disk has left: told before there is none.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::metric::Meter;

/// A garage of 300 spaces has some 5,000 events a day of some 700 bytes: a week of it, ten times.
pub(crate) const ENOUGH: u64 = 256 * 1024 * 1024;
/// Below it the outbox cannot even be tidied up.
pub(crate) const TOO_LITTLE: u64 = 32 * 1024 * 1024;
pub(crate) const MIB: u64 = 1024 * 1024;

const EVERY: Duration = Duration::from_secs(30);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Room {
    Enough,
    Little,
    TooLittle,
}

impl Room {
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

/// Measures until `stop`; the log has a line whenever it becomes better or worse.
pub(crate) async fn watch(folder: PathBuf, meter: Meter, stop: CancellationToken) {
    let mut before = Room::Enough;
    loop {
        match free(&folder) {
            Ok(free) => {
                meter.disk_free(free);
                let room = Room::of(free);
                if room != before {
                    tell(room, free, &folder);
                }
                before = room;
            }
            Err(error) => warn!(%error, folder = %folder.display(), "the disk's free space cannot be told"),
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stop.cancelled() => return,
        }
    }
}

fn tell(room: Room, free: u64, folder: &Path) {
    let (free, folder) = (free / MIB, folder.display());
    match room {
        Room::Enough => info!(free_mib = free, %folder, "the disk has room again"),
        Room::Little => warn!(free_mib = free, %folder, "the disk has no room for a week without the server"),
        Room::TooLittle => {
            error!(free_mib = free, %folder, "the disk is nearly full: soon events stay with their controllers")
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_folder_has_some_room_and_a_missing_one_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(free(folder.path()).unwrap() > 0);
        assert!(free(&folder.path().join("missing")).is_err());
        let rooms = [0, TOO_LITTLE, ENOUGH].map(Room::of);
        assert_eq!(rooms, [Room::TooLittle, Room::Little, Room::Enough]);
    }
}
