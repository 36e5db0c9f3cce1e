//! The sources that are measured.

use anyhow::Result;

use crate::repository::{RepositoryFile, files};

/// Sources without integration tests and without modules of unit tests.
pub fn product_code() -> Result<Vec<RepositoryFile>> {
    let mut sources = files(".rs")?;
    sources.retain(|file| file.path.contains("/src/") && !is_test_module(&file.path));
    for file in &mut sources {
        if let Some(at) = inline_tests(&file.text) {
            file.text.truncate(at);
        }
    }
    Ok(sources)
}

/// The folders of crates that have sources, such as `crates/domain`.
pub fn crates(sources: &[RepositoryFile]) -> Vec<&str> {
    let mut folders: Vec<&str> =
        sources.iter().filter_map(|file| Some(file.path.split_once("/src/")?.0)).collect();
    folders.sort_unstable();
    folders.dedup();
    folders
}

/// The sources of one crate.
pub fn crate_sources<'a>(
    sources: &'a [RepositoryFile],
    folder: &str,
) -> impl Iterator<Item = &'a RepositoryFile> {
    let below = format!("{folder}/src/");
    sources.iter().filter(move |file| file.path.starts_with(&below))
}

/// Lines of each file, sorted.
pub fn file_lines(sources: &[RepositoryFile]) -> Vec<usize> {
    let mut lines: Vec<usize> = sources.iter().map(|file| file.text.lines().count()).collect();
    lines.sort_unstable();
    lines
}

fn is_test_module(path: &str) -> bool {
    path.ends_with("/tests.rs")
        || path.ends_with("_tests.rs")
        || path.rsplit_once("/src/").is_some_and(|(_, below)| below.contains("/tests/"))
}

fn inline_tests(text: &str) -> Option<usize> {
    let attribute = "\n#[cfg(test)]\nmod ";
    let at = text.find(attribute)?;
    let name = text.get(at + attribute.len()..)?.lines().next()?;
    name.ends_with('{').then_some(at)
}
