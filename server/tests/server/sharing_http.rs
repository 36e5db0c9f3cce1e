//! What operators share, through their doors: windows, closures, pools, rules, the week; what becomes of reservations, of
//! the gates' plans and of those whom it does not concern. On both databases.

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
