//! A window as it is entered, by an operator or in a district file.

use chrono::NaiveDate;
use domain::access::Audience;
use domain::calendar::DayKinds;
use domain::ids::{ClassId, PoolId};
use domain::shared_window::OnLessons;
use domain::window::Weekdays;
use serde::{Deserialize, Serialize};

/// A recurring time in which a pool is shared with an audience. It belongs to the day on which it starts and may cross
/// midnight. What is left out gets the value that is stated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WindowSpec {
    pub audience: Audience,
    /// Bits: 1 Monday, 2 Tuesday, 4 Wednesday ... 64 Sunday; of the weekday as which a day acts.
    pub weekdays: Weekdays,
    /// Local minute of the day, 0 to 1439.
    pub start_minute: u32,
    /// 1 to 1440.
    pub length_minutes: u32,
    /// `main`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<PoolId>,
    /// The audience's word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Bits: 1 workdays, 2 rest days, 4 holidays. 7: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kinds: Option<DayKinds>,
    /// `any_day`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lessons: Option<OnLessons>,
    /// Both days included; absent: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_day: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_day: Option<NaiveDate>,
    /// Spaces that the audience may take at once; the pool's size, or in a district file for staff and residents as many
    /// as they have permits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<u32>,
    /// May be reserved. True.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bookable: Option<bool>,
    /// Cars without a reservation may come in. True.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub walk_in: Option<bool>,
    /// 15 for the public, else 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_stay_minutes: Option<u32>,
    /// 1440.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_stay_minutes: Option<u32>,
    /// How long ahead a reservation may start: 20160, which is two weeks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub horizon_minutes: Option<u32>,
    /// Hours in which no car comes in and no reservation starts or ends. None.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock_out: Option<LockOut>,
    /// A reserved car may come so much before its start: 10.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub early_minutes: Option<u32>,
    /// A reservation whose car has not come so long after its start is released: 15.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace_minutes: Option<u32>,
    /// Drivers are reminded so long before their end: 15.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice_minutes: Option<u32>,
    /// Classes that come later than the window begins; pickup only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stagger: Vec<StaggerSpec>,
}

/// Part of each local day, may cross midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockOut {
    /// 0 to 1439.
    pub start_minute: u32,
    /// 1 to 1439.
    pub length_minutes: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StaggerSpec {
    pub class: ClassId,
    pub offset_minutes: u32,
}

impl WindowSpec {
    /// The shortest one: everything else as stated.
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
