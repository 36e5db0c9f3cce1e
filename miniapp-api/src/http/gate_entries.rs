//! Cars that the gate has not read.

pub mod enter;
