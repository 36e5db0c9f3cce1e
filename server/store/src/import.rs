//! Reads and writes of the import of a district file.
//!
//! The import reads whole tables (a district has tens of thousands of rows, not millions), compares in memory and
//! writes only differences: a second import of the same file writes nothing.

mod people;
mod places;

pub use people::{
    ImportedGuardianship, PersonRow, PupilRow, delete_guardianship, delete_teaches, guardianships,
    insert_person, insert_pupil, insert_teaches, people, pupils, put_guardianship, teaches, update_person,
    update_pupil, vehicles,
};
pub use places::{
    GarageRow, OperatorRow, PermitKey, classes, delete_operates, delete_permits, garages, insert_garage,
    insert_operates, insert_operator, insert_permit, operates, operators, permits, put_class, put_school,
    schools, touch_garage, update_garage, update_operator,
};
