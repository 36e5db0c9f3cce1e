//! Garages that share spaces, and their free spaces over time.

pub mod forecast;
pub mod garages;
pub mod quote;
