//! Entries of holiday lists.

use chrono::{NaiveDate, Weekday};

use super::day::working;
use super::{DayKind, DaySource, ResolvedDay};

/// Whether a listed day is off or worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayRuling {
    Off,
    /// A workday; on a weekend it makes up for a day off. `acts_as` is absent if the list does not state it.
    Work {
        acts_as: Option<Weekday>,
    },
}

/// One entry of the national list or of the city's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedDay {
    pub date: NaiveDate,
    /// Name of the festival; may be empty.
    pub name: String,
    pub ruling: DayRuling,
}

impl ListedDay {
    pub(super) fn day(&self, source: DaySource) -> ResolvedDay {
        let (kind, (acts_as, acts_as_stated)) = match self.ruling {
            DayRuling::Off => (DayKind::Holiday, (Weekday::Sun, true)),
            DayRuling::Work { acts_as } => (DayKind::Workday, working(self.date, acts_as)),
        };
        let name = Some(self.name.clone()).filter(|name| !name.is_empty());
        ResolvedDay { date: self.date, kind, acts_as, name, source, acts_as_stated }
    }
}
