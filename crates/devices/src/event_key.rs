//! Event ids made of what makes a reading unique: the same reading sent again has the same id, another reading has another.
//!
//! All parts are hashed whole: a part that is constant in one firmware (the end of a time-based UUID, a counter that begins again, a
//! time that cannot be read) never makes two readings one. A message without a time and a number takes the moment of its arrival.

use domain::ids::EventId;
use domain::time::Timestamp;
use sha2::{Digest, Sha256};

/// Hexadecimal digits of a hash; two readings collide once in 2^80 tries.
const DIGITS: usize = 40;

/// An event id in the making.
pub struct EventKey {
    make: &'static str,
    hash: Sha256,
    is_unique: bool,
}

impl EventKey {
    /// `make` is a short ASCII name; `serial` is the device's.
    pub fn new(make: &'static str, serial: &str) -> Self {
        let key = Self { make, hash: Sha256::new(), is_unique: false };
        key.part("serial", serial)
    }

    /// Adds a part that alone does not make a reading unique: plate, channel, kind.
    #[must_use]
    pub fn part(mut self, name: &str, value: &str) -> Self {
        for text in [name, value] {
            self.hash.update((text.len() as u64).to_be_bytes());
            self.hash.update(text.as_bytes());
        }
        self
    }

    /// Adds the device's number of the reading, if the message has one that is not empty.
    #[must_use]
    pub fn number(mut self, value: &str) -> Self {
        self.is_unique |= !value.is_empty();
        self.part("number", value)
    }

    /// Adds the device's time, if it could be read.
    #[must_use]
    pub fn time(mut self, at: Option<Timestamp>) -> Self {
        self.is_unique |= at.is_some();
        let micros = at.map(|at| at.micros().to_string()).unwrap_or_default();
        self.part("time", &micros)
    }

    /// The id. `arrival` is the name of this arrival; it only counts where neither number nor time makes the reading unique.
    pub fn finish(self, arrival: &str) -> String {
        let key = if self.is_unique { self } else { self.part("arrival", arrival) };
        let make = key.make;
        let digest = key.hash.finalize();
        let mut id = format!("{make}:");
        for byte in digest.iter().take(DIGITS / 2) {
            id.push_str(&format!("{byte:02x}"));
        }
        debug_assert!(EventId::parse(&id).is_ok(), "{id}");
        id
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn key(number: &str, plate: &str, at: Option<i64>, arrival: &str) -> String {
        let at = at.map(Timestamp::from_micros);
        EventKey::new("zhenshi", "sn").part("plate", plate).number(number).time(at).finish(arrival)
    }

    #[test]
    fn a_repeated_reading_has_its_key_again_and_any_other_has_another() {
        assert_eq!(key("5", "鲁B12345", Some(1), "a"), key("5", "鲁B12345", Some(1), "b"), "sent again");
        assert_ne!(key("5", "鲁B12345", Some(1), "a"), key("5", "鲁B12346", Some(1), "a"), "another plate");
        assert_ne!(key("5", "鲁B12345", Some(1), "a"), key("5", "鲁B12345", Some(2), "a"), "another time");
        assert_ne!(key("", "鲁B12345", None, "a"), key("", "鲁B12345", None, "b"), "neither number nor time");
        assert_ne!(key("12", "", None, "a"), key("1", "2", None, "a"), "parts do not run into each other");
        EventId::parse(&key("5", "鲁B12345", Some(1), "a")).unwrap();
    }

    #[test]
    fn the_constant_end_of_a_time_based_uuid_does_not_make_two_readings_one() {
        let uuid = |head: &str| format!("{head}-1dd1-11b2-880e-ea04202587f5");
        assert_ne!(key(&uuid("fcdb1632"), "x", Some(1), "a"), key(&uuid("fcdb2632"), "x", Some(1), "a"));
    }
}
