//! Makes that are rows of the table: their corpora, what they play, and what no bytes may do to them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "new_makes/corpora.rs"]
mod corpora;
#[path = "new_makes/play.rs"]
mod play;
#[path = "new_makes/topics.rs"]
mod topics;
