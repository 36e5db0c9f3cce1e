//! One file a command.

pub mod bench;
pub mod crash;
pub mod fuzz;
pub mod lint;
pub mod measure;
pub mod mutate;
pub mod package;
pub mod test;
