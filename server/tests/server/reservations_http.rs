//! Reservations through the APIs of people and operators: whole lives, every refusal, permissions; on both databases.

mod entitlement;
mod life;
mod lists;
mod operators;
mod public;
mod refusals;
mod still_entitled;
