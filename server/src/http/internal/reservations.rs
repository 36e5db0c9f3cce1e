//! A person's own reservations.

pub mod act;
pub mod change;
pub mod list;
pub mod reserve;
pub mod reserve_series;
pub mod show;
