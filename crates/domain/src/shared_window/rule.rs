//! Validation of windows, the same for operators' input and district files.

use std::collections::HashSet;
use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate};

use super::{DailyHours, SharedWindow, WindowTerms};
use crate::audience::Audience;
use crate::minute::Minutes;

const DAY: u32 = 24 * 60;

/// Characters that the week view can show.
const MAX_NAME: usize = 80;

/// More spaces than the largest garage of the world has.
const MAX_QUOTA: u32 = 100_000;

/// A year outside this range is a typing error.
const YEARS: RangeInclusive<i32> = 2000..=2199;

/// Longest horizon of reservations. Layouts of books reach this far ahead, and some days further.
pub const LONGEST_HORIZON: Minutes = Minutes(30 * DAY);

/// An invalid field of a window.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct WindowRuleError {
    /// Name of the field in files and request bodies, such as `lock_out.start_minute`.
    pub field: String,
    pub message: String,
}

type RuleCheck = Result<(), WindowRuleError>;

impl SharedWindow {
    /// Returns the window unchanged if it is valid.
    pub fn checked(self) -> Result<Self, WindowRuleError> {
        name(&self.name)?;
        start_minute("start_minute", self.hours)?;
        within("length_minutes", self.hours.length_minutes, 1, DAY)?;
        within("quota", self.quota, 1, MAX_QUOTA)?;
        year("first_day", self.recurrence.first_day)?;
        year("last_day", self.recurrence.last_day)?;
        if let (Some(first), Some(last)) = (self.recurrence.first_day, self.recurrence.last_day)
            && last < first
        {
            return wrong("last_day", "must not be before first_day");
        }
        self.terms.check()?;
        self.check_stagger()?;
        Ok(self)
    }

    fn check_stagger(&self) -> RuleCheck {
        if !self.stagger.is_empty() && self.audience != Audience::Pickup {
            return wrong("stagger", "only pickup comes class by class");
        }
        let mut classes = HashSet::new();
        for (i, group) in self.stagger.iter().enumerate() {
            if !classes.insert(&group.class) {
                return wrong(format!("stagger[{i}].class"), format!("duplicate `{}`", group.class));
            }
            let longest = self.hours.length_minutes.saturating_sub(1);
            within(format!("stagger[{i}].offset_minutes"), group.offset.0, 0, longest)?;
        }
        Ok(())
    }
}

impl WindowTerms {
    fn check(&self) -> RuleCheck {
        // Adjoining windows, such as those of whole days, make stays of several days possible.
        within("max_stay_minutes", self.max_stay.0, 1, 7 * DAY)?;
        within("min_stay_minutes", self.min_stay.0, 0, self.max_stay.0)?;
        within("horizon_minutes", self.horizon.0, 0, LONGEST_HORIZON.0)?;
        within("early_minutes", self.early.0, 0, 120)?;
        within("grace_minutes", self.grace.0, 0, 240)?;
        within("notice_minutes", self.notice.0, 0, 240)?;
        if let Some(hours) = self.lock_out {
            start_minute("lock_out.start_minute", hours)?;
            within("lock_out.length_minutes", hours.length_minutes, 1, DAY - 1)?;
        }
        Ok(())
    }
}

fn name(name: &str) -> RuleCheck {
    let length = name.chars().count();
    if name.trim().is_empty() || length > MAX_NAME || name.chars().any(char::is_control) {
        return wrong("name", format!("must be 1 to {MAX_NAME} printable characters"));
    }
    Ok(())
}

fn year(field: &str, day: Option<NaiveDate>) -> RuleCheck {
    match day.map(|day| day.year()) {
        Some(year) if !YEARS.contains(&year) => {
            wrong(field, format!("must be in the years {} to {}", YEARS.start(), YEARS.end()))
        }
        Some(_) | None => Ok(()),
    }
}

fn start_minute(field: &str, hours: DailyHours) -> RuleCheck {
    within(field, hours.start_minute, 0, DAY - 1)
}

fn within(field: impl Into<String>, value: u32, least: u32, most: u32) -> RuleCheck {
    if (least..=most).contains(&value) {
        Ok(())
    } else {
        wrong(field, format!("must be {least} to {most}, is {value}"))
    }
}

fn wrong<T>(field: impl Into<String>, message: impl Into<String>) -> Result<T, WindowRuleError> {
    Err(WindowRuleError { field: field.into(), message: message.into() })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{class, evening, pickup};
    use super::*;
    use crate::shared_window::ClassStagger;

    fn field(window: SharedWindow) -> String {
        window.checked().unwrap_err().field
    }

    #[test]
    fn what_cannot_be_is_refused_by_its_field() {
        type Spoil = fn(&mut SharedWindow);
        let cases: [(Spoil, &str); 11] = [
            (|w| w.name = " ".to_owned(), "name"),
            (|w| w.hours.start_minute = 1440, "start_minute"),
            (|w| w.hours.length_minutes = 1441, "length_minutes"),
            (|w| w.quota = 0, "quota"),
            (|w| w.terms.min_stay = Minutes(w.terms.max_stay.0 + 1), "min_stay_minutes"),
            (|w| w.terms.horizon = Minutes(30 * DAY + 1), "horizon_minutes"),
            (
                |w| w.terms.lock_out = Some(DailyHours { start_minute: 0, length_minutes: DAY }),
                "lock_out.length_minutes",
            ),
            (|w| w.recurrence.last_day = Some("2026-08-31".parse().unwrap()), "last_day"),
            (|w| w.recurrence.first_day = Some(NaiveDate::MIN), "first_day"),
            (|w| w.recurrence.last_day = Some(NaiveDate::MAX), "last_day"),
            (|w| w.stagger.push(ClassStagger { class: class("c-1"), offset: Minutes(5) }), "stagger"),
        ];
        for (spoil, expected) in cases {
            let mut window = evening();
            window.recurrence.first_day = Some("2026-09-01".parse().unwrap());
            assert_eq!(window.clone().checked().as_ref(), Ok(&window));
            spoil(&mut window);
            assert_eq!(field(window), expected);
        }
    }

    #[test]
    fn a_class_comes_once_and_before_the_end() {
        let group = |offset| ClassStagger { class: class("c-1"), offset: Minutes(offset) };
        let staggered = |groups: &[ClassStagger]| SharedWindow { stagger: groups.to_vec(), ..pickup() };
        assert!(staggered(&[group(119)]).checked().is_ok());
        assert_eq!(field(staggered(&[group(120)])), "stagger[0].offset_minutes");
        assert_eq!(field(staggered(&[group(0), group(10)])), "stagger[1].class");
    }
}
