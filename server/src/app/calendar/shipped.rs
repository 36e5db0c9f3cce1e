//! National lists that ship with the program (`server/data`).

use std::sync::LazyLock;

use super::list::{self, CheckedHolidayList};

const FILES: [&str; 3] = [
    include_str!("../../../data/holiday-cn-2024.json"),
    include_str!("../../../data/holiday-cn-2025.json"),
    include_str!("../../../data/holiday-cn-2026.json"),
];

static LISTS: LazyLock<Vec<CheckedHolidayList>> =
    LazyLock::new(|| FILES.iter().filter_map(|text| read(text)).collect());

/// By year.
pub(super) fn lists() -> &'static [CheckedHolidayList] {
    &LISTS
}

/// A test parses all lists. If one were invalid, its year would count as missing, which raises a warning.
fn read(text: &str) -> Option<CheckedHolidayList> {
    let file = serde_json::from_str(text).ok()?;
    list::check(&file).ok()
}

#[cfg(test)]
mod tests {
    use domain::calendar::DayRuling;

    use super::*;

    #[test]
    fn every_file_is_sound() {
        let years: Vec<i32> = lists().iter().map(|list| list.year).collect();
        assert_eq!(years, [2024, 2025, 2026]);
        for list in lists() {
            let off = list.days.iter().filter(|day| day.ruling == DayRuling::Off).count();
            assert!((28..=33).contains(&off), "{} has {off} days off", list.year);
        }
    }
}
