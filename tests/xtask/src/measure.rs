//! Figures of the sources: how long files and functions are, how types are named, how comments are worded, and which
//! modules depend on which.
//!
//! Sources are the files below `src/` of each crate, without integration tests and modules of unit tests. All is read as
//! text: rustfmt fixes the layout, so that no parser of Rust is needed.

mod functions;
mod language;
mod lexer;
mod modules;
mod paths;
mod sources;

pub use functions::{MAX_FUNCTION_LINES, long_functions};
pub use language::{CONVERSATION_WORDS, TypeNameFigures, comment_of, conversation_words, type_names};
pub use modules::{ModuleGraph, ModuleLevel};
pub use sources::{crate_sources, crates, file_lines, product_code};

/// Share in percent, rounded down.
pub fn percent(part: usize, whole: usize) -> usize {
    part * 100 / whole.max(1)
}

/// The value that `share` percent of the sorted values do not exceed.
pub fn percentile(sorted: &[usize], share: usize) -> usize {
    sorted.get(sorted.len() * share / 100).copied().unwrap_or_default()
}
