//! Garages that share spaces, and their free spaces over time.

pub(super) mod forecast;
pub(super) mod garages;
pub(super) mod quote;
