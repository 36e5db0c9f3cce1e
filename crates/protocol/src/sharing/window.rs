//! A window as input, from an operator or a district file.

use chrono::NaiveDate;
use domain::access::Audience;
use domain::calendar::DayKinds;
use domain::ids::{ClassId, PoolId};
use domain::shared_window::LessonRule;
use domain::window::Weekdays;
use serde::{Deserialize, Serialize};

/// A recurring time in which a pool is shared with an audience. It belongs to the day on which it starts and may cross
/// midnight. The default of each optional field is stated with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct WindowSpec {
    pub audience: Audience,
    /// Bits: 1 Monday, 2 Tuesday, 4 Wednesday ... 64 Sunday. A make-up workday counts as the weekday whose timetable it follows.
    pub weekdays: Weekdays,
    /// Local minute of the day, 0 to 1439.
    pub start_minute: u32,
    /// 1 to 1440.
    pub length_minutes: u32,
    /// Default: `main`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<PoolId>,
    /// Default: the audience's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Bits: 1 workdays, 2 rest days, 4 holidays. Default: 7, all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kinds: Option<DayKinds>,
    /// Default: `any_day`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lessons: Option<LessonRule>,
    /// Both days included; absent: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_day: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_day: Option<NaiveDate>,
    /// Most spaces that the audience may take at once. Default: the pool's size; in a district file for staff and residents the number of
    /// their permits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<u32>,
    /// Reservations are possible. Default: true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bookable: Option<bool>,
    /// Cars without a reservation may enter. Default: true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub walk_in: Option<bool>,
    /// Default: 15 for the public, else 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_stay_minutes: Option<u32>,
    /// Default: 1440.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_stay_minutes: Option<u32>,
    /// Longest time until the start of a new reservation. Default: 20160, which is two weeks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub horizon_minutes: Option<u32>,
    /// Hours in which no car enters and no reservation starts or ends. Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock_out: Option<LockOut>,
    /// A reserved car may enter this long before its start. Default: 10.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub early_minutes: Option<u32>,
    /// A reservation is released this long after its start if the car has not entered. Default: 15.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace_minutes: Option<u32>,
    /// Drivers are reminded this long before the end. Default: 15.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice_minutes: Option<u32>,
    /// Classes with a later start than the window; for pickup only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stagger: Vec<StaggerSpec>,
}

/// A time of each local day; it may cross midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LockOut {
    /// 0 to 1439.
    pub start_minute: u32,
    /// 1 to 1439.
    pub length_minutes: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct StaggerSpec {
    pub class: ClassId,
    pub offset_minutes: u32,
}

impl WindowSpec {
    /// A window with the defaults for all other fields.
    pub fn new(audience: Audience, weekdays: Weekdays, start_minute: u32, length_minutes: u32) -> Self {
        Self {
            audience,
            weekdays,
            start_minute,
            length_minutes,
            pool: None,
            name: None,
            kinds: None,
            lessons: None,
            first_day: None,
            last_day: None,
            quota: None,
            bookable: None,
            walk_in: None,
            min_stay_minutes: None,
            max_stay_minutes: None,
            horizon_minutes: None,
            lock_out: None,
            early_minutes: None,
            grace_minutes: None,
            notice_minutes: None,
            stagger: Vec::new(),
        }
    }
}
