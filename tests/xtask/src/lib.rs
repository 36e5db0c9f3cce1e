//! What the commands and the tests of the repository share: its files, and figures of its sources.

pub mod measure;
pub mod repository;
