//! Pools, windows, closures, rules and the book's row in the databases.

use std::time::Duration;

use crate::common::district::{MALL, SCHOOL, district, fill, garage};
use crate::common::{MONDAY, StoreFixture, time};
use domain::access::Audience;
use domain::calendar::DayKinds;
use domain::ids::{ClassId, GarageId, PoolId, WindowId};
use domain::minute::{Minute, Minutes};
use domain::shared_window::{ClassStagger, DailyHours, LessonRule, SharedWindow};
use domain::window::Weekdays;
use protocol::sharing::{PoolSpec, StaggerSpec, WindowSpec};
use server::app::import::{self, ImportError};
use server::app::sharing;
use store::closure::StoredClosure;
use store::pool::StoredPool;
use store::sharing_rules::SharingRules;
use store::{Store, Tx, book, closure, operator, pool, school, sharing_rules, window};
use uuid::Uuid;

async fn begin(f: &StoreFixture) -> Tx {
    f.store.begin().await.unwrap()
}

fn pool_id(id: &str) -> PoolId {
    PoolId::parse(id).unwrap()
}

fn own_space(id: &str, label: &str) -> StoredPool {
    StoredPool {
        id: pool_id(id),
        name: "私家".to_owned(),
        name_en: "Own".to_owned(),
        size: 1,
        spaces: vec![label.to_owned()],
    }
}

async fn versions(tx: &mut Tx, garages: &[GarageId]) -> Vec<(String, i64)> {
    let locked = book::lock(tx, garages).await.unwrap();
    locked.into_iter().map(|(garage, version)| (garage.to_string(), version)).collect()
}

contract!(books_are_locked_in_order_and_advance, |f| async {
    fill(&f.app()).await;
    let mut tx = begin(f).await;
    let unknown = GarageId::parse("nowhere").unwrap();
    let asked = [garage(SCHOOL), unknown, garage(MALL)];
    let before = versions(&mut tx, &asked).await;
    assert_eq!(before.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), [MALL, SCHOOL]);
    book::advance(&mut tx, &[garage(SCHOOL)]).await.unwrap();
    book::advance(&mut tx, &[]).await.unwrap();
    let after = versions(&mut tx, &asked).await;
    assert_eq!((after[0].1, after[1].1), (before[0].1, before[1].1 + 1));
    assert_eq!(book::version(&mut tx, &garage(SCHOOL)).await.unwrap(), Some(after[1].1));
    assert!(versions(&mut tx, &[]).await.is_empty());
    book::open(&mut tx, &garage(SCHOOL)).await.unwrap();
    assert_eq!(versions(&mut tx, &asked).await, after, "a row that is there stays");
});

#[tokio::test]
async fn who_comes_second_waits_for_the_row_and_sees_the_new_version() {
    let f = StoreFixture::postgres().await;
    fill(&f.app()).await;
    let mut first = begin(&f).await;
    let held = versions(&mut first, &[garage(SCHOOL)]).await;
    let store = f.store.clone();
    let second = tokio::spawn(async move {
        let mut tx = store.begin().await.unwrap();
        versions(&mut tx, &[garage(MALL), garage(SCHOOL)]).await
    });
    book::advance(&mut first, &[garage(SCHOOL)]).await.unwrap();
    first.commit().await.unwrap();
    let seen = tokio::time::timeout(testkit::wait::PATIENCE, second).await.unwrap().unwrap();
    assert_eq!(seen[1].1, held[0].1 + 1);
}

contract!(pools_keep_their_numbered_spaces_in_order, |f| async {
    fill(&f.app()).await;
    let (mut tx, here) = (begin(f).await, garage(SCHOOL));
    let mut main = pool::of_garage(&mut tx, &here).await.unwrap().remove(0);
    assert_eq!((main.id.as_str(), main.size, main.spaces.len()), ("main", 107, 0));
    main.size = 2;
    main.spaces = vec!["B-2".to_owned(), "B-1".to_owned()];
    let wanted = [main.clone(), own_space("own-1", "A-01")];
    pool::put(&mut tx, &here, &wanted).await.unwrap();
    assert_eq!(pool::of_garage(&mut tx, &here).await.unwrap(), wanted);
    // A label moves from one pool to another.
    main.spaces = vec!["A-01".to_owned(), "B-1".to_owned()];
    let moved = [main, own_space("own-1", "B-2")];
    pool::put(&mut tx, &here, &moved).await.unwrap();
    let everywhere = pool::everywhere(&mut tx).await.unwrap();
    assert_eq!(everywhere[&here], moved);
    assert_eq!(everywhere[&garage(MALL)].len(), 1);
});

contract!(a_pool_is_removed_when_nothing_uses_it, |f| async {
    fill(&f.app()).await;
    let (mut tx, here) = (begin(f).await, garage(MALL));
    assert!(!pool::unused(&mut tx, &here, &pool_id("main")).await.unwrap());
    pool::put(&mut tx, &here, &[own_space("own-1", "1")]).await.unwrap();
    let mut window = window::of_garage(&mut tx, &here).await.unwrap().remove(0).window;
    window.id = WindowId::parse("w-1").unwrap();
    window.pool = pool_id("own-1");
    window::put(&mut tx, &here, &window, time(MONDAY)).await.unwrap();
    assert!(!pool::unused(&mut tx, &here, &pool_id("own-1")).await.unwrap());
    window::end(&mut tx, &here, &window.id, time(MONDAY)).await.unwrap();
    assert!(pool::unused(&mut tx, &here, &pool_id("own-1")).await.unwrap());
    pool::remove(&mut tx, &here, &pool_id("own-1")).await.unwrap();
    assert_eq!(pool::of_garage(&mut tx, &here).await.unwrap().len(), 1);
});

fn every_field(like: &SharedWindow) -> SharedWindow {
    let mut window = like.clone();
    window.id = WindowId::parse("w-full").unwrap();
    window.name = "放学接送".to_owned();
    window.recurrence.kinds = DayKinds::try_from(0b011).unwrap();
    window.recurrence.lessons = LessonRule::LessonDays;
    window.recurrence.first_day = Some("2026-09-01".parse().unwrap());
    window.recurrence.last_day = Some("2027-01-20".parse().unwrap());
    window.hours = DailyHours { start_minute: 930, length_minutes: 125 };
    window.quota = 101;
    window.terms.min_stay = Minutes(1);
    window.terms.max_stay = Minutes(2);
    window.terms.horizon = Minutes(3);
    window.terms.lock_out = Some(DailyHours { start_minute: 1320, length_minutes: 480 });
    window.terms.early = Minutes(5);
    window.terms.grace = Minutes(6);
    window.terms.notice = Minutes(7);
    window.terms.bookable = false;
    window.terms.walk_in = false;
    let group =
        |class: &str, offset| ClassStagger { class: ClassId::parse(class).unwrap(), offset: Minutes(offset) };
    window.stagger = vec![group("c-1-1", 5), group("c-1-2", 10)];
    window
}

contract!(a_window_comes_back_as_it_was_written, |f| async {
    fill(&f.app()).await;
    let (mut tx, here) = (begin(f).await, garage(SCHOOL));
    let all = window::of_garage(&mut tx, &here).await.unwrap();
    let pickup = all.iter().find(|w| w.window.audience == Audience::Pickup).unwrap();
    let full = every_field(&pickup.window);
    assert_eq!(full.clone().checked().as_ref(), Ok(&full));
    window::put(&mut tx, &here, &full, time(MONDAY)).await.unwrap();
    let read = window::find(&mut tx, &here, &full.id).await.unwrap().unwrap();
    assert_eq!((&read.window, read.created_at, read.modified_at), (&full, time(MONDAY), time(MONDAY)));
    assert!(window::find(&mut tx, &garage(MALL), &full.id).await.unwrap().is_none());
    let later = time("2026-11-24T08:00:00+08:00");
    let changed = SharedWindow { stagger: full.stagger[1..].to_vec(), quota: 5, ..full.clone() };
    window::put(&mut tx, &here, &changed, later).await.unwrap();
    let read = window::find(&mut tx, &here, &full.id).await.unwrap().unwrap();
    assert_eq!((&read.window, read.created_at, read.modified_at), (&changed, time(MONDAY), later));
    let of_parents = window::of_audience(&mut tx, Audience::Pickup).await.unwrap();
    assert!(of_parents.contains(&(here.clone(), changed)));
    assert!(of_parents.iter().all(|(garage, window)| *garage == here && window.audience == Audience::Pickup));
});

contract!(an_ended_window_is_gone_until_it_begins_again, |f| async {
    fill(&f.app()).await;
    let (mut tx, here) = (begin(f).await, garage(MALL));
    let only = window::of_garage(&mut tx, &here).await.unwrap().remove(0).window;
    window::end(&mut tx, &garage(SCHOOL), &only.id, time(MONDAY)).await.unwrap();
    assert_eq!(window::of_garage(&mut tx, &here).await.unwrap().len(), 1, "another garage's is left alone");
    assert!(!window::was_ended(&mut tx, &here, &only.id).await.unwrap());
    window::end(&mut tx, &here, &only.id, time(MONDAY)).await.unwrap();
    assert!(window::was_ended(&mut tx, &here, &only.id).await.unwrap());
    assert!(!window::was_ended(&mut tx, &garage(SCHOOL), &only.id).await.unwrap());
    assert!(window::of_garage(&mut tx, &here).await.unwrap().is_empty());
    assert!(window::find(&mut tx, &here, &only.id).await.unwrap().is_none());
    window::put(&mut tx, &here, &only, time(MONDAY)).await.unwrap();
    assert_eq!(window::of_garage(&mut tx, &here).await.unwrap()[0].window, only);
});

async fn operator_id(f: &StoreFixture) -> String {
    let sql = "select id from operator";
    match &f.store {
        Store::Sqlite { read, .. } => sqlx::query_scalar(sql).fetch_one(read).await.unwrap(),
        Store::Postgres(pool) => sqlx::query_scalar(sql).fetch_one(pool).await.unwrap(),
    }
}

contract!(names_and_classes_that_operators_use_are_found, |f| async {
    fill(&f.app()).await;
    let mut tx = begin(f).await;
    let classes = school::classes_at(&mut tx, &garage(SCHOOL)).await.unwrap();
    let ids: Vec<&str> = classes.iter().map(ClassId::as_str).collect();
    assert_eq!(ids, ["c-1-1", "c-1-2"]);
    assert!(school::classes_at(&mut tx, &garage(MALL)).await.unwrap().is_empty());
    let li = operator::by_username(&mut tx, "li").await.unwrap().unwrap().id;
    assert_eq!(operator::name(&mut tx, &li).await.unwrap().as_deref(), Some("李值班"));
    assert_eq!(operator::name(&mut tx, "nobody").await.unwrap(), None);
});

contract!(a_closure_is_seen_until_it_is_over_or_ended, |f| async {
    fill(&f.app()).await;
    let operator = operator_id(f).await;
    let (mut tx, here) = (begin(f).await, garage(SCHOOL));
    let whole = StoredClosure {
        id: Uuid::now_v7(),
        pool: None,
        audience: None,
        from: time("2026-11-24T08:00:00+08:00"),
        until: time("2026-11-24T10:00:00+08:00"),
        spaces: None,
        reason: "消防演练".to_owned(),
        operator,
        operator_name: "李值班".to_owned(),
        created_at: time(MONDAY),
    };
    let part = StoredClosure {
        id: Uuid::now_v7(),
        pool: Some(pool_id("main")),
        audience: Some(Audience::Public),
        spaces: Some(7),
        ..whole.clone()
    };
    assert!(closure::insert(&mut tx, &here, &whole).await.unwrap());
    assert!(!closure::insert(&mut tx, &here, &whole).await.unwrap(), "once");
    assert!(closure::insert(&mut tx, &here, &part).await.unwrap());
    let before_end = whole.until - Duration::from_micros(1);
    assert_eq!(closure::open(&mut tx, &here, before_end).await.unwrap(), [whole.clone(), part.clone()]);
    assert!(closure::open(&mut tx, &here, whole.until).await.unwrap().is_empty());
    assert!(closure::open(&mut tx, &garage(MALL), before_end).await.unwrap().is_empty());
    closure::end(&mut tx, &here, whole.id, time(MONDAY)).await.unwrap();
    assert_eq!(closure::find(&mut tx, &here, whole.id).await.unwrap(), None);
    assert_eq!(closure::find(&mut tx, &here, part.id).await.unwrap(), Some(part.clone()));
    assert_eq!(closure::open_everywhere(&mut tx, before_end).await.unwrap(), [(here, part)]);
});

contract!(rules_are_the_usual_ones_until_they_are_written, |f| async {
    fill(&f.app()).await;
    let (mut tx, here) = (begin(f).await, garage(SCHOOL));
    assert_eq!(sharing_rules::find(&mut tx, &here).await.unwrap(), None);
    for strikes in [2, 5] {
        let rules = SharingRules { strikes, block_days: 14, ..SharingRules::default() };
        sharing_rules::put(&mut tx, &here, &rules).await.unwrap();
        assert_eq!(sharing_rules::find(&mut tx, &here).await.unwrap(), Some(rules));
    }
});

contract!(a_plate_is_blocked_from_a_time_to_a_time, |f| async {
    fill(&f.app()).await;
    let from = time(MONDAY);
    let sql = format!(
        "insert into block (id, garage_id, plate_hash, plate_enc, reason, by_rule, from_at, until_at) \
         select 'b', id, x.h, x.h, 'r', 0, {}, {} from garage, (select cast('h' as {{}}) as h) x where id = '{SCHOOL}'",
        from.micros(),
        from.micros() + 10,
    );
    match &f.store {
        Store::Sqlite { write, .. } => {
            sqlx::query(sqlx::AssertSqlSafe(sql.replace("{}", "blob")))
                .execute(write)
                .await
                .map(|_| ())
                .unwrap();
        }
        Store::Postgres(pool) => {
            sqlx::query(sqlx::AssertSqlSafe(sql.replace("{}", "bytea")))
                .execute(pool)
                .await
                .map(|_| ())
                .unwrap();
        }
    }
    let mut tx = begin(f).await;
    let at = |offset: u64| from + Duration::from_micros(offset);
    let expected = vec![b"h".to_vec()];
    assert_eq!(sharing_rules::blocked_plates(&mut tx, &garage(SCHOOL), at(0)).await.unwrap(), expected);
    assert!(sharing_rules::blocked_plates(&mut tx, &garage(SCHOOL), at(10)).await.unwrap().is_empty());
    assert!(sharing_rules::blocked_plates(&mut tx, &garage(MALL), at(0)).await.unwrap().is_empty());
    let end = async |tx: &mut Tx, offset| {
        sharing_rules::next_block_end(tx, &garage(SCHOOL), at(offset)).await.unwrap()
    };
    assert_eq!(end(&mut tx, 0).await, Some(at(10)));
    assert_eq!(end(&mut tx, 10).await, None);
});

contract!(a_layout_reaches_beyond_the_longest_horizon, |f| async {
    let app = f.app();
    fill(&app).await;
    let mut tx = begin(f).await;
    let layout = sharing::layout(&app, &mut tx, &garage(SCHOOL), app.now()).await.unwrap();
    assert_eq!(layout.pools[&pool_id("main")].size, 107);
    assert!(layout.openings.is_sorted_by_key(|opening| opening.span));
    let last = layout.openings.iter().rfind(|o| o.audience == Audience::Public).unwrap();
    assert_eq!(last.span.from().timestamp(), time("2027-01-02T18:00:00+08:00"));
    // Sunday was no school day; its public night still ran in the morning.
    let first = &layout.openings[0];
    assert_eq!(first.span.from(), Minute::floor(time("2026-11-22T18:00:00+08:00")));
    assert_eq!((first.audience, first.quota, first.terms.min_stay), (Audience::Public, 107, Minutes(15)));
});

contract!(a_closure_shuts_what_is_open_now, |f| async {
    let app = f.app();
    fill(&app).await;
    let operator = operator_id(f).await;
    let (mut tx, here, now) = (begin(f).await, garage(SCHOOL), app.now());
    let pickup = |all: &[domain::shared_window::WindowOpening]| {
        all.iter().any(|o| o.audience == Audience::Pickup && o.span.contains(Minute::floor(now)))
    };
    assert!(pickup(&sharing::openings(&app, &mut tx, &here, now).await.unwrap()));
    let closed = StoredClosure {
        id: Uuid::now_v7(),
        pool: None,
        audience: None,
        from: now,
        until: now + Duration::from_secs(3600),
        spaces: None,
        reason: "r".to_owned(),
        operator,
        operator_name: String::new(),
        created_at: now,
    };
    closure::insert(&mut tx, &here, &closed).await.unwrap();
    assert!(!pickup(&sharing::openings(&app, &mut tx, &here, now).await.unwrap()));
});

contract!(a_file_may_say_all_of_a_window, |f| async {
    let app = f.app();
    let mut file = district();
    let pool = |id: &str, size| PoolSpec {
        id: pool_id(id),
        name: "池".to_owned(),
        name_en: "Pool".to_owned(),
        size,
        spaces: Vec::new(),
    };
    file.garages[0].pools = vec![pool("pickup", 60), pool("main", 40)];
    let pickup = &mut file.garages[0].windows[0];
    pickup.pool = Some(pool_id("pickup"));
    pickup.lessons = Some(LessonRule::LessonDays);
    pickup.stagger = vec![StaggerSpec { class: ClassId::parse("c-1-2").unwrap(), offset_minutes: 15 }];
    import::run(&app, &file).await.unwrap();
    let mut tx = begin(f).await;
    let before = book::version(&mut tx, &garage(SCHOOL)).await.unwrap();
    let stored = window::of_garage(&mut tx, &garage(SCHOOL)).await.unwrap();
    let pickup = &stored.iter().find(|s| s.window.audience == Audience::Pickup).unwrap().window;
    assert_eq!((pickup.id.as_str(), pickup.quota, pickup.stagger.len()), ("school-0", 60, 1));
    let night = &stored.iter().find(|s| s.window.audience == Audience::Public).unwrap().window;
    assert_eq!((night.id.as_str(), night.quota, night.terms.min_stay), ("school-2", 40, Minutes(15)));
    tx.commit().await.unwrap();
    assert_eq!(import::run(&app, &file).await.unwrap().garages.unchanged, 2);
    let mut tx = begin(f).await;
    assert_eq!(book::version(&mut tx, &garage(SCHOOL)).await.unwrap(), before, "nothing has changed");
});

contract!(a_later_file_changes_ends_and_keeps_what_operators_have_entered, |f| async {
    let app = f.app();
    import::run(&app, &district()).await.unwrap();
    let here = garage(SCHOOL);
    let mut tx = begin(f).await;
    let before = book::version(&mut tx, &here).await.unwrap().unwrap();
    let mut own = window::of_garage(&mut tx, &here).await.unwrap()[0].window.clone();
    own.id = WindowId::parse("0193a1f0").unwrap();
    window::put(&mut tx, &here, &own, app.now()).await.unwrap();
    tx.commit().await.unwrap();
    let mut file = district();
    file.garages[0].windows.truncate(1);
    file.garages[0].windows[0].length_minutes = 90;
    file.garages[0].pools = vec![PoolSpec {
        id: pool_id("other"),
        name: "池".to_owned(),
        name_en: "Pool".to_owned(),
        size: 50,
        spaces: Vec::new(),
    }];
    file.garages[0].windows[0].pool = Some(pool_id("other"));
    assert_eq!(import::run(&app, &file).await.unwrap().garages.changed, 1);
    let mut tx = begin(f).await;
    let ids: Vec<String> = window::of_garage(&mut tx, &here)
        .await
        .unwrap()
        .iter()
        .map(|stored| stored.window.id.to_string())
        .collect();
    assert_eq!(ids, ["0193a1f0", "school-0"]);
    assert_eq!(pool::of_garage(&mut tx, &here).await.unwrap().len(), 2, "main is still used");
    assert!(book::version(&mut tx, &here).await.unwrap().unwrap() > before);
});

contract!(what_a_file_contradicts_itself_in_is_said, |f| async {
    let app = f.app();
    let mut file = district();
    import::run(&app, &file).await.unwrap();
    assert!(import::contradictions(&app, &file.garages).await.unwrap().is_empty());
    let early = WindowSpec::new(Audience::Pickup, Weekdays::SCHOOL_WEEK, 14 * 60, 90);
    file.garages[0].windows.push(early);
    import::run(&app, &file).await.unwrap();
    let told = import::contradictions(&app, &file.garages).await.unwrap();
    let [told] = told.as_slice() else { panic!("{told:?}") };
    assert!(
        told.starts_with("school: `pickup` and `pickup` are open at the same time, first on 2026-11-23"),
        "{told}"
    );
});

contract!(mistakes_in_windows_and_pools_name_their_field, |f| async {
    type WindowDamage = fn(&mut WindowSpec);
    let cases: [(WindowDamage, &str); 4] = [
        (|w| w.quota = Some(108), "garages[0].windows[0].quota"),
        (|w| w.pool = Some(PoolId::parse("roof").unwrap()), "garages[0].windows[0].pool"),
        (|w| w.grace_minutes = Some(1000), "garages[0].windows[0].grace_minutes"),
        (
            |w| {
                let class = ClassId::parse("c-9").unwrap();
                w.stagger = vec![StaggerSpec { class, offset_minutes: 1 }];
            },
            "garages[0].windows[0].stagger[0].class",
        ),
    ];
    for (spoil, field) in cases {
        let mut file = district();
        spoil(&mut file.garages[0].windows[0]);
        match import::run(&f.app(), &file).await {
            Err(ImportError::Invalid(invalid)) => assert_eq!(invalid.field, field),
            other => panic!("{field}: {other:?}"),
        }
    }
});
