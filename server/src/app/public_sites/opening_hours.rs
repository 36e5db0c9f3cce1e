//! Weekly windows in OpenStreetMap's `opening_hours` syntax, such as `Mo-Fr 18:00-07:30`.

use chrono::Weekday;
use domain::window::Weekdays;

use crate::store::garage::Window;

const DAYS: [(Weekday, &str); 7] = [
    (Weekday::Mon, "Mo"),
    (Weekday::Tue, "Tu"),
    (Weekday::Wed, "We"),
    (Weekday::Thu, "Th"),
    (Weekday::Fri, "Fr"),
    (Weekday::Sat, "Sa"),
    (Weekday::Sun, "Su"),
];

const DAY: u32 = 24 * 60;

/// Several windows are joined by commas: after a semicolon a rule would replace those of the same days.
pub(super) fn opening_hours(windows: &[&Window]) -> String {
    match windows {
        [] => "off".to_owned(),
        [w] if w.weekdays == Weekdays::ALL && w.start_minute == 0 && w.length_minutes == DAY => {
            "24/7".to_owned()
        }
        windows => windows.iter().map(|window| rule(window)).collect::<Vec<_>>().join(", "),
    }
}

fn rule(window: &Window) -> String {
    format!("{} {}-{}", days(window.weekdays), clock(window.start_minute), clock(end(window)))
}

/// A window over midnight ends at the next day's clock time; one of a whole day at an hour past 24, because equal
/// times would mean nothing.
fn end(window: &Window) -> u32 {
    let end = window.start_minute + window.length_minutes;
    if end > DAY && window.length_minutes < DAY { end - DAY } else { end }
}

fn clock(minute: u32) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// Runs of days as ranges: `Mo-Fr`, `Mo,We,Sa-Su`.
fn days(days: Weekdays) -> String {
    let mut runs: Vec<(&str, &str)> = Vec::new();
    let mut running = false;
    for (day, name) in DAYS {
        let on = days.contains(day);
        match runs.last_mut().filter(|_| on && running) {
            Some((_, last)) => *last = name,
            None if on => runs.push((name, name)),
            None => {}
        }
        running = on;
    }
    let text = |(first, last): (&str, &str)| {
        if first == last { first.to_owned() } else { format!("{first}-{last}") }
    };
    runs.into_iter().map(text).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use domain::access::Audience;
    use domain::ids::GarageId;

    use super::*;

    fn window(weekdays: u8, start_minute: u32, length_minutes: u32) -> Window {
        Window {
            garage: GarageId::parse("g").unwrap(),
            audience: Audience::Public,
            weekdays: Weekdays::try_from(weekdays).unwrap(),
            start_minute,
            length_minutes,
        }
    }

    #[test]
    fn windows_read_as_people_write_them() {
        let cases = [
            (vec![], "off"),
            (vec![window(0b111_1111, 0, 1440)], "24/7"),
            (vec![window(0b001_1111, 18 * 60, 810)], "Mo-Fr 18:00-07:30"),
            (vec![window(0b110_0101, 480, 960)], "Mo,We,Sa-Su 08:00-24:00"),
            (vec![window(0b000_0001, 18 * 60, 1440)], "Mo 18:00-42:00"),
            (
                vec![window(0b001_1111, 18 * 60, 810), window(0b110_0000, 0, 1440)],
                "Mo-Fr 18:00-07:30, Sa-Su 00:00-24:00",
            ),
        ];
        for (windows, text) in cases {
            assert_eq!(opening_hours(&windows.iter().collect::<Vec<_>>()), text);
        }
    }
}
