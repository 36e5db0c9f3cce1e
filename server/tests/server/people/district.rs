//! A school of two classes. Mei (梅) has a brother in the other class; her father is blocked for her alone.

use domain::access::Audience;
use domain::ids::{ArrivalId, ClassId, GarageId, PersonId, PupilId, SchoolId};
use domain::pickup::PickupState;
use domain::plate::Plate;
use domain::window::Weekdays;
use protocol::district::{
    ChildSpec, ClassSpec, DistrictSpec, GarageSpec, OperatorSpec, PermitSpec, PersonSpec, PupilSpec,
    SchoolSpec, WindowSpec,
};
use protocol::people::FeedCursor;
use server::app::{App, import};
use store::arrival::NewArrival;
use store::feed::NewFeedChange;
use store::seal::SealPurpose;
use store::{arrival, feed};
use uuid::Uuid;

pub(super) const FAMILY_CAR: &str = "鲁B12345";
pub(super) const FATHERS_CAR: &str = "鲁B67890";

pub(super) fn garage() -> GarageId {
    GarageId::parse("north").unwrap()
}

pub(super) fn school() -> SchoolId {
    SchoolId::parse("north-primary").unwrap()
}

pub(super) fn class(name: &str) -> ClassId {
    ClassId::parse(name).unwrap()
}

fn plate(text: &str) -> Plate {
    Plate::parse(text).unwrap()
}

pub(super) fn district() -> DistrictSpec {
    DistrictSpec {
        garages: vec![garage_spec()],
        schools: vec![SchoolSpec {
            id: school(),
            name: "北小学".to_owned(),
            garage: garage(),
            classes: vec![
                class_spec("c-1", "一(1)班", &[("P-mei", "梅小雨"), ("P-other", "何其他")]),
                class_spec("c-2", "一(2)班", &[("P-brother", "梅小风")]),
            ],
            calendar: None,
        }],
        people: people(),
        operators: vec![OperatorSpec {
            username: "keeper".to_owned(),
            name: "车库管理".to_owned(),
            garages: vec![garage()],
        }],
        source: None,
    }
}

fn garage_spec() -> GarageSpec {
    GarageSpec {
        id: garage(),
        name: "北车库".to_owned(),
        name_en: "North garage".to_owned(),
        operator_name: "北方停车".to_owned(),
        address: "北路 1 号".to_owned(),
        lat: 36.06,
        lon: 120.38,
        capacity: 107,
        pools: Vec::new(),
        windows: vec![WindowSpec::new(Audience::Pickup, Weekdays::SCHOOL_WEEK, 15 * 60 + 30, 120)],
        permits: vec![PermitSpec {
            plate: plate("鲁B00001"),
            audience: Audience::Resident,
            plate_color: None,
        }],
        published: None,
    }
}

fn class_spec(id: &str, name: &str, pupils: &[(&str, &str)]) -> ClassSpec {
    let pupil = |(key, name): &(&str, &str)| PupilSpec { key: (*key).to_owned(), name: (*name).to_owned() };
    ClassSpec { id: class(id), name: name.to_owned(), pupils: pupils.iter().map(pupil).collect() }
}

fn person(key: &str, name: &str) -> PersonSpec {
    PersonSpec { key: key.to_owned(), name: name.to_owned(), ..PersonSpec::default() }
}

fn child(pupil: &str, relation: &str, blocked: bool) -> ChildSpec {
    ChildSpec { pupil: pupil.to_owned(), relation: relation.to_owned(), blocked }
}

fn people() -> Vec<PersonSpec> {
    vec![
        PersonSpec { teaches: vec![class("c-1")], ..person("T-1", "张老师") },
        PersonSpec { teaches: vec![class("c-2")], ..person("T-2", "李老师") },
        PersonSpec {
            children: vec![child("P-mei", "母亲", false), child("P-brother", "母亲", false)],
            plates: vec![plate(FAMILY_CAR)],
            ..person("G-mother", "梅妈妈")
        },
        PersonSpec {
            children: vec![child("P-mei", "父亲", true), child("P-brother", "父亲", false)],
            plates: vec![plate(FATHERS_CAR)],
            ..person("G-father", "梅爸爸")
        },
        PersonSpec { children: vec![child("P-other", "爷爷", false)], ..person("G-other", "何爷爷") },
        PersonSpec { hall: Some(school()), ..person("H-hall", "候车厅") },
    ]
}

/// Fills an empty database.
pub(super) async fn fill(app: &App) {
    import::run(app, &district()).await.unwrap();
}

pub(super) async fn person_id(app: &App, key: &str) -> PersonId {
    import::person_id(app, key).await.unwrap().expect("the person is in the district")
}

pub(super) async fn pupil_id(app: &App, key: &str) -> PupilId {
    let hash = app.keys.hash(SealPurpose::Key, key);
    let mut tx = app.store.begin_read().await.unwrap();
    let pupils = store::import::pupils(&mut tx).await.unwrap();
    pupils[&hash].id.parse().unwrap()
}

/// A guardian's car arrives for a pupil of a class, as ingest writes it.
pub(super) async fn car_comes(app: &App, pupil: &str, of: &str) -> (ArrivalId, FeedCursor) {
    let (pupil, class, now) = (pupil_id(app, pupil).await, class(of), app.now());
    let car = app.keys.sealed(SealPurpose::Plate, FAMILY_CAR).unwrap();
    let mut tx = app.store.begin().await.unwrap();
    let cursor = feed::take_cursors(&mut tx, 1).await.unwrap();
    let new = NewArrival {
        id: Uuid::now_v7().into(),
        school: &school(),
        class: &class,
        pupil,
        garage: &garage(),
        day: now.local_date(),
        pickup: PickupState::arrived(now),
        arrived_at: now,
        changed_at: now,
        cursor,
        car: Some(&car),
        guardian: Some("母亲"),
        note: None,
        entry_event: None,
        entered_at: Some(now),
        doubt: None,
    };
    arrival::insert(&mut tx, &new).await.unwrap();
    let change = NewFeedChange { cursor, at: now, school: &school(), class: &class, arrival: new.id };
    feed::append(&mut tx, &change).await.unwrap();
    tx.commit().await.unwrap();
    app.wake(cursor);
    (new.id, cursor)
}
