//! The waiting hall of a school.

pub mod list;
pub mod stream;
