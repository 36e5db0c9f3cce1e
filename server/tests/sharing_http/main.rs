//! What operators share, through their doors: windows, closures, pools, rules, the week; what becomes of reservations, of
//! the gates' plans and of those whom it does not concern. On both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

#[path = "../common/mod.rs"]
#[macro_use]
mod common;

mod affected;
mod closures;
mod conflicts;
mod console;
mod doors;
mod gate;
mod openings;
mod pools;
mod rules;
mod windows;
#[allow(dead_code)]
#[path = "../reservations_http/world.rs"]
mod world;
