//! What a synced write costs on this disk at this moment: the machine is shared, and acknowledgements wait for it.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::time::{Duration, Instant};

const WRITES: usize = 200;
const BYTES: usize = 4 * 1024;

/// The median of 200 synced writes of 4 KiB, where the databases of the runs lie.
pub fn calibrate() -> Duration {
    let mut file = tempfile::tempfile().expect("a temporary file");
    let mut took: Vec<Duration> = (0..WRITES).map(|_| write(&mut file)).collect();
    took.sort_unstable();
    took.get(WRITES / 2).copied().unwrap_or_default()
}

fn write(file: &mut File) -> Duration {
    let started = Instant::now();
    file.seek(SeekFrom::Start(0)).expect("a file has a start");
    file.write_all(&[7; BYTES]).expect("the disk takes 4 KiB");
    file.sync_all().expect("the disk syncs");
    started.elapsed()
}
