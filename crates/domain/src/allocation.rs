//! Allocation of spaces over time. One [`AllocationBook`] per garage holds everything that takes a space: reservations, offers to the
//! waiting list, and cars that entered without a reservation.
//!
//! - [`layout`]: what a garage shares: pools, openings, closures, rules
//! - [`entry`]: one stay and its states
//! - [`request`]: requests to a book, and [`refusal`]: the reasons of a refusal, with what helps the next request
//! - [`book`]: the only way to change entries, and [`journal`]: the changes since the last call
//! - [`reserved_entry`]: when a reserved car may enter, for the gate and for the driver's phone
//! - internal: `limits`, what windows and closures allow over time; `room`, the intervals of constant room; `terms`, the
//!   rules of a window for a stay
//!
//! Spaces of a pool are interchangeable. Interval graphs are perfect: if no minute has more stays than spaces, a numbering
//! of the stays exists. Fragmentation therefore never refuses a stay; a car gets its number when it enters.
//!
//! [`crate::capacity`] decides what one more stay may take at each minute. A stay must fit at each of its minutes. Facts are
//! never refused: a car inside takes its space even if it is one too many; until it leaves, no one else gets a space.

pub mod book;
pub mod entry;
pub mod journal;
pub mod layout;
mod limits;
pub mod refusal;
pub mod request;
pub mod reserved_entry;
mod room;
mod terms;

pub use book::AllocationBook;
pub use journal::{BookJournal, BookNotice, BookStrike, BookStrikeKind, DriverNoticeKind};
pub use request::{EnteredCar, EntryChange, FreeSpaceSlot, ReservationIntent, ReservationRequest};
