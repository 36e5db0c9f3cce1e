//! One file a command.

pub(crate) mod bench;
pub(crate) mod crash;
pub(crate) mod fuzz;
pub(crate) mod lint;
pub(crate) mod measure;
pub(crate) mod mutate;
pub(crate) mod package;
pub(crate) mod test;
