//! Ids that cross process borders. Text ids are parsed once, at the edge, and are valid inside; records have UUIDs,
//! with one type for each kind of record.

mod record;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub use record::{ArrivalId, PersonId, PupilId, ReservationId, VehicleId, VisitId};

/// Why a text is not a valid id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    #[error("must be 1 to {max} characters long, is {length}")]
    Length { max: usize, length: usize },
    #[error("may not contain {0:?}")]
    Character(char),
}

fn check(text: &str, max: usize, allowed: fn(char) -> bool) -> Result<(), IdError> {
    let length = text.chars().count();
    if length == 0 || length > max {
        return Err(IdError::Length { max, length });
    }
    match text.chars().find(|&c| !allowed(c)) {
        Some(c) => Err(IdError::Character(c)),
        None => Ok(()),
    }
}

/// Lower-case letters, digits and hyphens: safe in an MQTT topic level, a URL path and a file name.
fn slug_char(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
}

fn event_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | ':' | '-')
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $max:literal, $allowed:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Longest accepted form, in characters.
            pub const MAX: usize = $max;

            pub fn parse(text: &str) -> Result<Self, IdError> {
                check(text, Self::MAX, $allowed)?;
                Ok(Self(text.to_owned()))
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    };
}

text_id!(
    /// A garage, for example `macau-road`.
    GarageId, 40, slug_char
);
text_id!(
    /// A lane of a garage, unique within it, for example `b1-in`.
    LaneId, 40, slug_char
);
text_id!(
    /// A gate controller, unique within its garage; also the last part of its MQTT user name.
    DeviceId, 40, slug_char
);
text_id!(
    /// A school, for example `macau-road-primary`.
    SchoolId, 40, slug_char
);
text_id!(
    /// A class of a school, unique in the district, for example `macau-road-1-1`.
    ClassId, 40, slug_char
);
text_id!(
    /// A pool of interchangeable spaces, unique within its garage, for example `main`.
    PoolId, 40, slug_char
);
text_id!(
    /// A shared window of the district.
    WindowId, 64, slug_char
);
text_id!(
    /// The controller's own id of an event, unique per controller: a ULID, a UUID or the like.
    EventId, 64, event_char
);

text_id!(
    /// A make of device with its way of connection, as a gateway's configuration names it, for example `zhenshi-http`.
    MakeId, 32, slug_char
);

/// This project's own protocol, the make of a device without another one.
pub const NATIVE_MAKE: &str = "native";

impl Default for MakeId {
    /// This project's own protocol.
    fn default() -> Self {
        Self(NATIVE_MAKE.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_safe_in_a_topic() {
        assert!(GarageId::parse("macau-road").is_ok());
        for bad in ["", "a/b", "+", "#", "Ünder", "A", &"x".repeat(41)] {
            assert!(GarageId::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn an_event_id_takes_ulid_uuid_and_vendor_keys() {
        for good in ["01JD8Z6Q0V7M8F2W3K4N5P6R7S", "2b1c7f0e-6f0a-4c59-9d3f-0d7f8d3b1a11", "zhenshi:ab12:77"]
        {
            assert!(EventId::parse(good).is_ok());
        }
        assert_eq!(EventId::parse("a b"), Err(IdError::Character(' ')));
    }
}
