//! Ids of records that the server creates: UUIDs, with one type for each kind of record. A function that takes a pupil
//! cannot be called with a person.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! record_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// The least id of all, which no record has.
            pub const fn nil() -> Self {
                Self(Uuid::nil())
            }

            /// The greatest id of all, which no record has.
            pub const fn max() -> Self {
                Self(Uuid::max())
            }

            /// For ids that tests and benches number themselves.
            pub const fn from_u128(number: u128) -> Self {
                Self(Uuid::from_u128(number))
            }

            pub const fn as_uuid(&self) -> &Uuid {
                &self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                text.parse().map(Self)
            }
        }
    };
}

record_id!(
    /// A person with an account: teacher, guardian, hall screen or driver.
    PersonId
);
record_id!(
    /// A child of a school.
    PupilId
);
record_id!(
    /// A plate that a person has registered.
    VehicleId
);
record_id!(
    /// An arrival: one child, one day, one car or report.
    ArrivalId
);
record_id!(
    /// A visit: a car's stay from its entry to its exit.
    VisitId
);
record_id!(
    /// An entry of a garage's book: a reservation, or the stay of a car that came without one.
    ReservationId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_written_as_the_uuid_that_it_is() {
        let id = PupilId::from(Uuid::from_u128(1));
        let text = "00000000-0000-0000-0000-000000000001";
        assert_eq!(id.to_string(), text);
        assert_eq!(text.parse(), Ok(id));
        assert_eq!(serde_json::to_value(id).unwrap(), text);
        assert!("x".parse::<PupilId>().is_err());
    }
}
