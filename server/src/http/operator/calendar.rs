//! Calendars of garages and schools.

pub(super) mod days;
pub(super) mod put_school;
pub(super) mod school;
pub(super) mod schools;
