use proptest::prelude::*;

use super::super::tests::{autumn, date, evening, minute, pickup, pool, school, window};
use super::*;
use crate::calendar::SchoolCalendar;
use crate::shared_window::DailyHours;
use crate::window::Weekdays;

fn pools(size: u32) -> BTreeMap<PoolId, SpacePool> {
    BTreeMap::from([(pool(), SpacePool { size, spaces: Vec::new() })])
}

fn found(windows: &[SharedWindow], size: u32) -> Vec<WindowConflict> {
    let schools = [school(SchoolCalendar::default())];
    conflicts(windows, &pools(size), &autumn(), &schools, date("2026-09-21"), 20)
}

fn names(conflict: &WindowConflict) -> Vec<&str> {
    conflict.windows.iter().map(WindowId::as_str).collect()
}

#[test]
fn two_windows_of_one_audience_may_meet_but_not_overlap() {
    let friday = |id, start, length| {
        window(id, Audience::Public, Weekdays::try_from(0b1_0000).unwrap(), start, length)
    };
    // The first Friday is a holiday, the second as well.
    assert_eq!(found(&[friday("a", 600, 60), friday("b", 660, 60)], 100), []);
    let overlap = found(&[friday("b", 659, 60), friday("a", 600, 60)], 100);
    let [conflict] = overlap.as_slice() else { panic!("{overlap:?}") };
    assert_eq!((&conflict.clash, names(conflict)), (&WindowClash::Overlap, vec!["a", "b"]));
    assert!(conflict.clash.is_refused());
    assert_eq!(conflict.span, MinuteSpan::new(minute("2026-10-09T10:59"), minute("2026-10-09T11:00")).ok());
}

#[test]
fn a_night_may_overlap_the_next_morning() {
    let mornings = window("mornings", Audience::Public, Weekdays::ALL, 7 * 60, 60);
    let overlap = found(&[evening(), mornings], 100);
    assert_eq!(overlap[0].clash, WindowClash::Overlap);
    assert_eq!(overlap[0].span.map(MinuteSpan::from), Some(minute("2026-09-22T07:00")), "the first date");
}

#[test]
fn a_quota_is_at_most_the_pool() {
    let too_many = found(&[SharedWindow { quota: 108, ..pickup() }], 107);
    assert_eq!(too_many[0].clash, WindowClash::QuotaAbovePool { quota: 108, size: 107 });
    assert_eq!(found(&[SharedWindow { quota: 107, ..pickup() }], 107), []);
    let mut elsewhere = pickup();
    elsewhere.pool = PoolId::parse("roof").unwrap();
    assert_eq!(found(&[elsewhere], 107)[0].clash, WindowClash::NoSuchPool);
}

#[test]
fn quotas_together_say_who_comes_first_and_what_is_left() {
    let staff = SharedWindow { quota: 30, ..window("staff", Audience::Staff, Weekdays::ALL, 420, 720) };
    let public = SharedWindow { quota: 50, ..window("public", Audience::Public, Weekdays::ALL, 420, 720) };
    let explained = found(&[public, staff, SharedWindow { quota: 80, ..pickup() }], 100);
    assert!(explained.iter().all(|conflict| !conflict.clash.is_refused()));
    let all = explained.iter().find(|conflict| conflict.windows.len() == 3).unwrap();
    let WindowClash::QuotasTogether { size: 100, shares } = &all.clash else { panic!("{all:?}") };
    let left: Vec<_> = shares.iter().map(|share| (share.audience, share.left)).collect();
    assert_eq!(left, [(Audience::Pickup, 80), (Audience::Staff, 20), (Audience::Public, 0)]);
    assert_eq!(all.span.map(MinuteSpan::from), Some(minute("2026-09-21T15:30")));
    let warned = |c: &&WindowConflict| c.clash == WindowClash::PublicDuringPickup;
    assert_eq!(names(explained.iter().find(warned).unwrap()), ["pickup", "public"]);
}

#[test]
fn the_public_cannot_be_sent_away_while_nobody_may_move() {
    let locked = |start_minute, length_minutes| {
        let mut window = evening();
        window.terms.lock_out = Some(DailyHours { start_minute, length_minutes });
        found(&[window], 100)
    };
    // It ends at 07:30.
    assert_eq!(locked(22 * 60, 8 * 60), []);
    assert_eq!(locked(22 * 60, 9 * 60 + 30), [], "just when it is over");
    assert_eq!(locked(7 * 60 + 30, 60), [], "just when it begins");
    assert_eq!(locked(22 * 60, 10 * 60)[0].clash, WindowClash::EndsInLockOut);
}

prop_compose! {
    fn any_windows()(
        parts in prop::collection::vec((1_u8..=127, 0_u32..1440, 1_u32..=1440, 1_u32..60, 0_usize..3), 0..5)
    ) -> Vec<SharedWindow> {
        let audiences = [Audience::Pickup, Audience::Resident, Audience::Public];
        parts.into_iter().enumerate().map(|(i, (weekdays, start, length, quota, audience))| {
            let weekdays = Weekdays::try_from(weekdays).unwrap();
            let id = format!("w-{i}");
            SharedWindow { quota, ..window(&id, audiences[audience], weekdays, start, length) }
        }).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Minute by minute.
    #[test]
    fn conflicts_are_what_every_minute_shows(windows in any_windows()) {
        let (size, first, days) = (100, date("2026-09-21"), 9);
        let conflicts = conflicts(&windows, &pools(size), &autumn(), &[], first, days);
        let openings: Vec<_> =
            windows.iter().flat_map(|w| w.openings(&autumn(), &[], first, days)).collect();
        let (mut overlaps, mut sums) = (BTreeSet::new(), BTreeSet::new());
        let start = minute("2026-09-21T00:00").get();
        for minute in (start..start + i64::from(days + 1) * 1440).map(Minute::new) {
            let open: Vec<_> = openings.iter().filter(|o| o.span.contains(minute)).collect();
            let audiences: BTreeSet<_> = open.iter().map(|o| o.audience).collect();
            if audiences.len() > 1 && open.iter().map(|o| o.quota).sum::<u32>() > size {
                sums.insert(open.iter().map(|o| o.window.clone()).collect::<BTreeSet<_>>());
            }
            for (i, one) in open.iter().enumerate() {
                for other in &open[i + 1..] {
                    if one.audience == other.audience {
                        overlaps.insert(BTreeSet::from([one.window.clone(), other.window.clone()]));
                    }
                }
            }
        }
        let of = |kind: fn(&WindowClash) -> bool| -> BTreeSet<BTreeSet<WindowId>> {
            let of_kind = conflicts.iter().filter(|c| kind(&c.clash));
            of_kind.map(|c| c.windows.iter().cloned().collect()).collect()
        };
        prop_assert_eq!(of(|c| *c == WindowClash::Overlap), overlaps);
        // Of windows that are open together, each set is found that is not part of a longer one.
        let said = of(|c| matches!(c, WindowClash::QuotasTogether { .. }));
        prop_assert!(said.is_subset(&sums));
        prop_assert!(sums.iter().all(|sum| said.iter().any(|s| s.is_superset(sum))));
    }
}
