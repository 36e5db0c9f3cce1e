//! One day, resolved from the layers.

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};

use super::{DayKind, MAKE_UP, is_weekend};

/// The layer that determined a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum DaySource {
    City,
    National,
    /// The weekday, in a year whose list does not name the day.
    Pattern,
    /// No layer: the year's list is missing, and the day counts as a workday to be safe.
    Assumed,
}

/// A day with its kind and effective weekday.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedDay {
    pub date: NaiveDate,
    pub kind: DayKind,
    /// Effective weekday: windows and timetables compare their weekdays with it.
    pub acts_as: Weekday,
    /// Name of the festival, if a list contains the day.
    pub name: Option<String>,
    pub source: DaySource,
    /// False if `acts_as` is a guess: for a workday on a weekend without a stated weekday.
    pub acts_as_stated: bool,
}

impl ResolvedDay {
    /// A day that no list contains.
    pub(super) fn by_pattern(date: NaiveDate) -> Self {
        let acts_as = date.weekday();
        let kind = if is_weekend(acts_as) { DayKind::RestDay } else { DayKind::Workday };
        Self { date, kind, acts_as, name: None, source: DaySource::Pattern, acts_as_stated: true }
    }

    /// A day of a year whose list is missing.
    pub(super) fn assumed(date: NaiveDate) -> Self {
        let (acts_as, acts_as_stated) = working(date, None);
        Self { date, kind: DayKind::Workday, acts_as, name: None, source: DaySource::Assumed, acts_as_stated }
    }
}

/// Effective weekday of a workday, and whether it is stated or certain rather than a guess.
pub(super) fn working(date: NaiveDate, stated: Option<Weekday>) -> (Weekday, bool) {
    match stated {
        Some(stated) => (stated, true),
        None if is_weekend(date.weekday()) => (MAKE_UP, false),
        None => (date.weekday(), true),
    }
}
