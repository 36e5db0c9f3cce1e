//! Encoding of domain values in columns: enums by their wire name, ids and days as text, truth values as 0 or 1.

use chrono::NaiveDate;
use serde::Serialize;
use serde::de::value::{Error as ValueError, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};
use uuid::Uuid;

use super::StoreError;

/// A unit variant's wire name, such as `handed_over`.
pub fn encode<T: Serialize>(value: T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        // Only for a type that is not a plain enum; the first contract test of its column detects it.
        other => format!("{other:?}"),
    }
}

/// Parses a wire name or the text of an id.
pub fn parse<T: DeserializeOwned>(column: &'static str, text: &str) -> Result<T, StoreError> {
    let source: StrDeserializer<'_, ValueError> = text.into_deserializer();
    T::deserialize(source).map_err(|_| StoreError::Corrupt { column })
}

/// A list as JSON text.
pub fn list<T: Serialize>(items: &[T]) -> String {
    // Our own types always serialise.
    serde_json::to_string(items).unwrap_or_else(|_| "[]".to_owned())
}

/// Parses the items of such a text.
pub fn items<T: DeserializeOwned>(column: &'static str, text: &str) -> Result<Vec<T>, StoreError> {
    serde_json::from_str(text).map_err(|_| StoreError::Corrupt { column })
}

pub fn id<T: From<Uuid>>(column: &'static str, text: &str) -> Result<T, StoreError> {
    Uuid::parse_str(text).map(T::from).map_err(|_| StoreError::Corrupt { column })
}

/// `YYYY-MM-DD`.
pub fn day(column: &'static str, text: &str) -> Result<NaiveDate, StoreError> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| StoreError::Corrupt { column })
}

#[cfg(test)]
mod tests {
    use domain::ids::ClassId;
    use domain::pickup::PickupPhase;

    use super::*;

    #[test]
    fn words_are_wire_names_and_come_back() {
        assert_eq!(encode(PickupPhase::HandedOver), "handed_over");
        assert_eq!(parse::<PickupPhase>("phase", "handed_over").unwrap(), PickupPhase::HandedOver);
        assert_eq!(parse::<ClassId>("class", "c-1").unwrap().as_str(), "c-1");
        assert!(parse::<PickupPhase>("phase", "gone").is_err());
    }
}
