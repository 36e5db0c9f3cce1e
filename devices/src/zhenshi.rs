//! Zhenshi (臻识) cameras, and those of other makers that speak the same: Alphadigi, Qianyi.
//!
//! One shape of a reading, two ways: [`http`], where the answer may open the barrier, and [`mqtt`], where texts are in base64.
//! What is known of them from manuals and integrators, and what is not, is in `docs/devices/zhenshi.md`.
//!
//! - [`http`], [`mqtt`]: what is said and heard on each way
//! - `reading`: the shape of a reading
//! - [`play`]: a camera's part

pub mod http;
pub mod mqtt;
pub mod play;
mod reading;

use domain::time::Timestamp;

use crate::key::Key;
use crate::told::{Signal, What};

/// A reading with two pictures has some 300 KB.
pub const LARGEST: usize = 8 * 1024 * 1024;

const PREFIX: &str = "zhenshi";

/// `id`: of the message, which may be the number of a reading as well.
fn signal(serial: &str, what: What, id: &str, at: Option<Timestamp>) -> Signal {
    let id = format!("{}{id}", what.letter());
    Signal { key: Key::of(PREFIX).part(serial).part(&id).time(at).finish(), what, occurred_at: at }
}
