//! Calendars of garages and schools.

pub mod days;
pub mod put_school;
pub mod school;
pub mod schools;
