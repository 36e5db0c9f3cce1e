//! A person's own reservations.

pub(super) mod act;
pub(super) mod change;
pub(super) mod list;
pub(super) mod reserve;
pub(super) mod reserve_series;
pub(super) mod show;
