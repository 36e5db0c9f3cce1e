//! The district file.

use domain::ids::ClassId;
use protocol::district::{ChildSpec, DistrictSpec, PersonSpec};
use server::app::App;
use server::app::import::{ImportCounts, ImportError, ImportTally, run};

use crate::people::district::{class, district, garage, person_id, pupil_id};

async fn modified(app: &App) -> i64 {
    let mut tx = app.store.begin_read().await.unwrap();
    let garage = store::garage::find(&mut tx, &garage()).await.unwrap().unwrap();
    garage.modified_at.micros()
}

fn changes(counts: &ImportCounts) -> usize {
    counts.named().iter().map(|(_, tally)| tally.added + tally.changed).sum()
}

contract!(importing_twice_changes_nothing, |fixture| async {
    let app = fixture.app();
    let first = run(&app, &district()).await.unwrap();
    assert_eq!(first.people, ImportTally { added: 6, ..ImportTally::default() });
    assert_eq!(first.pupils, ImportTally { added: 3, ..ImportTally::default() });
    let before = modified(&app).await;
    fixture.clock.advance(std::time::Duration::from_secs(60));
    let second = run(&app, &district()).await.unwrap();
    assert_eq!(changes(&second), 0, "{second:?}");
    assert_eq!(second.people.unchanged, 6);
    assert_eq!(modified(&app).await, before);
});

contract!(a_second_import_changes_what_differs_and_keeps_who_is_missing, |fixture| async {
    let app = fixture.app();
    run(&app, &district()).await.unwrap();
    let (teacher, mei) = (person_id(&app, "T-1").await, pupil_id(&app, "P-mei").await);
    let before = modified(&app).await;
    fixture.clock.advance(std::time::Duration::from_secs(60));
    let mut changed = district();
    changed.garages[0].windows[0].length_minutes = 90;
    changed.schools[0].classes[0].pupils[0].name = "梅大雨".to_owned();
    changed.people.truncate(1);
    changed.people[0].teaches = vec![class("c-2")];
    let counts = run(&app, &changed).await.unwrap();
    assert_eq!((counts.garages.changed, counts.pupils.changed, counts.people.changed), (1, 1, 1));
    assert!(modified(&app).await > before);
    assert_eq!((person_id(&app, "T-1").await, pupil_id(&app, "P-mei").await), (teacher, mei));
    person_id(&app, "G-mother").await;
    let mut tx = app.store.begin_read().await.unwrap();
    let taught = store::school::taught_classes(&mut tx, teacher).await.unwrap();
    assert_eq!(taught.iter().map(|c| c.id.clone()).collect::<Vec<_>>(), [class("c-2")]);
});

contract!(a_file_may_refer_to_what_is_in_the_database, |fixture| async {
    let app = fixture.app();
    run(&app, &district()).await.unwrap();
    let aunt = PersonSpec {
        key: "G-aunt".to_owned(),
        name: "梅阿姨".to_owned(),
        children: vec![ChildSpec {
            pupil: "P-mei".to_owned(), relation: "阿姨".to_owned(), blocked: false
        }],
        ..PersonSpec::default()
    };
    let counts = run(&app, &DistrictSpec { people: vec![aunt], ..DistrictSpec::default() }).await.unwrap();
    assert_eq!(counts.people.added, 1);
});

type DistrictDamage = fn(&mut DistrictSpec);

contract!(mistakes_name_their_field_and_nothing_is_written, |fixture| async {
    let app = fixture.app();
    let cases: [(DistrictDamage, &str); 14] = [
        (|d| d.garages[0].capacity = 0, "garages[0].capacity"),
        (|d| d.garages[0].lat = 90.1, "garages[0].lat"),
        (|d| d.garages[0].lon = f64::NAN, "garages[0].lon"),
        (|d| d.garages[0].name = " ".to_owned(), "garages[0].name"),
        (|d| d.garages.push(d.garages[0].clone()), "garages[1].id"),
        (|d| d.garages[0].windows[0].start_minute = 1440, "garages[0].windows[0].start_minute"),
        (|d| d.garages[0].windows[0].length_minutes = 0, "garages[0].windows[0].length_minutes"),
        (|d| d.schools[0].classes[1].id = class("c-1"), "schools[0].classes[1].id"),
        (|d| d.schools[0].garage = domain::ids::GarageId::parse("x").unwrap(), "schools[0].garage"),
        (
            |d| d.schools[0].classes[0].pupils[1].name = "名".repeat(41),
            "schools[0].classes[0].pupils[1].name",
        ),
        (
            |d| d.schools[0].classes[1].pupils[0].key = "P-mei".to_owned(),
            "schools[0].classes[1].pupils[0].key",
        ),
        (|d| d.people[0].teaches = vec![ClassId::parse("c-9").unwrap()], "people[0].teaches[0]"),
        (|d| d.people[2].children[1].pupil = "P-none".to_owned(), "people[2].children[1].pupil"),
        (|d| d.people[1].key = "T-1".to_owned(), "people[1].key"),
    ];
    for (spoil, field) in cases {
        let mut spoilt = district();
        spoil(&mut spoilt);
        match run(&app, &spoilt).await {
            Err(ImportError::Invalid(invalid)) => assert_eq!(invalid.field, field),
            other => panic!("{field}: {other:?}"),
        }
    }
    let counts = run(&app, &district()).await.unwrap();
    assert_eq!(counts.garages.added, 1, "the failed imports left nothing behind");
});
