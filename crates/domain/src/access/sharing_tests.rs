//! Reservations and walk-ins beside reserved and kept spaces.

use std::collections::{BTreeSet, HashMap};

use proptest::prelude::*;

use super::tests::{at, plate, unused};
use super::*;
use crate::capacity::CapacityLimit;
use crate::ids::{PoolId, ReservationId, WindowId};
use crate::minute::Minutes;
use crate::plate::Plate;
use crate::shared_window::DailyHours;
use crate::vehicle::VehicleDetails;

/// 2026-11-23 00:00 at the garage, in minutes of 1970 UTC.
const MIDNIGHT: i64 = 29_922_720;
const CAPACITY: u32 = 10;

fn pool() -> PoolId {
    PoolId::parse("main").unwrap()
}

fn opening(audience: Audience, from: i64, to: i64) -> PlannedOpening {
    let terms = OpeningTerms {
        window: WindowId::parse("w").unwrap(),
        pool: pool(),
        min_stay: Minutes(15),
        max_stay: Minutes(600),
        lock_out: None,
        walk_in: true,
        groups: Vec::new(),
    };
    PlannedOpening {
        terms: Some(terms),
        ..PlannedOpening::new(audience, at(MIDNIGHT + from), at(MIDNIGHT + to))
    }
}

fn limit(from: i64, quota: &[(Audience, u32)]) -> PlannedLimit {
    PlannedLimit {
        from: at(MIDNIGHT + from),
        limit: CapacityLimit { capacity: CAPACITY, quota: quota.iter().copied().collect() },
    }
}

/// Public from 06:00 to 15:00 and from 18:00 to 23:00 with 8 of 10 spaces, 3 for staff from 08:00 to 12:00; pickup between.
fn school() -> AccessPlan {
    let public = (Audience::Public, 8);
    let limits = vec![
        limit(360, &[public]),
        limit(480, &[public, (Audience::Staff, 3)]),
        limit(720, &[public]),
        limit(900, &[(Audience::Pickup, 10)]),
        limit(1080, &[public]),
        limit(1380, &[]),
    ];
    AccessPlan {
        capacity: CAPACITY,
        openings: vec![
            opening(Audience::Public, 360, 900),
            opening(Audience::Staff, 480, 720),
            opening(Audience::Pickup, 900, 1080),
            opening(Audience::Public, 1080, 1380),
        ],
        permits: [(plate("鲁B12345"), BTreeSet::from([Audience::Pickup]))].into(),
        colors: Default::default(),
        valid_until: at(MIDNIGHT + 2880),
        standing: None,
        sharing: SharingPlan { pools: [(pool(), limits)].into(), ..SharingPlan::default() },
    }
}

fn numbered(no: u16) -> Plate {
    plate(&format!("京A{no:05}"))
}

fn reserved(no: u16, audience: Audience, from: i64, to: i64) -> PlannedReservation {
    PlannedReservation {
        id: ReservationId::from_u128(u128::from(no)),
        plate: Some(numbered(no)),
        plate_color: None,
        audience,
        pool: pool(),
        from: at(MIDNIGHT + from),
        to: at(MIDNIGHT + to),
        enter_from: at(MIDNIGHT + from - 10),
        enter_until: at(MIDNIGHT + to),
    }
}

fn entry(plate: &Plate, minute: i64, inside: AudienceCounts) -> AccessRequest<'_> {
    AccessRequest {
        direction: LaneDirection::In,
        plate: Some(plate),
        confidence: 98,
        min_confidence: MIN_CONFIDENCE,
        vehicle: VehicleDetails::default(),
        clock: ClockTrust::Trusted,
        at: at(MIDNIGHT + minute),
        occupied: inside.total(),
        inside: Some(inside),
        uses: unused(),
        alarm: GarageAlarm::None,
    }
}

fn publics(public: i64) -> AudienceCounts {
    AudienceCounts { public, ..AudienceCounts::default() }
}

fn stranger() -> Plate {
    plate("鲁B99999")
}

fn leave_by(decision: AccessDecision) -> Option<i64> {
    match decision {
        AccessDecision::Open { leave_by, .. } => leave_by.map(|at| at.micros() / 60_000_000 - MIDNIGHT),
        AccessDecision::Refuse { .. } | AccessDecision::Review { .. } => None,
    }
}

fn ask(plan: &AccessPlan, minute: i64, inside: AudienceCounts) -> AccessDecision {
    decide(Some(plan), &entry(&stranger(), minute, inside))
}

#[test]
fn a_walk_in_is_told_until_when_it_may_stay() {
    let decision = ask(&school(), 780, publics(0));
    assert_eq!(leave_by(decision), Some(900));
    assert_eq!(display_text(decision, LaneDirection::In, at(MIDNIGHT + 780)), "欢迎光临 请于15:00前离场");
    // The longest stay ends before the window does.
    assert_eq!(leave_by(ask(&school(), 360, publics(0))), Some(900));
    let mut long = school();
    long.openings[0].terms.as_mut().unwrap().max_stay = Minutes(60);
    assert_eq!(leave_by(ask(&long, 400, publics(0))), Some(460));
}

#[test]
fn nobody_comes_in_for_a_stay_that_cannot_end_in_time() {
    assert_eq!(leave_by(ask(&school(), 885, publics(0))), Some(900));
    assert_eq!(ask(&school(), 886, publics(0)), AccessDecision::refuse(DenialReason::WindowEnding));
    assert_eq!(ask(&school(), 900, publics(0)), AccessDecision::refuse(DenialReason::OutsideWindow));
}

#[test]
fn what_is_kept_for_staff_is_left_alone() {
    let seven = publics(7);
    assert_eq!(leave_by(ask(&school(), 400, seven)), Some(480));
    assert_eq!(ask(&school(), 500, seven), AccessDecision::refuse(DenialReason::Reserved));
    // No space is kept for staff that is already inside.
    let with_staff = AudienceCounts { staff: 3, ..publics(6) };
    assert_eq!(leave_by(ask(&school(), 500, with_staff)), Some(900));
    assert_eq!(ask(&school(), 800, publics(8)), AccessDecision::refuse(DenialReason::Reserved));
}

#[test]
fn a_permit_leaves_alone_what_is_reserved_and_no_more() {
    let staff = plate("鲁B55555");
    let mut plan = school();
    plan.permits.insert(staff.clone(), BTreeSet::from([Audience::Staff]));
    let inside = |staff| AudienceCounts { staff, ..publics(6) };
    let ask = |plan: &AccessPlan, cars| decide(Some(plan), &entry(&staff, 500, cars));
    assert_eq!(ask(&plan, inside(2)), AccessDecision::open(Some(Audience::Staff)));
    // Beyond the quota the car enters under the same rules as the public.
    assert_eq!(leave_by(ask(&plan, inside(3))), Some(900));
    for pool in plan.sharing.pools.values_mut().flatten() {
        pool.limit.quota.pickup = Some(10);
    }
    assert!(ask(&plan, inside(2)).opens());
    plan.sharing.reservations = (0..2).map(|no| reserved(no, Audience::Public, 490, 600)).collect();
    assert_eq!(ask(&plan, inside(2)), AccessDecision::refuse(DenialReason::Reserved));
}

#[test]
fn cars_that_have_left_unseen_do_not_fill_the_garage() {
    let stranger = stranger();
    let ghosts = AudienceCounts { staff: 9, ..publics(2) };
    let passage = AccessRequest { occupied: 4, ..entry(&stranger, 500, ghosts) };
    assert!(decide(Some(&school()), &passage).opens());
}

#[test]
fn a_count_of_which_nothing_is_known_leaves_less_room() {
    let stranger = stranger();
    let known = AccessRequest {
        occupied: 6,
        ..entry(&stranger, 500, AudienceCounts { staff: 3, public: 3, ..AudienceCounts::default() })
    };
    assert!(decide(Some(&school()), &known).opens());
    let unknown = AccessRequest { inside: None, occupied: 7, ..known };
    assert_eq!(decide(Some(&school()), &unknown), AccessDecision::refuse(DenialReason::Reserved));
}

#[test]
fn a_reserved_car_comes_in_while_walk_ins_find_the_rest_reserved() {
    let mut plan = school();
    plan.sharing.reservations = (0..8).map(|no| reserved(no, Audience::Public, 1100, 1300)).collect();
    let first = plan.sharing.reservations[0].clone();
    assert_eq!(ask(&plan, 1100, publics(0)), AccessDecision::refuse(DenialReason::Reserved));
    assert_eq!(leave_by(ask(&plan, 1080, publics(0))), Some(1100));
    let decision = decide(Some(&plan), &entry(&numbered(0), 1095, publics(0)));
    let open = AccessDecision::Open {
        audience: Some(Audience::Public),
        reservation: Some(first.id),
        leave_by: Some(first.to),
        because: None,
    };
    assert_eq!(decision, open);
    // A used reservation counts as a car inside, not as one to come.
    let uses = HashMap::from([(first.id, ReservationUse::Inside)]);
    let mine = numbered(0);
    let again = AccessRequest { uses: &uses, ..entry(&mine, 1100, publics(1)) };
    assert_eq!(decide(Some(&plan), &again), open);
    let left = HashMap::from([(first.id, ReservationUse::Left)]);
    let stranger = stranger();
    let walk_in = AccessRequest { uses: &left, ..entry(&stranger, 1100, publics(0)) };
    assert!(decide(Some(&plan), &walk_in).opens());
    let other = AccessRequest { uses: &left, ..entry(&mine, 1100, publics(1)) };
    assert_eq!(decide(Some(&plan), &other), AccessDecision::refuse(DenialReason::Reserved));
}

#[test]
fn who_comes_before_the_reserved_time_is_told_when_to_come() {
    let mut plan = school();
    plan.sharing.reservations = vec![reserved(1, Audience::Public, 1100, 1300)];
    let mine = numbered(1);
    let decision = decide(Some(&plan), &entry(&mine, 1085, publics(0)));
    assert_eq!(decision, AccessDecision::too_early(at(MIDNIGHT + 1090)));
    assert_eq!(display_text(decision, LaneDirection::In, at(MIDNIGHT + 1085)), "未到入场时间 请18:10后再来");
    let closed = decide(Some(&plan), &entry(&mine, 100, publics(0)));
    assert_eq!(closed, AccessDecision::too_early(at(MIDNIGHT + 1090)));
}

#[test]
fn a_parent_comes_at_the_time_of_one_of_the_classes() {
    let parent = plate("鲁B12345");
    let mut plan = school();
    let groups = &mut plan.openings[2].terms.as_mut().unwrap().groups;
    for (id, from) in [(1, 920), (2, 940)] {
        groups.push(OpeningGroup { id, from: at(MIDNIGHT + from), to: at(MIDNIGHT + 1080) });
    }
    let ask =
        |plan: &AccessPlan, minute| decide(Some(plan), &entry(&parent, minute, AudienceCounts::default()));
    assert!(ask(&plan, 900).opens());
    plan.sharing.groups.insert(parent.clone(), BTreeSet::from([1, 2]));
    assert_eq!(ask(&plan, 919), AccessDecision::too_early(at(MIDNIGHT + 920)));
    assert!(ask(&plan, 920).opens());
    plan.sharing.groups.insert(parent.clone(), BTreeSet::from([0, 2]));
    assert!(ask(&plan, 900).opens());
    // Not even where the public may come in.
    plan.sharing.groups.insert(parent.clone(), BTreeSet::from([2]));
    plan.openings.push(PlannedOpening::new(Audience::Public, at(MIDNIGHT), at(MIDNIGHT + 1440)));
    assert_eq!(ask(&plan, 939), AccessDecision::too_early(at(MIDNIGHT + 940)));
}

#[test]
fn blocks_and_locked_hours_keep_cars_out_and_never_in() {
    let mut plan = school();
    plan.sharing.blocked.insert(stranger());
    assert_eq!(ask(&plan, 780, publics(0)), AccessDecision::refuse(DenialReason::Blocked));
    let (stranger, mine) = (stranger(), plate("京A00001"));
    let exit = AccessRequest { direction: LaneDirection::Out, ..entry(&stranger, 780, publics(1)) };
    assert!(decide(Some(&plan), &exit).opens());
    plan.sharing.blocked.clear();
    plan.sharing.reservations = vec![reserved(1, Audience::Public, 1100, 1380)];
    plan.openings[3].terms.as_mut().unwrap().lock_out =
        Some(DailyHours { start_minute: 1320, length_minutes: 480 });
    assert_eq!(ask(&plan, 1320, publics(0)), AccessDecision::refuse(DenialReason::LockedOut));
    assert!(decide(Some(&plan), &entry(&mine, 1319, publics(0))).opens());
    assert_eq!(
        decide(Some(&plan), &entry(&mine, 1320, publics(0))),
        AccessDecision::refuse(DenialReason::LockedOut)
    );
}

#[test]
fn an_owners_space_in_a_pool_of_its_own_is_not_the_publics() {
    let mut plan = school();
    let limit = CapacityLimit { capacity: 1, quota: [(Audience::Resident, 1)].into() };
    let own = PlannedLimit { from: at(MIDNIGHT), limit };
    plan.capacity = 11;
    plan.sharing.pools.insert(PoolId::parse("own").unwrap(), vec![own]);
    assert_eq!(ask(&plan, 800, publics(8)), AccessDecision::refuse(DenialReason::Reserved));
    let with_owner = AudienceCounts { resident: 1, ..publics(7) };
    assert!(ask(&plan, 800, with_owner).opens());
    for pool in plan.sharing.pools.values_mut().flatten() {
        if pool.limit.capacity == 1 {
            pool.limit.quota = [(Audience::Resident, 1)].into();
        }
        pool.limit.quota.public = pool.limit.quota.public.map(|_| 10);
    }
    // Nine in the pool of ten, the owner in the own space: one more fits. With ten it does not.
    assert!(ask(&plan, 800, AudienceCounts { resident: 1, ..publics(9) }).opens());
    assert!(!ask(&plan, 800, AudienceCounts { resident: 1, ..publics(10) }).opens());
}

#[test]
fn what_has_nothing_to_say_is_not_written() {
    let plain = AccessPlan {
        openings: vec![PlannedOpening::new(Audience::Public, at(0), at(1))],
        sharing: SharingPlan::default(),
        ..school()
    };
    let text = serde_json::to_string(&plain).unwrap();
    assert!(!text.contains("sharing") && !text.contains("terms"), "{text}");
    assert_eq!(serde_json::from_str::<AccessPlan>(&text).unwrap(), plain);
    let text = serde_json::to_string(&school()).unwrap();
    assert_eq!(serde_json::from_str::<AccessPlan>(&text).unwrap(), school());
    assert_eq!(
        serde_json::to_string(&AccessDecision::open(None)).unwrap(),
        r#"{"outcome":"open","audience":null}"#
    );
}

fn any_audience() -> impl Strategy<Value = Audience> {
    prop::sample::select(vec![Audience::Pickup, Audience::Staff, Audience::Resident, Audience::Public])
}

prop_compose! {
    fn any_plan()(
        stays in prop::collection::vec((any_audience(), 300i64..1400, 1i64..400), 0..14),
        capacity in 1u32..12,
    ) -> AccessPlan {
        let mut plan = school();
        let stays = stays.into_iter().zip(0u16..);
        plan.sharing.reservations =
            stays.map(|((audience, from, length), no)| reserved(no, audience, from, from + length)).collect();
        for limit in plan.sharing.pools.values_mut().flatten() {
            limit.limit.capacity = limit.limit.capacity.min(capacity);
        }
        plan
    }
}

prop_compose! {
    fn any_cars()(pickup in 0i64..4, staff in 0i64..4, resident in 0i64..3, public in 0i64..9) -> AudienceCounts {
        AudienceCounts { pickup, staff, resident, public }
    }
}

/// Minute by minute and without a sweep: the spaces left after one more car of the public.
fn left(plan: &AccessPlan, inside: AudienceCounts, minute: i64) -> i64 {
    let now = at(MIDNIGHT + minute);
    let limits = plan.sharing.pools.values().flatten();
    let limit = limits.filter(|limit| limit.from <= now).max_by_key(|limit| limit.from).unwrap();
    let to_come = |audience| {
        let all = plan.sharing.reservations.iter();
        all.filter(|r| r.audience == audience && r.from <= now && now < r.to).count() as i64
    };
    let quota = |audience| i64::from(limit.limit.quota.get(audience).unwrap_or(0));
    let claim = |audience| quota(audience).max(inside.of(audience) + to_come(audience));
    let first = claim(Audience::Pickup) + claim(Audience::Staff) + claim(Audience::Resident);
    let public = inside.public + to_come(Audience::Public) + 1;
    (i64::from(limit.limit.capacity) - first - public).min(quota(Audience::Public) - public)
}

proptest! {
    #[test]
    fn a_walk_in_never_takes_what_is_reserved_or_kept(plan in any_plan(), inside in any_cars(), minute in 300i64..1400) {
        let decision = ask(&plan, minute, inside);
        if let Some(until) = leave_by(decision) {
            prop_assert!(until >= minute + 15);
            for minute in minute..until {
                prop_assert!(left(&plan, inside, minute) >= 0, "at {}", minute);
            }
        }
    }

    #[test]
    fn a_walk_in_is_refused_only_where_something_would_be_taken(plan in any_plan(), inside in any_cars(), minute in 360i64..885) {
        if inside.total() < i64::from(CAPACITY) && !ask(&plan, minute, inside).opens() {
            prop_assert!((minute..minute + 15).any(|minute| left(&plan, inside, minute) < 0));
        }
    }

    #[test]
    fn a_valid_reservation_opens_unless_the_garage_is_full(plan in any_plan(), inside in any_cars(), minute in 300i64..1400) {
        for reservation in &plan.sharing.reservations {
            let passage = entry(reservation.plate.as_ref().unwrap(), minute, inside);
            let valid = reservation.enter_from <= passage.at && passage.at < reservation.enter_until;
            let decision = decide(Some(&plan), &passage);
            if valid && passage.occupied < i64::from(CAPACITY) {
                let by_it = matches!(decision, AccessDecision::Open { reservation: Some(id), .. } if id == reservation.id);
                prop_assert!(by_it, "{decision:?}");
            } else if valid {
                prop_assert_eq!(decision, AccessDecision::refuse(DenialReason::Full));
            }
        }
    }

    #[test]
    fn one_more_reservation_leaves_no_more_to_walk_ins(plan in any_plan(), inside in any_cars(), minute in 300i64..1400, audience in any_audience(), from in 300i64..1400, length in 1i64..400) {
        let before = leave_by(ask(&plan, minute, inside));
        let mut more = plan;
        more.sharing.reservations.push(reserved(99, audience, from, from + length));
        let after = leave_by(ask(&more, minute, inside));
        prop_assert!(after <= before, "{after:?} after {before:?}");
    }

    #[test]
    fn an_old_plan_decides_as_before(inside in any_cars(), minute in 0i64..2880, known in any::<bool>()) {
        let mut plan = school();
        plan.sharing = SharingPlan::default();
        plan.openings.iter_mut().for_each(|opening| opening.terms = None);
        let parent = plate("鲁B12345");
        let stranger = stranger();
        let passage = entry(if known { &parent } else { &stranger }, minute, inside);
        let open = |audience| plan.openings.iter().any(|o| o.audience == audience && o.contains(passage.at));
        let right = [Audience::Pickup, Audience::Public].into_iter().find(|a| open(*a) && (known || *a == Audience::Public));
        let expected = match right {
            None => AccessDecision::refuse(DenialReason::OutsideWindow),
            Some(_) if inside.total() >= i64::from(CAPACITY) => AccessDecision::refuse(DenialReason::Full),
            Some(audience) => AccessDecision::open(Some(audience)),
        };
        prop_assert_eq!(decide(Some(&plan), &passage), expected);
    }
}
