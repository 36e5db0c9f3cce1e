use std::collections::{BTreeSet, HashMap};

use proptest::prelude::*;

use super::super::tests::{autumn, class, date, window};
use super::*;
use crate::access::{
    AccessDecision, AccessPlan, AccessRequest, ClassNumbers, ClockTrust, DenialReason, GarageAlarm,
    MIN_CONFIDENCE, PlanPeriod, PlannedHours, ReservationUses, SharingPlan, decide,
};
use crate::allocation::layout::{GarageLayout, SpaceClosure, SpacePool};
use crate::allocation::reserved_entry::GarageHours;
use crate::minute::Minutes;
use crate::occupancy::LaneDirection;
use crate::plate::Plate;
use crate::shared_window::{ClassStagger, SharedWindow, disjoint};
use crate::vehicle::VehicleDetails;
use crate::window::Weekdays;

const SPACES: u32 = 100;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// A Monday.
fn span(from: &str, until: &str) -> MinuteSpan {
    let minute = |clock| Minute::floor(at(&format!("2026-09-21T{clock}:00+08:00")));
    MinuteSpan::new(minute(from), minute(until)).unwrap()
}

fn pickup(start: u32, length: u32, stagger: Vec<ClassStagger>) -> SharedWindow {
    SharedWindow { stagger, ..window("w", Audience::Pickup, Weekdays::SCHOOL_WEEK, start, length) }
}

/// From Saturday, 2026-09-19, to Tuesday, 2026-09-22.
fn openings(window: &SharedWindow) -> Vec<WindowOpening> {
    window.openings(&autumn(), &[], date("2026-09-19"), 4)
}

fn late(name: &str, offset: u32) -> ClassStagger {
    ClassStagger { class: class(name), offset: Minutes(offset) }
}

#[test]
fn the_current_window_comes_before_the_next_and_the_next_before_the_last() {
    let mut all = openings(&pickup(11 * 60, 60, Vec::new()));
    all.extend(openings(&pickup(15 * 60, 120, Vec::new())));
    all.sort_by_key(|opening| opening.span);
    let from = |now: &str| {
        class_time_of_today(&all, &class("c-1"), at(now)).map(|time| time.from().timestamp().local_hhmm())
    };
    assert_eq!(from("2026-09-21T09:00:00+08:00").as_deref(), Some("11:00"));
    assert_eq!(from("2026-09-21T11:30:00+08:00").as_deref(), Some("11:00"));
    assert_eq!(from("2026-09-21T12:00:00+08:00").as_deref(), Some("15:00"));
    assert_eq!(from("2026-09-21T20:00:00+08:00").as_deref(), Some("15:00"));
    assert_eq!(from("2026-09-19T12:00:00+08:00"), None, "a Saturday");
}

#[test]
fn a_window_of_yesterday_may_still_be_current() {
    let all = openings(&pickup(23 * 60, 120, Vec::new()));
    assert!(is_class_time(&all, &class("c-1"), at("2026-09-22T00:30:00+08:00")));
    assert!(!is_class_time(&all, &class("c-1"), at("2026-09-22T01:00:00+08:00")));
}

#[test]
fn a_parent_comes_when_a_class_of_an_own_child_may() {
    let all = openings(&pickup(15 * 60, 60, vec![late("late", 20)]));
    let check = |classes: &[&str], from, until| {
        let classes: Vec<_> = classes.iter().map(|name| class(name)).collect();
        check_class_time(&all, &classes, None, span(from, until)).is_ok()
    };
    assert!(!check(&["late"], "15:10", "15:30") && check(&["late"], "15:20", "15:50"));
    assert!(check(&["late"], "15:20", "16:30"), "a stay may continue into the next window");
    assert!(check(&["other"], "15:00", "16:00"), "a class without a time of its own");
    assert!(check(&["other", "late"], "15:00", "16:00"));
    assert!(check(&["late"], "16:30", "16:40"), "the book knows the next window");
    let next = check_class_time(&all, &[class("late")], None, span("15:00", "15:10"));
    assert_eq!(next, Err(OutsideClassTime { next: Some(span("15:20", "16:00")) }));
}

fn parent() -> Plate {
    Plate::parse("鲁B12345").unwrap()
}

/// The plan of these openings for a parent's car, with room for every car.
fn plan(
    layout: &GarageLayout,
    hours: &GarageHours,
    classes: &BTreeSet<ClassId>,
    now: Timestamp,
) -> AccessPlan {
    let valid_until = now + Minutes(48 * 60).duration();
    let period = PlanPeriod { since: now, valid_until, standing_until: valid_until };
    let planned = PlannedHours::of(layout, hours, period);
    let numbers: &ClassNumbers = &planned.classes;
    AccessPlan {
        capacity: SPACES,
        openings: planned.openings.clone(),
        permits: HashMap::from([(parent(), BTreeSet::from([Audience::Pickup]))]),
        colors: Default::default(),
        valid_until,
        standing: None,
        sharing: SharingPlan {
            groups: numbers.groups_of(classes).map(|groups| (parent(), groups)).into_iter().collect(),
            pools: planned.pools,
            ..SharingPlan::default()
        },
    }
}

fn opens(plan: &AccessPlan, at: Timestamp) -> bool {
    decided(plan, at).opens()
}

fn decided(plan: &AccessPlan, at: Timestamp) -> AccessDecision {
    let (plate, uses) = (parent(), ReservationUses::new());
    let passage = AccessRequest {
        direction: LaneDirection::In,
        plate: Some(&plate),
        confidence: 100,
        min_confidence: MIN_CONFIDENCE,
        vehicle: VehicleDetails::default(),
        clock: ClockTrust::Trusted,
        at,
        occupied: 0,
        inside: None,
        uses: &uses,
        alarm: GarageAlarm::None,
    };
    decide(Some(plan), &passage)
}

fn pool_of(name: &str) -> PoolId {
    PoolId::parse(name).unwrap()
}

/// Pools `main` and `second`, and a pool `street` whose window lets the public walk in all day.
fn layout(pickup: Vec<WindowOpening>, closures: Vec<SpaceClosure>) -> GarageLayout {
    let mut public = window("p", Audience::Public, Weekdays::ALL, 0, 1440);
    (public.pool, public.quota) = (pool_of("street"), SPACES);
    (public.terms.walk_in, public.terms.min_stay) = (true, Minutes(1));
    let pools = ["main", "second", "street"];
    let pools = pools.map(|name| (pool_of(name), SpacePool { size: SPACES, spaces: Vec::new() }));
    let mut all = pickup;
    all.extend(openings(&public));
    GarageLayout { pools: pools.into(), openings: disjoint(all), closures, ..GarageLayout::default() }
}

fn closed(pool: &str, span: MinuteSpan) -> SpaceClosure {
    SpaceClosure { pool: Some(pool_of(pool)), audience: None, span, spaces: None }
}

#[test]
fn a_parent_who_comes_before_a_class_that_a_closure_has_moved_waits_and_is_no_public_car() {
    let mut window = pickup(15 * 60, 60, vec![late("c-1", 20)]);
    window.pool = pool_of("main");
    let layout = layout(openings(&window), vec![closed("main", span("15:15", "15:30"))]);
    let (hours, now) = (GarageHours::of(&layout), span("15:05", "15:06").from().timestamp());
    let plan = plan(&layout, &hours, &BTreeSet::from([class("c-1")]), now);
    let next = span("15:30", "16:00").from().timestamp();
    assert_eq!(decided(&plan, now), AccessDecision::too_early(next));
}

#[test]
fn a_parent_whose_time_a_closure_has_taken_is_no_public_car_while_the_window_is_open() {
    let mut window = pickup(15 * 60, 60, vec![late("c-1", 20)]);
    window.pool = pool_of("main");
    let layout = layout(openings(&window), vec![closed("main", span("15:15", "16:00"))]);
    let (hours, now) = (GarageHours::of(&layout), span("15:05", "15:06").from().timestamp());
    let plan = plan(&layout, &hours, &BTreeSet::from([class("c-1")]), now);
    assert_eq!(decided(&plan, now), AccessDecision::refuse(DenialReason::OutsideWindow));
}

#[test]
fn a_plan_decides_for_cars_of_its_period_after_their_opening_has_ended() {
    let mut window = pickup(15 * 60, 60, Vec::new());
    window.pool = pool_of("main");
    let layout = layout(openings(&window), Vec::new());
    let (hours, read) = (GarageHours::of(&layout), span("15:59", "16:00"));
    let made = |since: Timestamp| plan(&layout, &hours, &BTreeSet::from([class("c-1")]), since);
    let enters = AccessDecision::open(Some(Audience::Pickup));
    let of = |plan: &AccessPlan| decided(plan, read.from().timestamp());
    assert_eq!(of(&made(span("04:05", "04:06").from().timestamp())), enters);
    assert_ne!(of(&made(span("16:05", "16:06").from().timestamp())), enters, "before the period");
}

#[test]
fn gate_and_phone_name_the_earliest_time_of_a_class_in_two_pools() {
    let mut first = pickup(15 * 60, 90, vec![late("c-1", 40)]);
    let mut second = pickup(15 * 60, 90, vec![late("c-1", 20)]);
    (first.pool, second.pool) = (pool_of("main"), pool_of("second"));
    let all = openings(&first).into_iter().chain(openings(&second)).collect();
    let layout = layout(all, Vec::new());
    let (hours, now) = (GarageHours::of(&layout), span("15:05", "15:06").from().timestamp());
    let plan = plan(&layout, &hours, &BTreeSet::from([class("c-1")]), now);
    let next = span("15:20", "16:30").from();
    assert_eq!(decided(&plan, now), AccessDecision::too_early(next.timestamp()));
    assert_eq!(class_time_of_today(&hours.open, &class("c-1"), now).unwrap().from(), next);
}

prop_compose! {
    /// A pickup window in the afternoon of a Monday, in one of two pools, with up to three classes that come later.
    fn any_window()(
        start in 870_u32..960, length in 20_u32..150, in_second in any::<bool>(),
        offsets in prop::collection::btree_map(0_usize..4, 0_u32..19, 0..4),
    ) -> SharedWindow {
        let stagger = offsets.into_iter().map(|(n, offset)| late(&format!("c-{n}"), offset * 5)).collect();
        let stagger: Vec<_> = stagger;
        let mut window = pickup(start, length, stagger);
        window.stagger.retain(|group| group.offset.0 < length);
        window.pool = PoolId::parse(if in_second { "second" } else { "main" }).unwrap();
        window.quota = SPACES;
        window.terms.min_stay = Minutes(1);
        window
    }
}

prop_compose! {
    fn any_closure()(from in 860_i64..1050, length in 1_i64..240, all_pools in any::<bool>()) -> SpaceClosure {
        let midnight = span("00:00", "00:01").from().get();
        let from = Minute::new(midnight + from);
        SpaceClosure {
            pool: (!all_pools).then(|| PoolId::parse("main").unwrap()),
            audience: None,
            span: MinuteSpan::new(from, Minute::new(from.get() + length)).unwrap(),
            spaces: None,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

    /// Lock-out hours keep a car out at the gate at any class's time; the windows here have none.
    #[test]
    fn gate_reservation_and_phone_know_the_same_class_time(
        windows in prop::collection::vec(any_window(), 1..3),
        closures in prop::collection::vec(any_closure(), 0..3),
        classes in prop::collection::btree_set(0_usize..5, 1..3),
        minute in 860_i64..1060,
    ) {
        let mut layout = layout(windows.iter().flat_map(openings).collect(), closures);
        let hours = GarageHours::of(&layout);
        let classes: BTreeSet<ClassId> = classes.iter().map(|n| class(&format!("c-{n}"))).collect();
        let now = Minute::new(span("00:00", "00:01").from().get() + minute);
        let with_public = plan(&layout, &hours, &classes, now.timestamp());
        layout.openings.retain(|opening| opening.audience == Audience::Pickup);
        let hours = GarageHours::of(&layout);
        let plan = plan(&layout, &hours, &classes, now.timestamp());
        let phone = classes.iter().any(|class| is_class_time(&hours.open, class, now.timestamp()));
        prop_assert_eq!(opens(&plan, now.timestamp()), phone);
        // While the school's window is open, a parent at another time is no public car.
        if hours.open.iter().any(|opening| opening.span.contains(now)) && !phone {
            prop_assert!(!opens(&with_public, now.timestamp()));
        }
        for class in &classes {
            let shown = class_time_of_today(&hours.open, class, now.timestamp());
            let is_current = shown.is_some_and(|time| time.contains(now));
            prop_assert_eq!(is_current, is_class_time(&hours.open, class, now.timestamp()));
        }
        let is_open = hours.open.iter().any(|opening| opening.span.contains(now));
        let classes: Vec<ClassId> = classes.into_iter().collect();
        let reserves = check_class_time(&hours.open, &classes, None, MinuteSpan::starting(now)).is_ok();
        prop_assert_eq!(is_open && reserves, phone);
    }
}
