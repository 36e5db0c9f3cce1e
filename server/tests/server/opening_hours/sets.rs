//! Sets of public windows: common ones, ones that were published wrongly, and random ones.

use domain::access::Audience;
use domain::allocation::layout::SpaceClosure;
use domain::calendar::{DayLessons, SchoolCalendar, SchoolDayOverride, SchoolPeriod, SchoolPeriodKind};
use domain::ids::{SchoolId, WindowId};
use domain::minute::{Minute, MinuteSpan};
use domain::shared_window::{LessonRule, SharedWindow};
use domain::time::Timestamp;
use domain::window::Weekdays;
use protocol::sharing::{PoolSpec, WindowSpec};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use server::app::sharing::public::PublicSharingState;
use server::app::sharing::rule;

use super::date;

const WEEK: u8 = 0b001_1111;
const WEEKEND: u8 = 0b110_0000;
const ALL: u8 = 0b111_1111;

fn spec(weekdays: u8, start_minute: u32, length_minutes: u32) -> WindowSpec {
    WindowSpec::new(Audience::Public, Weekdays::try_from(weekdays).unwrap(), start_minute, length_minutes)
}

fn kinds(bits: u8, spec: WindowSpec) -> WindowSpec {
    WindowSpec { kinds: Some(bits.try_into().unwrap()), ..spec }
}

fn days(first: &str, last: &str, spec: WindowSpec) -> WindowSpec {
    WindowSpec { first_day: first.parse().ok(), last_day: last.parse().ok(), ..spec }
}

fn pool(id: &str) -> PoolSpec {
    PoolSpec { id: id.parse().unwrap(), name: id.to_owned(), name_en: id.to_owned(), size: 9, spaces: vec![] }
}

/// Each in a pool of its own, so that they may overlap.
fn ground(specs: Vec<WindowSpec>) -> PublicSharingState {
    let windows: Vec<SharedWindow> = specs
        .into_iter()
        .enumerate()
        .map(|(i, spec)| {
            let pool = pool(&format!("p{i}"));
            let spec = WindowSpec { pool: Some(pool.id.clone()), ..spec };
            rule::window(WindowId::parse(&format!("w{i}")).unwrap(), &spec, &[pool]).unwrap()
        })
        .collect();
    PublicSharingState { windows, ..PublicSharingState::default() }
}

pub(super) fn always() -> PublicSharingState {
    ground(vec![spec(ALL, 0, 1440)])
}

pub(super) fn daily() -> PublicSharingState {
    ground(vec![spec(ALL, 1080, 810)])
}

pub(super) fn evenings() -> PublicSharingState {
    ground(vec![spec(WEEK, 1080, 810)])
}

pub(super) fn overlapping() -> PublicSharingState {
    ground(vec![spec(WEEK, 480, 600), spec(WEEK, 480, 540)])
}

pub(super) fn from_december() -> PublicSharingState {
    ground(vec![days("2026-12-01", "", spec(WEEK, 1080, 810))])
}

fn school() -> (SchoolId, SchoolCalendar) {
    let span = |kind, first, last| SchoolPeriod::new(kind, "x".to_owned(), date(first), date(last)).unwrap();
    let spans = vec![
        span(SchoolPeriodKind::Term, "2024-02-26", "2024-07-05"),
        span(SchoolPeriodKind::Term, "2024-09-02", "2025-01-17"),
        span(SchoolPeriodKind::Term, "2025-02-17", "2025-07-04"),
        span(SchoolPeriodKind::Break, "2025-10-20", "2025-10-24"),
        span(SchoolPeriodKind::Term, "2025-09-01", "2026-01-23"),
        span(SchoolPeriodKind::Term, "2026-03-02", "2026-07-10"),
    ];
    let day =
        |on: &str, lessons| SchoolDayOverride { date: date(on), lessons, acts_as: None, name: String::new() };
    let days = vec![day("2025-11-14", DayLessons::None), day("2025-11-15", DayLessons::Full)];
    (SchoolId::parse("primary").unwrap(), SchoolCalendar::new(Weekdays::SCHOOL_WEEK, spans, days))
}

fn with_school(on: LessonRule, spec: WindowSpec) -> PublicSharingState {
    let spec = WindowSpec { lessons: Some(on), ..spec };
    PublicSharingState { schools: vec![school()], ..ground(vec![spec]) }
}

fn closure(from: &str, until: &str) -> SpaceClosure {
    let minute = |text: &str| Minute::floor(Timestamp::parse(&format!("{text}:00+08:00")).unwrap());
    let span = MinuteSpan::new(minute(from), minute(until)).unwrap();
    SpaceClosure { pool: None, audience: None, span, spaces: None }
}

pub(super) fn known() -> Vec<PublicSharingState> {
    let night = || spec(WEEK, 1080, 810);
    let closed = vec![
        closure("2025-03-03T12:00", "2025-03-05T20:00"),
        closure("2026-09-30T23:15", "2026-10-08T19:01"),
        SpaceClosure { spaces: Some(3), ..closure("2026-01-01T00:00", "2026-02-01T00:00") },
    ];
    vec![
        PublicSharingState::default(),
        always(),
        daily(),
        evenings(),
        overlapping(),
        from_december(),
        // Qingdao's government lots: nights of workdays, weekends and holidays all day.
        ground(vec![night(), spec(WEEKEND, 0, 1440)]),
        ground(vec![kinds(1, spec(ALL, 1080, 810)), kinds(6, spec(ALL, 0, 1440))]),
        ground(vec![kinds(1, spec(ALL, 480, 60))]),
        ground(vec![kinds(4, spec(ALL, 480, 60))]),
        ground(vec![kinds(2, spec(ALL, 1320, 600))]),
        ground(vec![spec(0b000_0001, 1080, 1440)]),
        ground(vec![spec(0b110_0101, 480, 960)]),
        ground(vec![spec(ALL, 1320, 1440)]),
        ground(vec![spec(WEEK, 1, 1439), spec(WEEKEND, 720, 1)]),
        ground(vec![days("2025-09-01", "", night())]),
        ground(vec![days("", "2025-09-15", night())]),
        ground(vec![days("2024-06-10", "2025-02-03", spec(ALL, 480, 60)), night()]),
        ground(vec![days("2026-01-01", "2026-01-01", spec(ALL, 1380, 120))]),
        ground(vec![
            spec(WEEK, 450, 60),
            spec(WEEK, 510, 90),
            spec(WEEK, 720, 60),
            spec(0b000_1000, 1380, 600),
        ]),
        with_school(LessonRule::LessonDays, spec(WEEK, 1080, 810)),
        with_school(LessonRule::LessonFreeDays, spec(ALL, 480, 600)),
        PublicSharingState { closures: closed.clone(), ..evenings() },
        PublicSharingState { closures: closed, ..always() },
    ]
}

/// Returns the same sets at each call.
pub(super) fn random(sets: usize) -> Vec<PublicSharingState> {
    let mut rng = StdRng::seed_from_u64(20_261_128);
    (0..sets).map(|_| random_ground(&mut rng)).collect()
}

fn random_ground(rng: &mut StdRng) -> PublicSharingState {
    let windows = rng.random_range(1..=4);
    let made = ground((0..windows).map(|_| random_spec(rng)).collect());
    let closures =
        if rng.random_bool(0.2) { vec![closure("2025-05-09T13:00", "2025-05-12T07:45")] } else { vec![] };
    PublicSharingState { closures, schools: vec![school()], ..made }
}

fn random_spec(rng: &mut StdRng) -> WindowSpec {
    let weekdays = match rng.random_range(0..4) {
        0 => WEEK,
        1 => ALL,
        _ => rng.random_range(1..=ALL),
    };
    let quarter = |rng: &mut StdRng, from: u32, to: u32| rng.random_range(from..=to) * 15;
    let (start, length) = match rng.random_range(0..6) {
        0 => (0, 1440),
        1 => (quarter(rng, 64, 95), quarter(rng, 40, 96)),
        _ => (quarter(rng, 0, 95), quarter(rng, 1, 96)),
    };
    let mut spec = spec(weekdays, start, length);
    if rng.random_bool(0.3) {
        spec.kinds = Some(rng.random_range(1..=7u8).try_into().unwrap());
    }
    if rng.random_bool(0.15) {
        spec.lessons =
            Some(if rng.random_bool(0.5) { LessonRule::LessonDays } else { LessonRule::LessonFreeDays });
    }
    let (from, to) = (rng.random_range(0..1500), rng.random_range(0..700));
    let first = date("2023-06-01") + chrono::Days::new(from);
    if rng.random_bool(0.2) {
        spec.first_day = Some(first);
    }
    if rng.random_bool(0.2) {
        spec.last_day = Some(first + chrono::Days::new(to));
    }
    spec
}
