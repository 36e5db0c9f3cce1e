//! Shared windows: recurring times in which an audience may use spaces of a pool, by the calendar, with a quota.
//!
//! A window belongs to the local day on which it starts and may cross midnight. Its weekdays are compared with the
//! effective weekday of the day: a holiday acts as a Sunday, a make-up Saturday as the stated weekday.
//! Windows of the same pool and audience never overlap: an overlapping window is refused on entry.
//!
//! - [`rule`]: validation of a window
//! - [`openings`]: the absolute openings of a window
//! - `class_time`: when a class may be picked up
//! - [`conflict`]: conflicts between windows

mod class_time;
mod conflict;
mod daily_hours;
mod openings;
mod rule;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::audience::Audience;
use crate::calendar::DayKinds;
use crate::ids::{ClassId, PoolId, SchoolId, WindowId};
use crate::minute::{MinuteSpan, Minutes};
use crate::window::Weekdays;

pub use class_time::{check_class_time, class_time_of_today, is_class_time};
pub use conflict::{QuotaShare, WindowClash, WindowConflict, conflicts};
pub use daily_hours::DailyHours;
pub use openings::{disjoint, without};
pub use rule::{LONGEST_HORIZON, WindowRuleError};

/// The days on which a window starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowRecurrence {
    pub weekdays: Weekdays,
    pub kinds: DayKinds,
    pub lessons: LessonRule,
    /// Both days included.
    pub first_day: Option<NaiveDate>,
    pub last_day: Option<NaiveDate>,
}

/// Whether the window depends on lessons. With several schools at one garage, lessons at one of them are enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum LessonRule {
    #[default]
    AnyDay,
    LessonDays,
    LessonFreeDays,
}

/// Rules for stays in a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowTerms {
    pub min_stay: Minutes,
    pub max_stay: Minutes,
    /// How far in the future a reservation may start.
    pub horizon: Minutes,
    /// Local hours in which no car enters and no reservation starts or ends. Cars may always leave.
    pub lock_out: Option<DailyHours>,
    /// How long before its start a reserved car may enter, if the window is open then.
    pub early: Minutes,
    /// How long after its start a reservation waits for its car before it is released.
    pub grace: Minutes,
    /// How long before the end drivers are reminded.
    pub notice: Minutes,
    /// The window accepts reservations.
    pub bookable: bool,
    /// Cars without a reservation may enter: any car of the public, and the permitted plates of other audiences.
    pub walk_in: bool,
}

/// A class that comes `offset` later than the window begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassStagger {
    pub class: ClassId,
    pub offset: Minutes,
}

/// A recurring time in which a pool is shared with an audience.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedWindow {
    pub id: WindowId,
    pub pool: PoolId,
    pub audience: Audience,
    pub name: String,
    pub recurrence: WindowRecurrence,
    pub hours: DailyHours,
    /// Spaces that the audience may take at once.
    pub quota: u32,
    pub terms: WindowTerms,
    /// Empty unless the audience is pickup.
    pub stagger: Vec<ClassStagger>,
}

/// One opening of a window, on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowOpening {
    pub window: WindowId,
    pub pool: PoolId,
    pub audience: Audience,
    pub span: MinuteSpan,
    pub quota: u32,
    pub terms: WindowTerms,
    /// Classes that may come only in a part of `span`; [`WindowOpening::time_of`] has the time of any class.
    pub groups: Vec<ClassOpening>,
}

/// The part of an opening for one class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassOpening {
    pub class: ClassId,
    /// Absent if the opening ends before the class may come.
    pub span: Option<MinuteSpan>,
}

/// A school with its calendar, for windows that depend on lessons.
pub type SchoolWithCalendar = (SchoolId, crate::calendar::SchoolCalendar);

#[cfg(test)]
mod tests;
