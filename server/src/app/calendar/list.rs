//! Validation of a national list and of a city's days; each error names its entry.

use std::collections::HashSet;

use chrono::{Datelike, NaiveDate};
use domain::calendar::{DayRuling, ListedDay};
use protocol::calendar::{CityDay, HolidayList};

use super::is_reasonable;
use crate::app::invalid_field::InvalidField;

/// Longest name of a festival that screens show.
const MAX_NAME: usize = 40;

/// A checked national list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CheckedHolidayList {
    /// Year of the document.
    pub year: i32,
    pub days: Vec<ListedDay>,
}

fn invalid(field: impl Into<String>, message: impl Into<String>) -> InvalidField {
    InvalidField { field: field.into(), message: message.into() }
}

/// Rejects a list without days: holiday-cn has such a file for a year that is not published yet, and the year would
/// count as known with it.
pub(super) fn check(list: &HolidayList) -> Result<CheckedHolidayList, InvalidField> {
    let year = list.year;
    if !NaiveDate::from_ymd_opt(year, 1, 1).is_some_and(is_reasonable) {
        return Err(invalid("year", "must be 2000 to 2199"));
    }
    if !list.days.iter().any(|day| day.is_off_day) {
        return Err(invalid("days", format!("no day is off: the list of {year} is not published yet")));
    }
    let mut seen = HashSet::new();
    let mut days = Vec::with_capacity(list.days.len());
    for (i, day) in list.days.iter().enumerate() {
        let at = format!("days[{i}]");
        check_name(&at, &day.name, 1)?;
        check_once(&at, day.date, &mut seen)?;
        if !belongs(day.date, year) {
            let message =
                format!("{} is not of {year}, nor of the December before or January after", day.date);
            return Err(invalid(format!("{at}.date"), message));
        }
        let ruling = if day.is_off_day { DayRuling::Off } else { DayRuling::Work { acts_as: None } };
        days.push(ListedDay { date: day.date, name: day.name.clone(), ruling });
    }
    Ok(CheckedHolidayList { year, days })
}

/// Notices also cover the days around New Year.
fn belongs(date: NaiveDate, year: i32) -> bool {
    date.year() == year
        || (date.year() == year - 1 && date.month() == 12)
        || (date.year() == year + 1 && date.month() == 1)
}

pub(super) fn check_city(entries: &[CityDay]) -> Result<Vec<ListedDay>, InvalidField> {
    let mut seen = HashSet::new();
    let mut days = Vec::with_capacity(entries.len());
    for (i, entry) in entries.iter().enumerate() {
        let at = format!("[{i}]");
        check_name(&at, &entry.name, 0)?;
        check_once(&at, entry.date, &mut seen)?;
        if !is_reasonable(entry.date) {
            return Err(invalid(format!("{at}.date"), "must be of the years 2000 to 2199"));
        }
        let ruling = match (entry.off, entry.acts_as) {
            (false, acts_as) => DayRuling::Work { acts_as },
            (true, None) => DayRuling::Off,
            (true, Some(_)) => {
                return Err(invalid(format!("{at}.acts_as"), "a day off acts as no other weekday"));
            }
        };
        days.push(ListedDay { date: entry.date, name: entry.name.clone(), ruling });
    }
    Ok(days)
}

fn check_once(at: &str, date: NaiveDate, seen: &mut HashSet<NaiveDate>) -> Result<(), InvalidField> {
    if seen.insert(date) { Ok(()) } else { Err(invalid(format!("{at}.date"), format!("{date} comes twice"))) }
}

pub(super) fn check_name(at: &str, name: &str, min: usize) -> Result<(), InvalidField> {
    let length = name.trim().chars().count();
    if (min..=MAX_NAME).contains(&length) && !name.chars().any(char::is_control) {
        return Ok(());
    }
    let message = format!("must be {min} to {MAX_NAME} characters long, without control characters");
    Err(invalid(format!("{at}.name"), message))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The invalid field.
    fn fault(json: &str) -> String {
        check(&serde_json::from_str(json).unwrap()).unwrap_err().field
    }

    #[test]
    fn mistakes_are_named_by_their_entry() {
        let day = r#"{"name":"元旦","date":"2027-01-01","isOffDay":true}"#;
        assert_eq!(fault(r#"{"year":2027,"papers":[],"days":[]}"#), "days");
        assert_eq!(fault(&format!(r#"{{"year":27,"days":[{day}]}}"#)), "year");
        assert_eq!(fault(&format!(r#"{{"year":2027,"days":[{day},{day}]}}"#)), "days[1].date");
        assert_eq!(fault(&format!(r#"{{"year":2029,"days":[{day}]}}"#)), "days[0].date");
        let nameless = day.replace("元旦", " ");
        assert_eq!(fault(&format!(r#"{{"year":2027,"days":[{day},{nameless}]}}"#)), "days[1].name");
    }

    #[test]
    fn a_list_may_speak_of_the_december_before() {
        let json = r#"{"$schema":"x","year":2027,"papers":["y"],"days":[
            {"name":"元旦","date":"2026-12-31","isOffDay":true},{"name":"元旦","date":"2026-12-27","isOffDay":false}]}"#;
        let list = check(&serde_json::from_str(json).unwrap()).unwrap();
        assert_eq!((list.year, list.days.len()), (2027, 2));
    }

    #[test]
    fn a_citys_day_off_acts_as_no_other() {
        let entries: Vec<CityDay> = serde_json::from_str(
            r#"[{"date":"2026-11-24","off":false,"acts_as":"Mon"},{"date":"2026-11-25","off":true,"acts_as":"Mon"}]"#,
        )
        .unwrap();
        assert_eq!(check_city(&entries).unwrap_err().field, "[1].acts_as");
        assert_eq!(check_city(entries.get(..1).unwrap()).unwrap().len(), 1);
    }
}
