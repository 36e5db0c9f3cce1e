//! Who has which spaces when. One [`Book`] per garage holds everything that takes a space: reservations, offers to those who
//! wait, and cars that came in without a reservation.
//!
//! - [`layout`]: what a garage shares: pools, openings, closures, rules
//! - [`entry`]: one stay and its states
//! - [`request`]: what may be asked, and [`refusal`]: why something is refused, in a form that helps
//! - [`book`]: the only way to change any of it, and [`journal`]: what it has done
//! - inside: `timeline`, how many spaces of a pool are taken at each minute; `limits`, what windows and closures leave to
//!   take; `room`, both together; `terms`, what a window asks of a stay
//!
//! Spaces of a pool are interchangeable. Interval graphs are perfect: whenever no minute has more stays than spaces, a
//! numbering of the stays exists, so nobody is refused because of fragmentation; numbers are bound when a car comes in.
//!
//! What may be taken at a minute by audience A: its window's quota, and of the pool what is neither out of service, nor taken,
//! nor kept for audiences before A ([`Audience`](crate::access::Audience) is in order of priority) whose windows are open then.
//! A stay must fit at each of its minutes. Facts are never refused: a car that is inside takes its space even if that is
//! one too many; then nobody else gets one.

pub mod book;
mod by_audience;
pub mod entry;
pub mod journal;
pub mod layout;
mod limits;
pub mod refusal;
pub mod request;
mod room;
mod terms;
mod timeline;

pub use book::Book;
pub use journal::{Journal, Notice, NoticeKind, Strike, StrikeKind};
pub use limits::PoolLimit;
pub use request::{Arrived, Ask, Change, Slot, Wish};
