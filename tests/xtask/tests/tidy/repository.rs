//! The files of this repository.

use std::fs;
use std::path::Path;
use std::process::Command;

/// A file under version control, or about to be.
pub struct RepositoryFile {
    /// Below the root, with `/`.
    pub path: String,
    pub text: String,
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap()
}

/// Every text file whose name ends with `ending`, without what git ignores.
pub fn files(ending: &str) -> Vec<RepositoryFile> {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(listed.status.success(), "git lists the files");
    let names = String::from_utf8(listed.stdout).unwrap();
    let read = |path: &str| {
        // A file that was just deleted is listed until the next commit.
        let text = fs::read_to_string(root().join(path)).ok()?;
        Some(RepositoryFile { path: path.to_owned(), text })
    };
    let files: Vec<_> = names.lines().filter(|path| path.ends_with(ending)).filter_map(read).collect();
    assert!(!files.is_empty(), "there are {ending} files");
    files
}

/// The Rust files that end up in the product's programs, with the tests inside them.
pub fn product_sources() -> Vec<RepositoryFile> {
    let product = ["gateway/src/", "server/src/", "miniapp-api/src/", "crates/"];
    let mut sources = files(".rs");
    sources.retain(|file| product.iter().any(|folder| file.path.starts_with(folder)));
    sources.retain(|file| !file.path.contains("/tests/"));
    sources
}

/// Fails with one line for each of `faults`.
pub fn none(what: &str, faults: &[String]) {
    assert!(faults.is_empty(), "{what}:\n  {}", faults.join("\n  "));
}
