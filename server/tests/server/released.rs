//! Released data stays readable, and data that this version may not use is refused with advice. On both databases.

mod frozen;
mod goes_on;
mod refused;
