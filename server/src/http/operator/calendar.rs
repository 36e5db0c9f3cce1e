//! Calendars of garages and schools.

mod days;
mod put_school;
mod school;
mod schools;

pub use days::days;
pub use put_school::put_school;
pub use school::school;
pub use schools::schools;
