//! When a child may be picked up at its school's garage.
//!
//! A class that comes later than the window begins has its own, shorter window.

use domain::access::Audience;
use domain::ids::ClassId;
use domain::minute::{Minute, MinuteSpan};
use domain::shared_window::WindowOpening;
use domain::time::Timestamp;
use protocol::people::PickupWindow;

/// The class's own part of each pickup opening, in order.
fn of_class<'a>(openings: &'a [WindowOpening], class: &'a ClassId) -> impl Iterator<Item = MinuteSpan> {
    let pickup = openings.iter().filter(|opening| opening.audience == Audience::Pickup);
    pickup.map(|opening| {
        let group = opening.groups.iter().find(|group| group.class == *class);
        group.map_or(opening.span, |group| group.span)
    })
}

/// The window that is open now, else the next of today, else the last of today.
pub fn of_today(openings: &[WindowOpening], class: &ClassId, now: Timestamp) -> Option<PickupWindow> {
    let (spans, minute): (Vec<MinuteSpan>, Minute) =
        (of_class(openings, class).collect(), Minute::floor(now));
    let today = || spans.iter().filter(|span| span.from().timestamp().local_date() == now.local_date());
    let open = spans.iter().find(|span| span.contains(minute));
    let chosen = open.or_else(|| today().find(|span| span.from() > minute)).or_else(|| today().next_back());
    chosen.map(|span| PickupWindow { from: span.from().timestamp(), to: span.until().timestamp() })
}

pub fn is_open(openings: &[WindowOpening], class: &ClassId, now: Timestamp) -> bool {
    of_class(openings, class).any(|span| span.contains(Minute::floor(now)))
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use domain::calendar::HolidayCalendar;
    use domain::ids::WindowId;
    use domain::window::Weekdays;
    use protocol::sharing::{PoolSpec, StaggerSpec, WindowSpec};

    use super::*;
    use crate::app::sharing::rule;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn class(id: &str) -> ClassId {
        ClassId::parse(id).unwrap()
    }

    fn main_pool() -> PoolSpec {
        let name = String::from("main");
        PoolSpec { id: "main".parse().unwrap(), name: name.clone(), name_en: name, size: 10, spaces: vec![] }
    }

    /// From Saturday, 2026-11-21, to Tuesday, 2026-11-24.
    fn openings(spec: &WindowSpec) -> Vec<WindowOpening> {
        let window = rule::window(WindowId::parse("w").unwrap(), spec, &[main_pool()]).unwrap();
        let mut calendar = HolidayCalendar::new();
        calendar.add_national(2026, []);
        window.openings(&calendar, &[], NaiveDate::from_ymd_opt(2026, 11, 21).unwrap(), 4)
    }

    fn window(start: u32, length: u32) -> WindowSpec {
        WindowSpec::new(Audience::Pickup, Weekdays::SCHOOL_WEEK, start, length)
    }

    #[test]
    fn the_open_window_comes_before_the_next_and_the_next_before_the_last() {
        let mut all = openings(&window(11 * 60, 60));
        all.extend(openings(&window(15 * 60, 120)));
        all.sort_by_key(|opening| opening.span);
        let from = |now: &str| of_today(&all, &class("c-1"), at(now)).map(|w| w.from.local_hhmm());
        assert_eq!(from("2026-11-23T09:00:00+08:00").as_deref(), Some("11:00"));
        assert_eq!(from("2026-11-23T11:30:00+08:00").as_deref(), Some("11:00"));
        assert_eq!(from("2026-11-23T12:00:00+08:00").as_deref(), Some("15:00"));
        assert_eq!(from("2026-11-23T20:00:00+08:00").as_deref(), Some("15:00"));
        assert_eq!(from("2026-11-22T12:00:00+08:00"), None, "a Sunday");
    }

    #[test]
    fn a_window_of_yesterday_may_still_be_open() {
        let all = openings(&window(23 * 60, 120));
        assert!(is_open(&all, &class("c-1"), at("2026-11-24T00:30:00+08:00")));
        assert!(!is_open(&all, &class("c-1"), at("2026-11-24T01:00:00+08:00")));
    }

    #[test]
    fn a_class_may_come_later_than_others() {
        let mut spec = window(15 * 60, 120);
        spec.stagger.push(StaggerSpec { class: class("c-2"), offset_minutes: 20 });
        let all = openings(&spec);
        let now = at("2026-11-23T15:10:00+08:00");
        assert!(is_open(&all, &class("c-1"), now));
        assert!(!is_open(&all, &class("c-2"), now));
        assert_eq!(of_today(&all, &class("c-2"), now).unwrap().from.local_hhmm(), "15:20");
    }
}
