//! Idempotency: a request that a client repeats has one effect.
//!
//! A **key** names one attempt of a client. It is unique per caller, kind of act and garage, by the unique indexes of the
//! tables. A request with a known key is a **repetition**: it returns the act of the first request in its current state.
//! A repetition with another body is refused with [`IdempotencyKeyReused`], which every door answers with
//! `409 idempotency_key_reused`.
//!
//! What was the first body follows from what the act keeps:
//!
//! - Corrections, remote openings, ends of fire alarms, gate entries, windows and closures keep every field of the request
//!   in their own row: [`require_same`] compares the values.
//! - Windows and closures have no column for a key: their id is derived from it ([`derived_id`]).
//! - An inventory keeps a digest of its body, which has plates and therefore needs a key: [`KeyedBodyDigest`], the HMAC of
//!   the canonical JSON.
//! - A reservation may be changed after it was made, so its id keeps four bytes of a digest of the first request:
//!   [`RequestDigest`]. The dates of a series are reservations.
//!
//! All of these forms are stored. The tests hold their bytes, so that a repetition after an upgrade is still known.
//! Two limits: while replicas of 0.2.0 and of this version run side by side, 0.2.0 refuses the repetition of an inventory
//! that this version has stored. A repetition that creates a window or a closure is compared with its present state, so
//! that it is refused once an operator has changed or ended it.

use domain::ids::GarageId;
use ring::digest::{Context, SHA256};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use store::codec;
use store::seal::{SealPurpose, SealingKeyring};

/// Longest key: a UUID has 36 characters.
const LONGEST: usize = 100;

/// A client's key: 1 to 100 visible ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Trims blanks; `None` if the text is no key.
    pub fn parse(text: &str) -> Option<Self> {
        let key = text.trim();
        let is_visible = key.bytes().all(|byte| (b' '..=b'~').contains(&byte));
        (is_visible && (1..=LONGEST).contains(&key.len())).then(|| Self(key.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The key of another request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this key was used for another request")]
pub struct IdempotencyKeyReused;

/// Compares the fields of the first request with those of its repetition.
pub fn require_same<R: PartialEq>(first: R, repeated: R) -> Result<(), IdempotencyKeyReused> {
    if first == repeated { Ok(()) } else { Err(IdempotencyKeyReused) }
}

/// The id of an object that this operator creates with this key: the same for each repetition.
pub fn derived_id(
    keys: &SealingKeyring,
    kind: &str,
    (garage, operator): (&GarageId, &str),
    key: &IdempotencyKey,
) -> Uuid {
    let hash = keys.hash(SealPurpose::Key, &format!("{kind}:{garage}:{operator}:{}", key.as_str()));
    uuid::Builder::from_custom_bytes(first_bytes(&hash)).into_uuid()
}

/// The id of a series: the same for each repetition by this author, such as `person 3f...`.
pub fn series_id(garage: &GarageId, author: &str, key: &IdempotencyKey) -> Uuid {
    let mut context = Context::new(&SHA256);
    [garage.as_str(), author, key.as_str()].into_iter().for_each(|text| context.update(text.as_bytes()));
    Uuid::from_bytes(first_bytes(context.finish().as_ref()))
}

/// Four bytes of the SHA-256 of a request's fields, each with its length before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestDigest([u8; 4]);

impl RequestDigest {
    pub fn of_fields<'a>(fields: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut context = Context::new(&SHA256);
        for field in fields {
            context.update(&field.len().to_le_bytes());
            context.update(field);
        }
        Self(first_bytes(context.finish().as_ref()))
    }

    /// A new id by time whose last bytes are this digest.
    pub fn new_id(self) -> Uuid {
        let mut bytes = Uuid::now_v7().into_bytes();
        if let Some(last) = bytes.last_chunk_mut() {
            *last = self.0;
        }
        Uuid::from_bytes(bytes)
    }

    /// Whether the first request of the act with this id had this digest.
    pub fn require_in(self, id: Uuid) -> Result<(), IdempotencyKeyReused> {
        require_same(id.as_bytes().last_chunk(), Some(&self.0))
    }
}

/// HMAC of the canonical JSON of a body with personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyedBodyDigest {
    canonical: Vec<u8>,
    /// Of the form of 0.2.0: the fields in the order of the type, as the only item of a list.
    former: Vec<u8>,
}

impl KeyedBodyDigest {
    pub fn of<T: Serialize>(keys: &SealingKeyring, body: &T) -> Self {
        Self {
            canonical: keys.hash(SealPurpose::Plate, &canonical_json(body)),
            former: keys.hash(SealPurpose::Plate, &codec::list(std::slice::from_ref(body))),
        }
    }

    /// The form that is stored.
    pub fn stored(&self) -> &[u8] {
        &self.canonical
    }

    pub fn require_stored(&self, stored: &[u8]) -> Result<(), IdempotencyKeyReused> {
        if self.canonical == stored || self.former == stored { Ok(()) } else { Err(IdempotencyKeyReused) }
    }
}

/// JSON without blanks, with the members of objects in the order of their names, without members that are null. So a
/// new optional field changes no digest of a body without it.
fn canonical_json<T: Serialize>(body: &T) -> String {
    // Our own types always serialise.
    let mut value = serde_json::to_value(body).unwrap_or_default();
    canonicalize(&mut value);
    value.to_string()
}

fn canonicalize(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(canonicalize);
            members.sort_keys();
        }
        Value::Array(items) => items.iter_mut().for_each(canonicalize),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn first_bytes<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.first_chunk().copied().unwrap_or([0; N])
}

#[cfg(test)]
mod tests {
    use protocol::operator::InventoryReport;
    use serde_json::json;

    use super::*;

    fn keys() -> SealingKeyring {
        SealingKeyring::new(&[7; 32]).unwrap()
    }

    fn key(text: &str) -> IdempotencyKey {
        IdempotencyKey::parse(text).unwrap()
    }

    fn garage() -> GarageId {
        GarageId::parse("haifeng-b1").unwrap()
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn a_key_has_1_to_100_visible_characters() {
        assert_eq!(key(" k-1 ").as_str(), "k-1");
        assert!(IdempotencyKey::parse(&"k".repeat(100)).is_some());
        for bad in ["", "  ", "k\u{7f}", "钥匙", "a\tb", &"k".repeat(101)] {
            assert_eq!(IdempotencyKey::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn ids_that_are_derived_from_keys_are_those_of_0_2_0() {
        let window = derived_id(&keys(), "window", (&garage(), "op-1"), &key("k-1"));
        assert_eq!(window.to_string(), "a73598b0-2f77-8850-84fa-53106e814e30");
        let series = series_id(&garage(), "person p", &key("k-1"));
        assert_eq!(series.to_string(), "c047619d-05be-7a6d-1415-a4c83870e960");
    }

    #[test]
    fn an_id_keeps_the_digest_of_its_request() {
        let digest = RequestDigest::of_fields([b"ab".as_slice(), b"", b"c"]);
        assert_eq!(digest, RequestDigest([252, 140, 156, 178]), "the bytes of 0.2.0");
        let (id, other) = (digest.new_id(), digest.new_id());
        assert_ne!(id, other);
        assert_eq!(id.get_version_num(), 7);
        assert_eq!(digest.require_in(id), Ok(()));
        let moved = RequestDigest::of_fields([b"a".as_slice(), b"b", b"c"]);
        assert_eq!(moved.require_in(id), Err(IdempotencyKeyReused));
    }

    fn report() -> InventoryReport {
        serde_json::from_value(json!({
            "begun_at": "2026-11-23T15:00:00+08:00", "ended_at": "2026-11-23T15:30:00+08:00",
            "seen": "鲁B10001", "unread": 2, "reason": "盘点",
        }))
        .unwrap()
    }

    #[test]
    fn a_stored_digest_of_this_and_the_former_form_is_known() {
        let digest = KeyedBodyDigest::of(&keys(), &report());
        let canonical = "fc62f9ecfb3a3f55592ce4e0fbf6cb4bb28a96bbe731e6686d69b2124fc0ebac";
        let former = "689263fea59f2bef09abe3775c0223684b3be171882ac4b693dbd845c45c3cdd";
        assert_eq!((hex(digest.stored()), hex(&digest.former)), (canonical.to_owned(), former.to_owned()));
        assert_eq!(digest.require_stored(&digest.former.clone()), Ok(()));
        let other = KeyedBodyDigest::of(&keys(), &InventoryReport { unread: 3, ..report() });
        assert_eq!(other.require_stored(digest.stored()), Err(IdempotencyKeyReused));
    }

    #[test]
    fn the_order_of_members_and_absent_ones_change_no_digest() {
        let text = canonical_json(&json!({ "b": [{ "y": 1, "x": null }], "a": "值", "c": null }));
        assert_eq!(text, r#"{"a":"值","b":[{"y":1}]}"#);
    }
}
