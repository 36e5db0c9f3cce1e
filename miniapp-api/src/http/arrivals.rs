//! The arrivals of a class, for its teachers.

pub mod act;
pub mod list;
pub mod stream;
