//! What kind of day it is, in layers: school, city, national list, weekday pattern.

mod kind;

pub use kind::{DayKind, DayKinds, DayKindsError};

/// When a school has lessons.
#[derive(Debug, Clone, Default)]
pub struct SchoolCalendar {}
