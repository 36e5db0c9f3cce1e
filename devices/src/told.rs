//! What a device said, whatever its make.

use std::collections::BTreeSet;

use domain::device::Quirk;
use domain::time::Timestamp;
use serde::Serialize;

/// One message of a device: who sent it, as the message itself says, and what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Serial number or the like. Whoever can reach the gateway can write anything here: compare it, trust it never.
    pub serial: Option<String>,
    pub told: Vec<Told>,
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub quirks: BTreeSet<Quirk>,
}

impl Message {
    pub(crate) fn new(serial: Option<String>, told: Told) -> Self {
        let timeless = matches!(&told, Told::Car(reading) if reading.occurred_at.is_none());
        Self { serial, told: vec![told], quirks: timeless.then_some(Quirk::NoTime).into_iter().collect() }
    }

    /// With that too, if it was seen.
    pub(crate) fn with(mut self, quirk: Quirk, seen: bool) -> Self {
        if seen {
            self.quirks.insert(quirk);
        }
        self
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// A car stands at the barrier, its plate was read or not.
    Car(Reading),
    /// What became of a car, of the barrier, of an input.
    Lane(Signal),
    /// It lives.
    Alive(Health),
    /// Known, and of no use here: what it was.
    Nothing(&'static str),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reading {
    /// The same reading sent again has the same key; no other of this device ever has. At most 64 characters of `[A-Za-z0-9._:-]`.
    pub key: String,
    /// As a person would write it: decoded, without the colour in front; `None` if the device saw no plate.
    pub plate: Option<String>,
    /// Percent; 100 where the make tells none.
    pub confidence: u8,
    /// By the device's clock; `None` where it tells none.
    pub occurred_at: Option<Timestamp>,
    /// Told afterwards: the device had no connection when it saw this car, which has gone since.
    pub kept: bool,
    /// The device has opened the barrier by itself, by its own list.
    pub opened: bool,
    /// For those makes that must be asked for the next of what they have kept: what to name in the reply.
    pub next: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signal {
    /// As [`Reading::key`].
    pub key: String,
    pub what: What,
    pub occurred_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// The car has gone through.
    Passed,
    /// It went back out of the lane before it was through.
    Reversed,
    /// A second car went through behind the first.
    Tailgated,
    /// A car stands in the lane for too long.
    Stuck,
    /// No car stands in the lane any more.
    Free,
    /// An electric input changed: fire alarm, button, loop; which is said by the configuration.
    Input {
        number: u8,
        on: bool,
    },
    Barrier(Barrier),
}

impl What {
    /// Keeps the keys of different signals apart.
    pub(crate) const fn letter(self) -> char {
        match self {
            Self::Passed => 'p',
            Self::Reversed => 'r',
            Self::Tailgated => 't',
            Self::Stuck => 's',
            Self::Free => 'f',
            Self::Input { .. } => 'i',
            Self::Barrier(_) => 'b',
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Barrier {
    Open,
    Closed,
    Moving,
    Faulty,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Health {
    pub firmware: Option<String>,
    /// Readings that it keeps for later.
    pub kept: Option<u32>,
    pub barrier: Option<Barrier>,
}

/// Bytes that say nothing that could be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("the message has more than {0} bytes")]
    TooLarge(usize),
    #[error("not {0}")]
    NotA(&'static str),
    #[error("`{field}` {fault}")]
    Field { field: &'static str, fault: String },
}
