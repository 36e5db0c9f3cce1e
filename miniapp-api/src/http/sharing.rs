//! Where spaces are shared, and how many are free when.

pub mod forecast;
pub mod garages;
pub mod quote;
