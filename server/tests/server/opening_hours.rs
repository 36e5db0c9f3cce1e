//! Compares the published `opening_hours` with our own openings, on every day of three years and with many sets of
//! windows. Two programs of other authors evaluate it: `opening_hours.js` (npm), which maps use, and the crate
//! `opening-hours`.

mod sets;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::common::StoreFixture;
use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime};
use domain::calendar::HolidayCalendar;
use domain::minute::Minute;
use domain::time::Timestamp;
use opening_hours::OpeningHours;
use protocol::calendar::CityDay;
use serde_json::json;
use server::app::calendar;
use server::app::public_sites::opening_hours::{HoursPeriod, LONGEST_TEXT, text_of};
use server::app::sharing::public::PublicSharingState;

/// In the form of ParkAPI's field.
const _: () = assert!(LONGEST_TEXT == 512);

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A text with our own openings on the days for which it is valid, in local minutes since 1970.
struct OpeningHoursCase {
    text: String,
    from: i64,
    until: i64,
    open: Vec<(i64, i64)>,
}

fn local(minute: Minute) -> i64 {
    minute.get() + 8 * 60
}

fn midnight(date: NaiveDate) -> i64 {
    local(Minute::floor(Timestamp::from_local(date.and_time(NaiveTime::MIN))))
}

/// Openings from the first to the last day on which the text is valid, straight from the windows.
fn case(
    text: String,
    period: HoursPeriod,
    ground: &PublicSharingState,
    calendar: &HolidayCalendar,
) -> OpeningHoursCase {
    let (from, until) = (midnight(period.first) + 1440, midnight(period.last) + 1440);
    let days = (period.last - period.first).num_days() + 3;
    let first = period.first - Days::new(1);
    let mut open: Vec<(i64, i64)> = Vec::new();
    for opening in ground.openings(calendar, first, u32::try_from(days).unwrap()) {
        let span = (local(opening.span.from()).max(from), local(opening.span.until()).min(until));
        match open.last_mut() {
            _ if span.0 >= span.1 => {}
            Some(last) if span.0 <= last.1 => last.1 = span.1.max(last.1),
            _ => open.push(span),
        }
    }
    OpeningHoursCase { text, from, until, open }
}

/// The different texts of a set of windows on the days from `first` to `last`.
fn cases(
    ground: &PublicSharingState,
    calendar: &HolidayCalendar,
    first: NaiveDate,
    last: NaiveDate,
) -> Vec<OpeningHoursCase> {
    let mut cases: BTreeMap<(String, NaiveDate), OpeningHoursCase> = BTreeMap::new();
    let mut newest: Option<(Vec<HoursPeriod>, String)> = None;
    for today in first.iter_days().take_while(|today| *today <= last) {
        let candidates = HoursPeriod::candidates(today, calendar);
        if newest.as_ref().is_some_and(|(tried, _)| candidates.starts_with(tried)) {
            continue;
        }
        let hours = text_of(ground, calendar, candidates);
        let text = hours.text.expect("every set of this test has a text");
        assert!(text.len() <= LONGEST_TEXT && !text.contains("PH") && !text.contains('+'), "{text}");
        let period = *hours.tried.last().unwrap();
        assert!(period.first < today && today <= period.last, "{today}: {period:?}");
        cases
            .entry((text.clone(), period.first))
            .or_insert_with(|| case(text.clone(), period, ground, calendar));
        newest = Some((hours.tried, text));
    }
    cases.into_values().collect()
}

fn at(minute: i64) -> NaiveDateTime {
    chrono::DateTime::from_timestamp(minute * 60, 0).unwrap().naive_utc()
}

/// The crate's evaluation of a text.
fn evaluated(case: &OpeningHoursCase) -> Vec<(i64, i64)> {
    let hours: OpeningHours = case.text.parse().unwrap_or_else(|error| panic!("{}: {error}", case.text));
    let minute = |at: NaiveDateTime| at.and_utc().timestamp() / 60;
    let mut open: Vec<(i64, i64)> = Vec::new();
    for range in hours.iter_range(at(case.from), at(case.until)) {
        let span = (minute(range.range.start), minute(range.range.end));
        if range.kind != opening_hours::RuleKind::Open {
            continue;
        }
        match open.last_mut() {
            Some(last) if span.0 <= last.1 => last.1 = span.1,
            _ => open.push(span),
        }
    }
    open
}

/// Its packages are installed by `cargo xtask test`.
fn judged_by_javascript(cases: &[OpeningHoursCase]) -> Output {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/server/opening_hours");
    let mut node = Command::new("node");
    node.arg("judge.mjs").current_dir(folder).env("TZ", "UTC");
    node.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut running = node.spawn().expect("node runs; `cargo xtask test` installs it");
    let mut input = running.stdin.take().unwrap();
    let lines: Vec<String> = cases
        .iter()
        .map(|case| {
            json!({ "text": case.text, "from": case.from, "until": case.until, "open": case.open })
                .to_string()
        })
        .collect();
    let writer = std::thread::spawn(move || input.write_all(lines.join("\n").as_bytes()));
    let output = running.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    output
}

/// The shipped lists, and a city that departs from them.
async fn calendar() -> HolidayCalendar {
    let fixture = StoreFixture::sqlite().await;
    let app = fixture.app();
    let city: Vec<CityDay> = serde_json::from_str(
        r#"[{"date":"2025-06-16","off":true,"name":"城市日"},{"date":"2025-06-21","off":false,"acts_as":"Mon"},
            {"date":"2026-10-10","off":false,"acts_as":"Wed"}]"#,
    )
    .unwrap();
    calendar::import::city_days(&app, &city).await.unwrap();
    calendar::load(&mut app.store.begin_read().await.unwrap()).await.unwrap()
}

/// A number that fits into a full test run, unless `OPENING_HOURS_SETS` sets another.
fn random_sets() -> usize {
    std::env::var("OPENING_HOURS_SETS").map_or(8, |sets| sets.parse().unwrap())
}

#[tokio::test]
async fn two_other_programs_read_the_hours_as_our_gates_do() {
    let calendar = calendar().await;
    let (first, last) = (date("2024-01-01"), date("2026-12-31"));
    let mut all = Vec::new();
    for ground in sets::known().iter().chain(&sets::random(random_sets())) {
        all.extend(cases(ground, &calendar, first, last));
    }
    assert!(all.len() > 1000, "{} texts", all.len());
    for case in &all {
        let theirs = evaluated(case);
        let different = theirs.iter().zip(&case.open).find(|(a, b)| a != b);
        let shown = different.map(|(a, b)| format!("{} {} for {} {}", at(a.0), at(a.1), at(b.0), at(b.1)));
        assert_eq!((theirs.len(), shown), (case.open.len(), None), "{}", case.text);
    }
    eprintln!("{} texts made and read by the crate", all.len());
    let output = judged_by_javascript(&all);
    let (said, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}{error}");
    assert_eq!(said.trim(), format!("{} texts, 0 differ", all.len()));

    // The comparison detects a difference of one minute.
    let mut forged = case(
        "24/7".to_owned(),
        HoursPeriod { first, last: first + Days::new(3) },
        &sets::always(),
        &calendar,
    );
    forged.open[0].1 -= 1;
    assert_eq!(judged_by_javascript(&[forged]).status.code(), Some(1));
}

/// The days on which a text with `PH` is wrong.
#[tokio::test]
async fn holidays_and_make_up_days_are_said_with_their_dates() {
    let calendar = calendar().await;
    let evenings = sets::evenings();
    let text =
        |today| text_of(&evenings, &calendar, HoursPeriod::candidates(date(today), &calendar)).text.unwrap();
    let autumn: OpeningHours = text("2026-09-15").parse().unwrap();
    let spring: OpeningHours = text("2026-02-01").parse().unwrap();
    let is_open = |hours: &OpeningHours, at: &str| hours.is_open(at.parse().unwrap());
    for shut in ["2026-10-05T20:00:00", "2026-10-07T20:00:00", "2026-10-02T06:00:00"] {
        assert!(!is_open(&autumn, shut), "{shut}");
    }
    for open in ["2026-10-01T06:00:00", "2026-10-10T20:00:00", "2026-10-11T06:00:00", "2026-10-08T20:00:00"] {
        assert!(is_open(&autumn, open), "{open}");
    }
    assert!(!is_open(&spring, "2026-02-16T20:00:00") && is_open(&spring, "2026-02-28T20:00:00"));
    assert!(!is_open(&spring, "2026-05-05T20:00:00"));
}

#[tokio::test]
async fn texts_read_as_people_write_them() {
    let calendar = calendar().await;
    let text = |ground: &PublicSharingState, today| {
        text_of(ground, &calendar, HoursPeriod::candidates(date(today), &calendar)).text.unwrap()
    };
    let today = "2026-11-23";
    assert_eq!(text(&PublicSharingState::default(), today), "off");
    assert_eq!(text(&sets::always(), today), "24/7");
    assert_eq!(text(&sets::daily(), today), "Mo-Su 18:00-07:30");
    // The list of 2027 is missing: the hours of the present year apply.
    assert_eq!(text(&sets::evenings(), today), "2026 Nov 02-2026 Dec 31 Mo-Fr 18:00-07:30");
    assert_eq!(
        text(&sets::evenings(), "2026-09-01"),
        "2026 Aug 31-2026 Sep 24,2026 Sep 28-30,2026 Oct 08-2026 Dec 31 Mo-Fr 18:00-07:30, \
         2026 Sep 20,2026 Oct 10 18:00-07:30"
    );
    assert_eq!(text(&sets::overlapping(), today), "2026 Nov 02-2026 Dec 31 Mo-Fr 08:00-18:00");
    assert_eq!(text(&sets::from_december(), today), "2026 Dec 01-31 Mo-Fr 18:00-07:30");
}
