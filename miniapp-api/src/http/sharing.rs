//! Garages with shared spaces, and how many spaces are free at which time.

pub mod forecast;
pub mod garages;
pub mod quote;
