//! The authorization matrix: what each identity receives from each operation, and which data it sees.
//!
//! The tables are text, so that they read as documentation. [`table`] parses them and judges responses, [`sight`] finds
//! personal data in responses, [`run`] sends every row as every identity, and [`document`] writes the tables into
//! `docs/authorization.md`.

pub mod call;
pub mod document;
pub mod dump;
pub mod run;
pub mod sight;
pub mod table;

/// An invented district with two garages, two schools and people whose names and plates occur nowhere else.
pub const DISTRICT: &str = include_str!("authorization/district.json");

/// Identities in a group of columns: a letter and a title for each.
pub type IdentityGroup = &'static [(char, &'static str)];

/// Letters of the columns, with a space between groups.
pub fn letters(groups: &[IdentityGroup]) -> String {
    let group = |identities: &IdentityGroup| identities.iter().map(|(letter, _)| *letter).collect::<String>();
    groups.iter().map(group).collect::<Vec<_>>().join(" ")
}
