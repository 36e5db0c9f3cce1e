//! A garage's pickup window at an instant.

use domain::access::Opening;
use domain::time::Timestamp;
use domain::window::WeeklyWindow;
use protocol::people::PickupWindow;

/// Windows that matter today start yesterday at the earliest: none is longer than a day.
fn openings(windows: &[WeeklyWindow], now: Timestamp) -> Vec<Opening> {
    let today = now.local_date();
    let first = today.pred_opt().unwrap_or(today);
    let mut openings: Vec<Opening> = windows.iter().flat_map(|w| w.openings(first, 2)).collect();
    openings.sort_by_key(|opening| opening.from);
    openings
}

/// The window that is open now, else the next of today, else the last of today.
pub fn of_today(windows: &[WeeklyWindow], now: Timestamp) -> Option<PickupWindow> {
    let openings = openings(windows, now);
    let today = || openings.iter().filter(|o| o.from.local_date() == now.local_date());
    let open = openings.iter().find(|o| o.contains(now));
    let chosen = open.or_else(|| today().find(|o| o.from > now)).or_else(|| today().next_back());
    chosen.map(|o| PickupWindow { from: o.from, to: o.to })
}

pub fn is_open(windows: &[WeeklyWindow], now: Timestamp) -> bool {
    openings(windows, now).iter().any(|opening| opening.contains(now))
}

#[cfg(test)]
mod tests {
    use domain::access::Audience;
    use domain::window::Weekdays;

    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    fn window(start: u32, length: u32) -> WeeklyWindow {
        WeeklyWindow::new(Audience::Pickup, Weekdays::SCHOOL_WEEK, start, length).unwrap()
    }

    #[test]
    fn the_open_window_comes_before_the_next_and_the_next_before_the_last() {
        let windows = [window(11 * 60, 60), window(15 * 60, 120)];
        let from = |now: &str| of_today(&windows, at(now)).map(|w| w.from.local_hhmm());
        assert_eq!(from("2026-11-23T09:00:00+08:00").as_deref(), Some("11:00"));
        assert_eq!(from("2026-11-23T11:30:00+08:00").as_deref(), Some("11:00"));
        assert_eq!(from("2026-11-23T12:00:00+08:00").as_deref(), Some("15:00"));
        assert_eq!(from("2026-11-23T20:00:00+08:00").as_deref(), Some("15:00"));
        assert_eq!(from("2026-11-22T12:00:00+08:00"), None, "a Sunday");
    }

    #[test]
    fn a_window_of_yesterday_may_still_be_open() {
        let windows = [window(23 * 60, 120)];
        assert!(is_open(&windows, at("2026-11-24T00:30:00+08:00")));
        assert!(!is_open(&windows, at("2026-11-24T01:00:00+08:00")));
    }
}
