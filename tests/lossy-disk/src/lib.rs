//! A disk that loses what was not synced, for tests. Loaded into a process by `LD_PRELOAD`, it replaces `fsync` and
//! `fdatasync`: for each file below `LOSSY_DISK` it keeps, in `LOSSY_DISK_SYNCED`, the content at its last sync. After a `kill -9` the
//! test restores these copies (`testkit::disk`), which leaves what a power cut could have left.
//!
//! Modelled: the content of files. Everything written since the last sync is gone. Not modelled: names (a file that was
//! made, renamed or removed stays so, as on a file system that journals them at once), and partly written pages.

use std::ffi::{OsString, c_int, c_long};
use std::fs::{self, File};
use std::io::{self, Write};
use std::mem::ManuallyDrop;
use std::os::fd::FromRawFd;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::UNIX_EPOCH;

struct DiskFolders {
    folder: PathBuf,
    synced: PathBuf,
}

static DISK: OnceLock<Option<DiskFolders>> = OnceLock::new();
static COPIES: AtomicU64 = AtomicU64::new(0);

#[unsafe(no_mangle)]
pub extern "C" fn fsync(fd: c_int) -> c_int {
    sync(fd, libc::SYS_fsync)
}

#[unsafe(no_mangle)]
pub extern "C" fn fdatasync(fd: c_int) -> c_int {
    sync(fd, libc::SYS_fdatasync)
}

fn sync(fd: c_int, call: c_long) -> c_int {
    let Some((disk, path)) = disk().zip(fs::read_link(format!("/proc/self/fd/{fd}")).ok()) else {
        return real(fd, call);
    };
    if !path.starts_with(&disk.folder) {
        return real(fd, call);
    }
    match disk.keep(fd) {
        Ok(()) => 0,
        Err(error) => {
            // SAFETY: the calling thread's own `errno`.
            unsafe { *libc::__errno_location() = error.raw_os_error().unwrap_or(libc::EIO) };
            -1
        }
    }
}

fn real(fd: c_int, call: c_long) -> c_int {
    // SAFETY: both calls take one descriptor and touch no memory of ours; a wrong one is an error.
    let answer = unsafe { libc::syscall(call, fd) };
    if answer == 0 { 0 } else { -1 }
}

fn disk() -> Option<&'static DiskFolders> {
    let named = |name: &str| std::env::var_os(name).map(|path: OsString| PathBuf::from(path));
    DISK.get_or_init(|| {
        Some(DiskFolders { folder: named("LOSSY_DISK")?, synced: named("LOSSY_DISK_SYNCED")? })
    })
    .as_ref()
}

impl DiskFolders {
    fn keep(&self, fd: c_int) -> io::Result<()> {
        // SAFETY: borrowed for the call, and not closed: closing any descriptor of a file would end the process's locks on it.
        let borrowed = ManuallyDrop::new(unsafe { File::from_raw_fd(fd) });
        let metadata = borrowed.metadata()?;
        if !metadata.is_file() {
            return Ok(());
        }
        // Another thread may be syncing the same file.
        let number = COPIES.fetch_add(1, Ordering::Relaxed);
        let copy = self.synced.join(format!("{}-{number}.copy", process::id()));
        match copied(&borrowed, &copy) {
            // The file was opened for writing only. A database never does that.
            Err(error) if error.raw_os_error() == Some(libc::EBADF) => {
                copied(&File::open(format!("/proc/self/fd/{fd}"))?, &copy)?;
            }
            other => other?,
        }
        // An inode number is reused, its time of birth is not.
        let born =
            metadata.created().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
        fs::rename(copy, self.synced.join(format!("{}-{}", metadata.ino(), born.as_nanos())))
    }
}

fn copied(from: &File, to: &Path) -> io::Result<()> {
    let mut to = File::create(to)?;
    let mut buffer = vec![0; 256 * 1024];
    let mut at = 0;
    loop {
        let read = from.read_at(&mut buffer, at)?;
        let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else { return Ok(()) };
        to.write_all(bytes)?;
        at += read as u64;
    }
}
