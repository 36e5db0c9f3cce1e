//! A parent's own page.

pub mod add_plate;
pub mod claim;
pub mod remove_plate;
pub mod show;
