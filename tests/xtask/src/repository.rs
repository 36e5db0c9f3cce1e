//! The files of this repository.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// A file under version control, or about to be.
pub struct RepositoryFile {
    /// Below the root, with `/`.
    pub path: String,
    pub text: String,
}

/// The folder of the root `Cargo.toml`, two above xtask's.
pub fn root() -> Result<&'static Path> {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).context("xtask lies in a workspace")
}

/// Every text file whose name ends with `ending`, without what git ignores.
pub fn files(ending: &str) -> Result<Vec<RepositoryFile>> {
    let root = root()?;
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()?;
    ensure!(listed.status.success(), "git lists the files");
    let names = String::from_utf8(listed.stdout)?;
    let read = |path: &str| {
        // A file that was just deleted is listed until the next commit.
        let text = fs::read_to_string(root.join(path)).ok()?;
        Some(RepositoryFile { path: path.to_owned(), text })
    };
    let files: Vec<_> = names.lines().filter(|path| path.ends_with(ending)).filter_map(read).collect();
    ensure!(!files.is_empty(), "there are {ending} files");
    Ok(files)
}
