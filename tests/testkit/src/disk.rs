//! A disk that loses what was not synced: the test's half of the crate `lossy-disk`, which documents the model.

use std::fs::{self, File, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use tempfile::TempDir;

use crate::process::{TestProgram, beside};

/// The lossy disk of one folder of one process.
#[derive(Debug)]
pub struct LossyDisk {
    folder: PathBuf,
    synced: TempDir,
}

impl LossyDisk {
    pub fn new(folder: &Path) -> Self {
        fs::create_dir_all(folder).expect("the folder can be made");
        let folder = folder.canonicalize().expect("the folder has a path");
        Self { folder, synced: tempfile::tempdir().expect("a temporary folder") }
    }

    /// Returns the program with its folder on this disk.
    #[must_use]
    pub fn under(&self, program: TestProgram) -> TestProgram {
        let library = beside("liblossy_disk.so");
        assert!(
            library.exists(),
            "{} is not built: run `cargo build --workspace --bins --lib`",
            library.display()
        );
        program
            .env("LD_PRELOAD", library)
            .env("LOSSY_DISK", &self.folder)
            .env("LOSSY_DISK_SYNCED", self.synced.path())
    }

    /// Simulates a power cut after the process was killed: each file gets its content as of its last sync. Returns the bytes lost.
    pub fn cut(&self) -> u64 {
        lost_below(&self.folder, self.synced.path())
    }
}

fn lost_below(folder: &Path, synced: &Path) -> u64 {
    let entries =
        fs::read_dir(folder).expect("the folder is there").map(|entry| entry.expect("an entry").path());
    entries
        .map(|path| {
            let metadata = fs::symlink_metadata(&path).expect("the file is there");
            match (metadata.is_dir(), metadata.is_file()) {
                (true, _) => lost_below(&path, synced),
                (_, true) => lost_of(&path, &metadata, synced),
                _ => 0,
            }
        })
        .sum()
}

fn lost_of(path: &Path, metadata: &Metadata, synced: &Path) -> u64 {
    let born = metadata.created().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    let kept = fs::read(synced.join(format!("{}-{}", metadata.ino(), born.as_nanos()))).unwrap_or_default();
    let now = fs::read(path).expect("the file can be read");
    let same = now.iter().zip(&kept).take_while(|(now, kept)| now == kept).count();
    if now.len() != kept.len() || same != kept.len() {
        // The same inode, as after a real cut.
        File::create(path).expect("the file can be emptied");
        fs::write(path, &kept).expect("the file can be written");
    }
    (now.len() - same) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test]
    async fn what_was_not_synced_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let disk = LossyDisk::new(folder.path());
        let script = "printf one > kept; sync kept; mv kept moved; printf two >> moved; printf three > never";
        let script = format!("cd {} && {script}", folder.path().display());
        let mut shell = disk.under(TestProgram::at("/bin/sh").args(["-c", &script])).start();
        assert!(shell.exit(Duration::from_secs(30)).await.success());
        let text = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!((text("moved"), text("never")), ("onetwo".to_owned(), "three".to_owned()));
        assert_eq!(disk.cut(), 8);
        assert_eq!((text("moved"), text("never")), ("one".to_owned(), String::new()));
        assert_eq!(disk.cut(), 0);
    }
}
