//! The files of this repository.

use std::path::Path;

pub(crate) use xtask::repository::RepositoryFile;

pub(crate) fn root() -> &'static Path {
    xtask::repository::root().unwrap()
}

/// Every text file whose name ends with `ending`, without what git ignores.
pub(crate) fn files(ending: &str) -> Vec<RepositoryFile> {
    xtask::repository::files(ending).unwrap()
}

/// The Rust files that end up in the product's programs, with the tests inside them.
pub(crate) fn product_sources() -> Vec<RepositoryFile> {
    let product = ["gateway/src/", "server/src/", "server/store/src/", "miniapp-api/src/", "crates/"];
    let mut sources = files(".rs");
    sources.retain(|file| product.iter().any(|folder| file.path.starts_with(folder)));
    sources.retain(|file| !file.path.contains("/tests/"));
    sources
}

/// Fails with one line for each of `faults`.
pub(crate) fn none(what: &str, faults: &[String]) {
    assert!(faults.is_empty(), "{what}:\n  {}", faults.join("\n  "));
}
