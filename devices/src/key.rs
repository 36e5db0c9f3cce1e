//! Names of what devices told, made of what they say about it: the same again has the same name.

use domain::ids::EventId;
use domain::time::Timestamp;

/// A name in the making. What an id may not hold is written in hexadecimal, and what is too long is cut in the middle of the
/// parts, not at the end, where the time is.
pub(crate) struct Key(String);

/// Of one part; three of them, a make and a time fit into an id.
const LONGEST: usize = 18;

impl Key {
    pub fn of(make: &str) -> Self {
        Self(make.to_owned())
    }

    pub fn part(mut self, text: &str) -> Self {
        self.0.push(':');
        let mut written = String::new();
        for byte in text.bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
                written.push(char::from(byte));
            } else {
                written.push_str(&format!("{byte:02x}"));
            }
        }
        // The end of a serial number or a counter tells more than its beginning.
        let cut = written.len().saturating_sub(LONGEST);
        self.0.push_str(written.get(cut..).unwrap_or_default());
        self
    }

    /// In milliseconds, as many makes have no finer clock.
    pub fn time(self, at: Option<Timestamp>) -> Self {
        match at {
            Some(at) => self.part(&format!("{:x}", at.micros() / 1_000)),
            None => self,
        }
    }

    pub fn finish(self) -> String {
        debug_assert!(self.0.len() <= EventId::MAX, "{}", self.0);
        self.0
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn whatever_a_device_says_the_key_is_an_id() {
        let at = Timestamp::from_micros(i64::MAX);
        let key =
            Key::of("hikvision").part(&"鲁".repeat(40)).part(&"a b/c".repeat(9)).time(Some(at)).finish();
        EventId::parse(&key).unwrap();
        assert_eq!(Key::of("m").part("aé").finish(), "m:ac3a9");
    }
}
