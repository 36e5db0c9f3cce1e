//! (to be written)
pub mod broker;
