//! Calendars: imported lists, a school's terms and days, and their view in the operator console.
//!
//! Weekdays are written `"Mon"` to `"Sun"`, dates `"2026-10-01"`.

use chrono::{NaiveDate, Weekday};
use domain::calendar::{DayKind, DaySource, SchoolPeriodKind};
use domain::ids::{GarageId, SchoolId};
use domain::window::Weekdays;
use serde::{Deserialize, Serialize};

/// A year's holiday list in the format of `NateScarlet/holiday-cn`; other fields are ignored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HolidayList {
    pub year: i32,
    /// URLs of the State Council's notices; empty in a file for a year without a notice yet.
    #[serde(default)]
    pub papers: Vec<String>,
    pub days: Vec<HolidayDay>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HolidayDay {
    pub name: String,
    pub date: NaiveDate,
    /// False: a make-up workday for a day off.
    #[serde(rename = "isOffDay")]
    pub is_off_day: bool,
}

/// One entry of the file of `server import-city-days`: the city's exception to the national list.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CityDay {
    pub date: NaiveDate,
    pub off: bool,
    /// Weekday whose timetable applies; only for a workday.
    #[serde(default)]
    pub acts_as: Option<Weekday>,
    #[serde(default)]
    pub name: String,
}

/// A school's calendar: `GET` and `PUT /api/operator/v1/schools/{school}/calendar`, and in the district file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SchoolCalendarSpec {
    /// Bits: 1 Monday, 2 Tuesday, 4 Wednesday ... 64 Sunday. Monday to Friday if absent.
    #[serde(default = "school_week")]
    pub weekdays: Weekdays,
    #[serde(default)]
    pub spans: Vec<SchoolSpanSpec>,
    #[serde(default)]
    pub days: Vec<SchoolDaySpec>,
}

fn school_week() -> Weekdays {
    Weekdays::SCHOOL_WEEK
}

/// A term or a break, both its days included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SchoolSpanSpec {
    pub kind: SchoolPeriodKind,
    pub name: String,
    pub first_day: NaiveDate,
    pub last_day: NaiveDate,
}

/// A school's setting for one day; it overrides all other lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SchoolDaySpec {
    pub date: NaiveDate,
    pub lessons: bool,
    /// Weekday whose timetable applies.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, example = "Mon"))]
    pub acts_as: Option<Weekday>,
    /// Early release: shift of the day's pickup windows in minutes.
    #[serde(default)]
    pub earlier_minutes: Option<u32>,
    #[serde(default)]
    pub name: String,
}

/// `GET /api/operator/v1/schools`: schools at garages of this operator.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SchoolList {
    pub schools: Vec<SchoolSummary>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SchoolSummary {
    pub id: SchoolId,
    pub name: String,
    pub garage: GarageId,
}

/// `GET /api/operator/v1/garages/{garage}/calendar?from=YYYY-MM-DD&to=YYYY-MM-DD`, both days included.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CalendarDays {
    pub days: Vec<CalendarDay>,
    pub warnings: Vec<CalendarWarningDetail>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CalendarDay {
    pub date: NaiveDate,
    pub kind: DayKind,
    /// Weekday that applies to windows on this day.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "Mon"))]
    pub acts_as: Weekday,
    /// False: the weekday is a guess, because no list states it.
    pub acts_as_stated: bool,
    pub name: Option<String>,
    pub source: DaySource,
    /// The garage's schools.
    pub schools: Vec<SchoolDayStatus>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SchoolDayStatus {
    pub school: SchoolId,
    pub lessons: LessonSchedule,
    /// With `earlier`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier_minutes: Option<u32>,
    /// Weekday whose timetable the school uses.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "Mon"))]
    pub acts_as: Weekday,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum LessonSchedule {
    None,
    Full,
    Earlier,
}

/// A gap in a calendar. A safe default applies until an operator fills it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CalendarWarningDetail {
    pub code: CalendarWarningCode,
    /// Text for people, in English.
    pub detail: String,
    /// With `missing_year`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<i32>,
    /// With `acts_as_not_stated` and `no_terms`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<NaiveDate>,
    /// With `no_terms`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub school: Option<SchoolId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CalendarWarningCode {
    MissingYear,
    ActsAsNotStated,
    NoTerms,
}
