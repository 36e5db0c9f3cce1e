//! Event ids from the parts that make a reading unique: a repeated reading has the same id, another reading has another id.
//!
//! All parts are hashed completely. So a part that is constant in one firmware (the end of a time-based UUID, a counter that restarts, an
//! unreadable time) never merges two readings. A message with neither time nor number uses the id of its receipt.

use domain::ids::EventId;
use domain::time::Timestamp;
use sha2::{Digest, Sha256};

/// Number of hexadecimal digits of the hash; two readings collide with a probability of 2^-80.
const DIGITS: usize = 40;

/// Builder of an event id.
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

    /// Adds a part that does not make a reading unique on its own: plate, channel, kind.
    #[must_use]
    pub fn part(mut self, name: &str, value: &str) -> Self {
        for text in [name, value] {
            self.hash.update((text.len() as u64).to_be_bytes());
            self.hash.update(text.as_bytes());
        }
        self
    }

    /// Adds the device's number of the reading, unless it is empty.
    #[must_use]
    pub fn number(mut self, value: &str) -> Self {
        self.is_unique |= !value.is_empty();
        self.part("number", value)
    }

    /// Adds the device's time, if it is readable.
    #[must_use]
    pub fn time(mut self, at: Option<Timestamp>) -> Self {
        self.is_unique |= at.is_some();
        let micros = at.map(|at| at.micros().to_string()).unwrap_or_default();
        self.part("time", &micros)
    }

    /// Returns the id. `arrival` is the id of this receipt; it counts only if neither number nor time makes the reading unique.
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
