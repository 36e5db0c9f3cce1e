//! Entries of cars that the camera did not read.

pub mod enter;
