//! Gaps in a calendar that people should fill.

use std::fmt;

use chrono::NaiveDate;

/// A gap for which the calendar assumes the safe case until a person fills it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CalendarWarning {
    /// The list of this year is missing: all its days count as workdays.
    MissingYear(i32),
    /// A workday on a weekend without a stated weekday: it acts as a Friday.
    ActsAsNotStated(NaiveDate),
    /// From this day on the school's terms are unknown: lessons are assumed.
    NoTerms(NaiveDate),
}

impl fmt::Display for CalendarWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingYear(year) => {
                write!(f, "the list of holidays of {year} is missing: all its days count as workdays")
            }
            Self::ActsAsNotStated(date) => {
                write!(f, "no weekday is set for the make-up workday {date}: it acts as a Friday")
            }
            Self::NoTerms(date) => {
                write!(f, "no term is known on {date} and after: lessons are assumed")
            }
        }
    }
}
