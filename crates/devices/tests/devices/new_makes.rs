//! Makes with a corpus of the second layout: corpora, simulated devices, random bytes.

mod corpora;
mod play;
mod topics;
