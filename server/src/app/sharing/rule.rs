//! Conversion of a window between its entered form, with optional fields, and the one of `domain`.

use domain::access::Audience;
use domain::calendar::DayKinds;
use domain::ids::{PoolId, WindowId};
use domain::minute::Minutes;
use domain::shared_window::{
    ClassStagger, DailyHours, SharedWindow, WindowRecurrence, WindowRuleError, WindowTerms,
};
use protocol::sharing::{LockOut, PoolSpec, StaggerSpec, WindowSpec};

use store::codec::encode;

/// The pool of a garage without entered pools.
pub const MAIN: &str = "main";

/// Two weeks.
const HORIZON: u32 = 14 * 24 * 60;
const DAY: u32 = 24 * 60;
/// A shorter public stay is a driver who leaves to look for a space elsewhere.
const PUBLIC_MIN_STAY: u32 = 15;
const EARLY: u32 = 10;
const GRACE: u32 = 15;
const NOTICE: u32 = 15;

/// A checked window in one of these pools.
pub fn window(id: WindowId, spec: &WindowSpec, pools: &[PoolSpec]) -> Result<SharedWindow, WindowRuleError> {
    let pool = spec.pool.as_ref().map_or(MAIN, PoolId::as_str);
    let pool = pools.iter().find(|known| known.id.as_str() == pool).ok_or_else(|| WindowRuleError {
        field: "pool".to_owned(),
        message: format!("there is no pool `{pool}`"),
    })?;
    let window = SharedWindow {
        id,
        pool: pool.id.clone(),
        audience: spec.audience,
        name: spec.name.clone().unwrap_or_else(|| encode(spec.audience)),
        recurrence: WindowRecurrence {
            weekdays: spec.weekdays,
            kinds: spec.kinds.unwrap_or(DayKinds::ALL),
            lessons: spec.lessons.unwrap_or_default(),
            first_day: spec.first_day,
            last_day: spec.last_day,
        },
        hours: DailyHours { start_minute: spec.start_minute, length_minutes: spec.length_minutes },
        quota: spec.quota.unwrap_or(pool.size),
        terms: terms(spec),
        stagger: spec.stagger.iter().map(stagger).collect(),
    };
    let mut window = window.checked()?;
    // In the order in which the database returns it.
    window.stagger.sort_by(|a, b| a.class.cmp(&b.class));
    if window.quota > pool.size {
        let message = format!("the pool has {} spaces", pool.size);
        return Err(WindowRuleError { field: "quota".to_owned(), message });
    }
    Ok(window)
}

fn terms(spec: &WindowSpec) -> WindowTerms {
    let min_stay = if spec.audience == Audience::Public { PUBLIC_MIN_STAY } else { 0 };
    let hours =
        |lock: LockOut| DailyHours { start_minute: lock.start_minute, length_minutes: lock.length_minutes };
    WindowTerms {
        min_stay: Minutes(spec.min_stay_minutes.unwrap_or(min_stay)),
        max_stay: Minutes(spec.max_stay_minutes.unwrap_or(DAY)),
        horizon: Minutes(spec.horizon_minutes.unwrap_or(HORIZON)),
        lock_out: spec.lock_out.map(hours),
        early: Minutes(spec.early_minutes.unwrap_or(EARLY)),
        grace: Minutes(spec.grace_minutes.unwrap_or(GRACE)),
        notice: Minutes(spec.notice_minutes.unwrap_or(NOTICE)),
        bookable: spec.bookable.unwrap_or(true),
        walk_in: spec.walk_in.unwrap_or(true),
    }
}

fn stagger(spec: &StaggerSpec) -> ClassStagger {
    ClassStagger { class: spec.class.clone(), offset: Minutes(spec.offset_minutes) }
}

/// The entered form with every field filled in.
pub fn spec(window: &SharedWindow) -> WindowSpec {
    let (recurrence, terms) = (&window.recurrence, &window.terms);
    let lock = |hours: DailyHours| LockOut {
        start_minute: hours.start_minute,
        length_minutes: hours.length_minutes,
    };
    let group =
        |group: &ClassStagger| StaggerSpec { class: group.class.clone(), offset_minutes: group.offset.0 };
    WindowSpec {
        audience: window.audience,
        weekdays: recurrence.weekdays,
        start_minute: window.hours.start_minute,
        length_minutes: window.hours.length_minutes,
        pool: Some(window.pool.clone()),
        name: Some(window.name.clone()),
        kinds: Some(recurrence.kinds),
        lessons: Some(recurrence.lessons),
        first_day: recurrence.first_day,
        last_day: recurrence.last_day,
        quota: Some(window.quota),
        bookable: Some(terms.bookable),
        walk_in: Some(terms.walk_in),
        min_stay_minutes: Some(terms.min_stay.0),
        max_stay_minutes: Some(terms.max_stay.0),
        horizon_minutes: Some(terms.horizon.0),
        lock_out: terms.lock_out.map(lock),
        early_minutes: Some(terms.early.0),
        grace_minutes: Some(terms.grace.0),
        notice_minutes: Some(terms.notice.0),
        stagger: window.stagger.iter().map(group).collect(),
    }
}
