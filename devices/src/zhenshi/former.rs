//! The driver before `DeviceMake`, for the gateway until it uses that; to be deleted then.

pub mod http;
pub mod mqtt;
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
