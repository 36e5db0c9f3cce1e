//! Makes that are rows of the table: their corpora, what they play, and what no bytes may do to them.

mod corpora;
mod play;
mod topics;
