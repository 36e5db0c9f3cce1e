//! Shared windows: who may use which spaces when, by the calendar, with a quota.
//!
//! A window belongs to the local day on which it starts and may cross midnight. Its weekdays are compared with the
//! weekday as which the day acts: a holiday acts as a Sunday, a make-up Saturday as the weekday that was stated.
//! Windows of the same pool and audience never overlap: that is refused when they are entered.
//!
//! - [`rule`]: what a window may say
//! - [`openings`]: on which days it starts, made absolute
//! - [`conflict`]: what several windows do to each other

mod conflict;
mod openings;
mod rule;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::access::Audience;
use crate::calendar::DayKinds;
use crate::ids::{ClassId, PoolId, SchoolId, WindowId};
use crate::minute::{Minutes, Span};
use crate::window::Weekdays;

pub use conflict::{Clash, Conflict, Share, conflicts};
pub use openings::{disjoint, without};
pub use rule::{LONGEST_HORIZON, WindowRuleError};

/// On which days a window starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recurrence {
    pub weekdays: Weekdays,
    pub kinds: DayKinds,
    pub lessons: OnLessons,
    /// Both days included.
    pub first_day: Option<NaiveDate>,
    pub last_day: Option<NaiveDate>,
}

/// Whether the school's lessons matter. With several schools at one garage, one with lessons is enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnLessons {
    #[default]
    AnyDay,
    LessonDays,
    LessonFreeDays,
}

/// Part of each local day, may cross midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DailyHours {
    /// 0 to 1439.
    pub start_minute: u32,
    /// 1 to 1440.
    pub length_minutes: u32,
}

/// What a stay in a window must keep to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    pub min_stay: Minutes,
    pub max_stay: Minutes,
    /// How long ahead a reservation may start.
    pub horizon: Minutes,
    /// Local hours in which no car comes in and no reservation starts or ends. Cars may always leave.
    pub lock_out: Option<DailyHours>,
    /// A reserved car may come so much before its start, if the window is open then.
    pub early: Minutes,
    /// A reservation whose car has not come so long after its start is released.
    pub grace: Minutes,
    /// Drivers are reminded so long before their end.
    pub notice: Minutes,
    /// May be reserved.
    pub bookable: bool,
    /// Cars without a reservation may come in: for the public anybody, for others the permitted plates.
    pub walk_in: bool,
}

/// Classes that come later than the window begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stagger {
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
    pub recurrence: Recurrence,
    pub hours: DailyHours,
    /// Spaces that the audience may take at once.
    pub quota: u32,
    pub terms: Terms,
    /// Pickup only.
    pub stagger: Vec<Stagger>,
}

/// A window on one day, from one minute to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowOpening {
    pub window: WindowId,
    pub pool: PoolId,
    pub audience: Audience,
    pub span: Span,
    pub quota: u32,
    pub terms: Terms,
    /// Classes that may come only in a part of `span`; others come in all of it.
    pub groups: Vec<GroupOpening>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupOpening {
    pub class: ClassId,
    pub span: Span,
}

/// A school with its calendar, for windows that ask for lessons.
pub type School = (SchoolId, crate::calendar::SchoolCalendar);

#[cfg(test)]
mod tests;
