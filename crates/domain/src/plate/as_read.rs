//! A plate as a camera read it. The text is parsed once, where it enters a process.

use std::ops::Deref;

use serde::{Deserialize, Serialize};

use super::Plate;

/// The text of a reading, and the plate that it is, if it is one. On the wire it is the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct PlateAsRead {
    text: String,
    plate: Option<Plate>,
}

impl PlateAsRead {
    /// Absent if the text is not a plate.
    pub const fn plate(&self) -> Option<&Plate> {
        self.plate.as_ref()
    }
}

impl Deref for PlateAsRead {
    type Target = str;
    fn deref(&self) -> &str {
        &self.text
    }
}

impl From<String> for PlateAsRead {
    fn from(text: String) -> Self {
        Self { plate: Plate::parse(&text).ok(), text }
    }
}

impl From<&str> for PlateAsRead {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<Plate> for PlateAsRead {
    fn from(plate: Plate) -> Self {
        Self { text: plate.to_string(), plate: Some(plate) }
    }
}

impl From<PlateAsRead> for String {
    fn from(read: PlateAsRead) -> Self {
        read.text
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_text_and_its_plate_survive_the_wire(text in "\\PC{0,12}|鲁[A-Z][0-9A-Z]{5}") {
            let read = PlateAsRead::from(text.as_str());
            prop_assert_eq!(read.plate().cloned(), Plate::parse(&text).ok());
            let wire = serde_json::to_string(&read).unwrap();
            prop_assert_eq!(&wire, &serde_json::to_string(&text).unwrap());
            prop_assert_eq!(serde_json::from_str::<PlateAsRead>(&wire).unwrap(), read);
        }
    }

    #[test]
    fn a_plate_is_read_as_itself() {
        let plate = Plate::parse("蓝鲁B·12345").unwrap();
        assert_eq!(PlateAsRead::from(plate.clone()), PlateAsRead::from(plate.as_str()));
    }
}
