//! Whether two events with one id are the same reading (invariant 2), for the gateway and for the server.
//!
//! Controllers restart their counters and some cameras always send the same id, so the id alone is not enough. An event with a known
//! id and another kind, plate or device time is another reading. It is recorded under a [`derived_event_id`].
//! A larger `age_ms` is no difference: it grows when a controller repeats an event.

use std::time::Duration;

use domain::ids::EventId;
use domain::plate::Plate;
use domain::time::Timestamp;
use sha2::{Digest, Sha256};

use crate::mqtt::EventKind;

/// Longest time between two receipts of one reading. Replaced times are times of receipt. A controller that waits for an `ack` repeats an
/// event for minutes; the next reading of the same car under the same id comes later.
pub const REPETITION: Duration = Duration::from_secs(15 * 60);

/// Hexadecimal digits of the hash in a derived id.
const DIGITS: usize = 16;

/// Between the raw id and the hash.
const SEPARATOR: &str = ":r";

/// The parts that make an event unique besides its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadingIdentity<'a> {
    pub kind: EventKind,
    /// Normalised; `None` for a reading that is no valid plate.
    pub plate: Option<&'a Plate>,
    /// Device time as sent.
    pub occurred_at: Timestamp,
    /// `occurred_at` is the time of receipt, because the device's own time was impossible.
    pub time_replaced: bool,
}

/// Whether two events with one id are one reading.
pub fn is_same_reading(known: &ReadingIdentity<'_>, next: &ReadingIdentity<'_>) -> bool {
    known.kind == next.kind && known.plate == next.plate && is_same_time(known, next)
}

fn is_same_time(known: &ReadingIdentity<'_>, next: &ReadingIdentity<'_>) -> bool {
    if known.time_replaced || next.time_replaced {
        let (earlier, later) =
            (known.occurred_at.min(next.occurred_at), known.occurred_at.max(next.occurred_at));
        return later.since(earlier) <= REPETITION;
    }
    known.occurred_at == next.occurred_at
}

/// The id under which another reading with a known id is recorded. `plate` is the text as the device sent it. The same reading has the
/// same derived id at the gateway and at the server.
pub fn derived_event_id(raw: &EventId, plate: Option<&str>, occurred_at: Timestamp) -> EventId {
    let mut hash = Sha256::new();
    for part in [Some(raw.as_str()), plate] {
        // Lengths separate the parts; an absent plate differs from an empty one.
        let length = part.map_or(u64::MAX, |text| text.len() as u64);
        hash.update(length.to_be_bytes());
        hash.update(part.unwrap_or_default());
    }
    hash.update(occurred_at.micros().to_be_bytes());
    let digits: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let room = EventId::MAX - SEPARATOR.len() - DIGITS;
    let head: String = raw.as_str().chars().take(room).collect();
    let text = format!("{head}{SEPARATOR}{}", digits.get(..DIGITS).unwrap_or(&digits));
    // Every part is made of characters that an id may have, and is cut to its length.
    EventId::parse(&text).unwrap_or_else(|_| raw.clone())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros)
    }

    fn id(text: &str) -> EventId {
        EventId::parse(text).unwrap()
    }

    fn reading(plate: Option<&Plate>, micros: i64) -> ReadingIdentity<'_> {
        ReadingIdentity { kind: EventKind::Plate, plate, occurred_at: at(micros), time_replaced: false }
    }

    #[test]
    fn another_plate_time_or_kind_is_another_reading() {
        let (one, two) = (Plate::parse("鲁B12345").unwrap(), Plate::parse("鲁B67890").unwrap());
        let known = reading(Some(&one), 7);
        assert!(is_same_reading(&known, &reading(Some(&one), 7)));
        assert!(!is_same_reading(&known, &reading(Some(&two), 7)));
        assert!(!is_same_reading(&known, &reading(None, 7)));
        assert!(!is_same_reading(&known, &reading(Some(&one), 8)));
        assert!(!is_same_reading(&known, &ReadingIdentity { kind: EventKind::Pass, ..known }));
    }

    #[test]
    fn a_replaced_time_differs_only_after_a_repetition_is_over() {
        let replaced = |micros| ReadingIdentity { time_replaced: true, ..reading(None, micros) };
        assert!(is_same_reading(&replaced(0), &replaced(900_000_000)));
        assert!(is_same_reading(&replaced(900_000_000), &replaced(0)));
        assert!(!is_same_reading(&replaced(0), &replaced(900_000_001)));
        assert!(is_same_reading(&replaced(5), &reading(None, 0)));
    }

    #[test]
    fn a_derived_id_keeps_its_form() {
        let derived = derived_event_id(&id("1"), Some("鲁B12345"), at(1_795_000_000_000_000));
        assert_eq!(derived.as_str(), "1:rc06f84039104e50a");
        assert_ne!(derived_event_id(&id("1"), None, at(0)), derived_event_id(&id("1"), Some(""), at(0)));
    }

    proptest! {
        #[test]
        fn a_derived_id_is_an_id_and_is_made_of_all_parts(
            raw in "[a-zA-Z0-9._:-]{1,64}", plate in proptest::option::of("\\PC{0,12}"), micros in any::<i64>(),
        ) {
            let raw = id(&raw);
            let derived = derived_event_id(&raw, plate.as_deref(), at(micros));
            prop_assert_ne!(&derived, &raw);
            prop_assert!(derived.as_str().contains(SEPARATOR));
            prop_assert_eq!(&derived, &derived_event_id(&raw, plate.as_deref(), at(micros)));
            prop_assert_ne!(&derived, &derived_event_id(&raw, plate.as_deref(), at(micros.wrapping_add(1))));
            prop_assert_ne!(&derived, &derived_event_id(&raw, Some("another"), at(micros)));
            prop_assert_ne!(&derived, &derived_event_id(&id(&format!("{}x", &raw.as_str()[..raw.as_str().len().min(63)])), plate.as_deref(), at(micros)));
        }
    }
}
