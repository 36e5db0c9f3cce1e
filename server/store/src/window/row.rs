//! A window's row: each rule of `domain` in its own column.

use domain::calendar::DayKinds;
use domain::ids::GarageId;
use domain::minute::Minutes;
use domain::shared_window::{
    ClassStagger, DailyHours, LessonRule, SharedWindow, WindowRecurrence, WindowTerms,
};
use domain::time::Timestamp;
use domain::window::Weekdays;

use crate::{StoreError, Tx, codec};

#[derive(sqlx::FromRow)]
pub(super) struct WindowRow {
    pub(super) id: String,
    pub(super) garage_id: String,
    pool_id: String,
    audience: String,
    name: String,
    weekdays: i64,
    kinds: i64,
    lessons: Option<i64>,
    first_day: Option<String>,
    last_day: Option<String>,
    start_minute: i64,
    length_minutes: i64,
    quota: i64,
    bookable: i64,
    walk_in: i64,
    min_stay_minutes: i64,
    max_stay_minutes: i64,
    horizon_minutes: i64,
    lock_start_minute: Option<i64>,
    lock_length_minutes: Option<i64>,
    early_minutes: i64,
    grace_minutes: i64,
    notice_minutes: i64,
    pub(super) created_at: i64,
    pub(super) modified_at: i64,
}

const CORRUPT: StoreError = StoreError::Corrupt { column: "shared_window" };

fn number(value: i64) -> Result<u32, StoreError> {
    u32::try_from(value).map_err(|_| CORRUPT)
}

fn minutes(value: i64) -> Result<Minutes, StoreError> {
    number(value).map(Minutes)
}

impl WindowRow {
    pub(super) fn window(self, stagger: Vec<ClassStagger>) -> Result<SharedWindow, StoreError> {
        Ok(SharedWindow {
            recurrence: self.recurrence()?,
            hours: DailyHours {
                start_minute: number(self.start_minute)?,
                length_minutes: number(self.length_minutes)?,
            },
            quota: number(self.quota)?,
            terms: self.terms()?,
            id: codec::parse("shared_window.id", &self.id)?,
            pool: codec::parse("shared_window.pool_id", &self.pool_id)?,
            audience: codec::parse("shared_window.audience", &self.audience)?,
            name: self.name,
            stagger,
        })
    }

    fn recurrence(&self) -> Result<WindowRecurrence, StoreError> {
        let bits = |value: i64| u8::try_from(value).map_err(|_| CORRUPT);
        let day = |text: &Option<String>| {
            text.as_deref().map(|text| codec::day("shared_window.first_day", text)).transpose()
        };
        Ok(WindowRecurrence {
            weekdays: Weekdays::try_from(bits(self.weekdays)?).map_err(|_| CORRUPT)?,
            kinds: DayKinds::try_from(bits(self.kinds)?).map_err(|_| CORRUPT)?,
            lessons: match self.lessons {
                None => LessonRule::AnyDay,
                Some(0) => LessonRule::LessonFreeDays,
                Some(_) => LessonRule::LessonDays,
            },
            first_day: day(&self.first_day)?,
            last_day: day(&self.last_day)?,
        })
    }

    fn terms(&self) -> Result<WindowTerms, StoreError> {
        let lock_out = match (self.lock_start_minute, self.lock_length_minutes) {
            (Some(start), Some(length)) => {
                Some(DailyHours { start_minute: number(start)?, length_minutes: number(length)? })
            }
            _ => None,
        };
        Ok(WindowTerms {
            min_stay: minutes(self.min_stay_minutes)?,
            max_stay: minutes(self.max_stay_minutes)?,
            horizon: minutes(self.horizon_minutes)?,
            lock_out,
            early: minutes(self.early_minutes)?,
            grace: minutes(self.grace_minutes)?,
            notice: minutes(self.notice_minutes)?,
            bookable: self.bookable != 0,
            walk_in: self.walk_in != 0,
        })
    }
}

fn lessons(value: LessonRule) -> Option<i64> {
    match value {
        LessonRule::AnyDay => None,
        LessonRule::LessonDays => Some(1),
        LessonRule::LessonFreeDays => Some(0),
    }
}

/// Writes the row. An ended window becomes active again. A row of another garage stays unchanged.
pub(super) async fn put(
    tx: &mut Tx,
    garage: &GarageId,
    window: &SharedWindow,
    at: Timestamp,
) -> Result<(), StoreError> {
    let (recurrence, terms) = (&window.recurrence, &window.terms);
    execute!(
        tx,
        "insert into shared_window (id, garage_id, pool_id, audience, name, weekdays, kinds, lessons, first_day, \
         last_day, start_minute, length_minutes, quota, bookable, walk_in, min_stay_minutes, max_stay_minutes, \
         horizon_minutes, lock_start_minute, lock_length_minutes, early_minutes, grace_minutes, notice_minutes, \
         created_at, modified_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, \
         $22, $23, $24, $24) \
         on conflict (id) do update set pool_id = excluded.pool_id, audience = excluded.audience, \
         name = excluded.name, weekdays = excluded.weekdays, kinds = excluded.kinds, lessons = excluded.lessons, \
         first_day = excluded.first_day, last_day = excluded.last_day, start_minute = excluded.start_minute, \
         length_minutes = excluded.length_minutes, quota = excluded.quota, bookable = excluded.bookable, \
         walk_in = excluded.walk_in, min_stay_minutes = excluded.min_stay_minutes, \
         max_stay_minutes = excluded.max_stay_minutes, horizon_minutes = excluded.horizon_minutes, \
         lock_start_minute = excluded.lock_start_minute, lock_length_minutes = excluded.lock_length_minutes, \
         early_minutes = excluded.early_minutes, grace_minutes = excluded.grace_minutes, \
         notice_minutes = excluded.notice_minutes, modified_at = excluded.modified_at, ended_at = null \
         where shared_window.garage_id = excluded.garage_id",
        window.id.as_str(),
        garage.as_str(),
        window.pool.as_str(),
        codec::encode(window.audience),
        window.name.as_str(),
        i64::from(u8::from(recurrence.weekdays)),
        i64::from(u8::from(recurrence.kinds)),
        lessons(recurrence.lessons),
        recurrence.first_day.map(|day| day.to_string()),
        recurrence.last_day.map(|day| day.to_string()),
        i64::from(window.hours.start_minute),
        i64::from(window.hours.length_minutes),
        i64::from(window.quota),
        i64::from(terms.bookable),
        i64::from(terms.walk_in),
        i64::from(terms.min_stay.0),
        i64::from(terms.max_stay.0),
        i64::from(terms.horizon.0),
        terms.lock_out.map(|hours| i64::from(hours.start_minute)),
        terms.lock_out.map(|hours| i64::from(hours.length_minutes)),
        i64::from(terms.early.0),
        i64::from(terms.grace.0),
        i64::from(terms.notice.0),
        at.micros(),
    )?;
    Ok(())
}
