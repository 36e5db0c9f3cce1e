//! Sharing through the operators' API: windows, closures, pools, rules, the week; its effects on reservations, on
//! access plans and on unaffected people. On both databases.

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
