//! Reservations through the doors of people and operators: whole lives, every refusal, who may see and do what; on both
//! databases.

mod entitlement;
mod life;
mod lists;
mod operators;
mod public;
mod refusals;
mod still_entitled;
