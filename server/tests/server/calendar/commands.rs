//! `server import-holidays`, `server import-city-days`, `server calendar`.

use serde_json::{Value, json};

use crate::calendar::site::CalendarSite;
use crate::common::district::district;

fn days(site: &CalendarSite, arguments: &[&str]) -> Vec<Value> {
    let text = site.done(&[&["calendar"], arguments].concat());
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn list(year: i32, day: &str) -> String {
    json!({ "year": year, "papers": [], "days": [{ "name": "元旦", "date": day, "isOffDay": true }] })
        .to_string()
}

#[test]
fn next_years_list_is_imported_and_imported_again() {
    let site = CalendarSite::new();
    let new_year = ["--from", "2027-01-01", "--to", "2027-01-01"];
    let output = site.run(&[&["calendar"], &new_year[..]].concat());
    assert!(String::from_utf8_lossy(&output.stderr).contains("holidays of 2027 is missing"));
    assert_eq!(days(&site, &new_year)[0]["source"], json!("assumed"));
    site.write("2027.json", &list(2027, "2027-01-01"));
    site.write("2028.json", &list(2028, "2028-01-01"));
    for _ in 0..2 {
        let said = site.done(&["import-holidays", "--config", "server.toml", "2027.json", "2028.json"]);
        assert!(said.contains("1 days of the list of 2027"), "{said}");
    }
    let day = json!({ "date": "2027-01-01", "kind": "holiday", "acts_as": "Sun", "name": "元旦", "source": "national" });
    assert_eq!(days(&site, &new_year), [day]);
}

/// As an editor on Windows saves it.
#[test]
fn a_list_with_a_byte_order_mark_is_imported() {
    let site = CalendarSite::new();
    site.write("2028.json", &format!("\u{feff}{}", list(2028, "2027-12-31")));
    site.done(&["import-holidays", "--config", "server.toml", "2028.json"]);
    let day = days(&site, &["--from", "2027-12-31", "--to", "2027-12-31"]);
    assert_eq!((&day[0]["kind"], &day[0]["source"]), (&json!("holiday"), &json!("national")));
}

#[test]
fn a_mistake_in_a_list_is_named_and_nothing_is_imported() {
    let site = CalendarSite::new();
    site.write("good.json", &list(2027, "2027-01-01"));
    site.write("date.json", &list(2027, "2027-02-30"));
    site.write("year.json", &list(2027, "2025-01-01"));
    site.write("empty.json", r#"{"year":2027,"papers":[],"days":[]}"#);
    assert!(site.refuses(&["import-holidays", "good.json", "date.json"]).contains("`days[0].date`"));
    assert!(site.refuses(&["import-holidays", "good.json", "empty.json"]).contains("empty.json"));
    assert!(
        site.refuses(&["import-holidays", "year.json"]).contains("`days[0].date`: 2025-01-01 is not of 2027")
    );
    assert!(site.refuses(&["import-holidays", "empty.json"]).contains("not published yet"));
    assert!(site.refuses(&["import-holidays", "none.json"]).contains("none.json"));
    assert_eq!(days(&site, &["--from", "2027-01-01", "--to", "2027-01-01"])[0]["source"], json!("assumed"));
}

#[test]
fn a_school_is_shown_with_its_lessons() {
    let site = CalendarSite::new();
    let mut district = district();
    let own = json!({ "days": [{ "date": "2026-11-20", "lessons": true, "earlier_minutes": 90 }] });
    district.schools[0].calendar = Some(serde_json::from_value(own).unwrap());
    site.write("district.json", &serde_json::to_string(&district).unwrap());
    site.write("city.json", r#"[{"date":"2026-11-21","off":false,"acts_as":"Mon","name":"补周一"}]"#);
    site.done(&["import", "district.json"]);
    site.done(&["import-city-days", "city.json"]);
    let days = days(&site, &["--from", "2026-11-20", "--to", "2026-11-22", "--school", "primary"]);
    let lessons: Vec<&str> = days.iter().map(|day| day["lessons"].as_str().unwrap()).collect();
    assert_eq!(lessons, ["earlier", "full", "none"]);
    assert_eq!((&days[0]["earlier_minutes"], &days[1]["acts_as"]), (&json!(90), &json!("Mon")));
    let stranger = ["calendar", "--from", "2026-11-20", "--to", "2026-11-20", "--school", "none"];
    assert!(site.refuses(&stranger).contains("no school none"));
    site.write("wrong.json", r#"[{"date":"2026-11-21","off":true,"acts_as":"Mon"}]"#);
    assert!(site.refuses(&["import-city-days", "wrong.json"]).contains("`[0].acts_as`"));
}
