//! Contracts of people, sessions, codes, tokens and the audit log.

use std::time::Duration;

use store::seal::{SealPurpose, token_hash};
use store::{audit, bind_code, key_check, person, school, service_token, session, window};
use uuid::Uuid;

use crate::people::district::{class, fill, garage, person_id, pupil_id, school as school_id};

const HOUR: Duration = Duration::from_secs(3600);

contract!(a_session_is_found_until_it_ends, |fixture| async {
    let app = fixture.app();
    fill(&app).await;
    let (mother, now) = (person_id(&app, "G-mother").await, app.now());
    let (one, two) = (token_hash("one"), token_hash("two"));
    let mut tx = app.store.begin().await.unwrap();
    session::insert(&mut tx, &one, mother, now, now + HOUR).await.unwrap();
    session::insert(&mut tx, &two, mother, now, now + HOUR).await.unwrap();
    let live = session::find(&mut tx, &one, now).await.unwrap().unwrap();
    assert_eq!((live.person, live.expires_at), (mother, now + HOUR));
    assert!(session::find(&mut tx, &one, now + HOUR).await.unwrap().is_none());
    assert!(session::renew(&mut tx, &one, now + HOUR * 2).await.unwrap());
    assert!(!session::renew(&mut tx, &one, now + HOUR).await.unwrap(), "never shorter");
    assert!(session::find(&mut tx, &one, now + HOUR).await.unwrap().is_some());
    assert!(session::delete(&mut tx, &one).await.unwrap());
    assert!(!session::delete(&mut tx, &one).await.unwrap());
    assert_eq!(session::delete_of(&mut tx, mother).await.unwrap(), 1);
    assert!(session::find(&mut tx, &two, now).await.unwrap().is_none());
});

contract!(a_service_has_one_token, |fixture| async {
    let app = fixture.app();
    let mut tx = app.store.begin().await.unwrap();
    service_token::put(&mut tx, "mini", &token_hash("old"), app.now()).await.unwrap();
    service_token::put(&mut tx, "mini", &token_hash("new"), app.now()).await.unwrap();
    service_token::put(&mut tx, "other", &token_hash("other"), app.now()).await.unwrap();
    assert_eq!(service_token::find(&mut tx, &token_hash("old")).await.unwrap(), None);
    assert_eq!(service_token::find(&mut tx, &token_hash("new")).await.unwrap().as_deref(), Some("mini"));
});

contract!(a_code_is_redeemed_once_and_in_time, |fixture| async {
    let app = fixture.app();
    fill(&app).await;
    let (mother, now) = (person_id(&app, "G-mother").await, app.now());
    let mut tx = app.store.begin().await.unwrap();
    bind_code::put(&mut tx, b"first", mother, now + HOUR).await.unwrap();
    bind_code::put(&mut tx, b"second", mother, now + HOUR).await.unwrap();
    assert_eq!(bind_code::redeem(&mut tx, b"first", now).await.unwrap(), None, "replaced");
    assert_eq!(bind_code::redeem(&mut tx, b"second", now + HOUR).await.unwrap(), None, "too late");
    assert_eq!(bind_code::redeem(&mut tx, b"second", now).await.unwrap(), Some(mother));
    assert_eq!(bind_code::redeem(&mut tx, b"second", now).await.unwrap(), None, "used");
});

contract!(attempts_are_counted_in_spells, |fixture| async {
    let app = fixture.app();
    let now = app.now();
    let mut tx = app.store.begin().await.unwrap();
    for expected in 1..=3 {
        let attempts = bind_code::count_attempt(&mut tx, b"o-1", now, now - HOUR).await.unwrap();
        assert_eq!(attempts, expected);
    }
    assert_eq!(bind_code::count_attempt(&mut tx, b"o-2", now, now - HOUR).await.unwrap(), 1);
    let later = now + HOUR;
    assert_eq!(bind_code::count_attempt(&mut tx, b"o-1", later, now).await.unwrap(), 1, "a new spell");
    bind_code::forget_attempts(&mut tx, b"o-1").await.unwrap();
    assert_eq!(bind_code::count_attempt(&mut tx, b"o-1", later, now).await.unwrap(), 1);
});

contract!(a_person_is_found_by_key_and_account, |fixture| async {
    let app = fixture.app();
    fill(&app).await;
    let mother = person_id(&app, "G-mother").await;
    let openid = app.keys.sealed(SealPurpose::OpenId, "o-1").unwrap();
    let mut tx = app.store.begin().await.unwrap();
    assert_eq!(person::by_key(&mut tx, b"nobody").await.unwrap(), None);
    assert_eq!(person::by_openid(&mut tx, &openid.hash).await.unwrap(), None);
    assert!(person::bind(&mut tx, mother, &openid).await.unwrap());
    assert!(!person::bind(&mut tx, Uuid::now_v7().into(), &openid).await.unwrap());
    assert_eq!(person::by_openid(&mut tx, &openid.hash).await.unwrap(), Some(mother));
    assert!(person::unbind(&mut tx, mother).await.unwrap());
    assert_eq!(person::by_openid(&mut tx, &openid.hash).await.unwrap(), None);
    let name = person::name_enc(&mut tx, mother).await.unwrap().unwrap();
    assert_eq!(app.keys.open(SealPurpose::PersonName, &name).unwrap(), "梅妈妈");
    assert!(person::name_enc(&mut tx, Uuid::now_v7().into()).await.unwrap().is_none());
    person::lock(&mut tx, mother).await.unwrap();
});

contract!(children_and_classes_are_those_of_the_person, |fixture| async {
    let app = fixture.app();
    fill(&app).await;
    let (mother, father) = (person_id(&app, "G-mother").await, person_id(&app, "G-father").await);
    let (teacher, hall) = (person_id(&app, "T-1").await, person_id(&app, "H-hall").await);
    let mei = pupil_id(&app, "P-mei").await;
    let mut tx = app.store.begin_read().await.unwrap();
    let children = person::children(&mut tx, mother).await.unwrap();
    assert_eq!((children.len(), children[0].pupil, children[0].garage.clone()), (2, mei, garage()));
    assert_eq!(person::children(&mut tx, father).await.unwrap().len(), 1, "blocked for one");
    assert_eq!(school::taught_classes(&mut tx, teacher).await.unwrap().len(), 1);
    assert!(school::taught_class(&mut tx, teacher, &class("c-1")).await.unwrap().is_some());
    assert!(school::taught_class(&mut tx, teacher, &class("c-2")).await.unwrap().is_none());
    assert_eq!(school::hall_of(&mut tx, hall).await.unwrap().unwrap().id, school_id());
    assert!(school::hall_of(&mut tx, teacher).await.unwrap().is_none());
    assert_eq!(window::of_garage(&mut tx, &garage()).await.unwrap().len(), 1);
});

contract!(a_vehicle_is_registered_once_a_person, |fixture| async {
    let app = fixture.app();
    fill(&app).await;
    let (mother, other) = (person_id(&app, "G-mother").await, person_id(&app, "G-other").await);
    let plate = app.keys.sealed(SealPurpose::Plate, "鲁B11111").unwrap();
    let (id, now) = (Uuid::now_v7(), app.now());
    let mut tx = app.store.begin().await.unwrap();
    assert!(person::insert_vehicle(&mut tx, id.into(), mother, &plate, None, now).await.unwrap());
    assert!(
        !person::insert_vehicle(&mut tx, Uuid::now_v7().into(), mother, &plate, None, now).await.unwrap()
    );
    assert!(person::insert_vehicle(&mut tx, Uuid::now_v7().into(), other, &plate, None, now).await.unwrap());
    assert_eq!(person::vehicles(&mut tx, mother).await.unwrap().len(), 2);
    assert!(!person::delete_vehicle(&mut tx, id.into(), other).await.unwrap());
    assert!(person::delete_vehicle(&mut tx, id.into(), mother).await.unwrap());
});

contract!(the_first_key_stays, |fixture| async {
    let app = fixture.app();
    let mut tx = app.store.begin().await.unwrap();
    assert_eq!(key_check::read(&mut tx).await.unwrap(), None);
    key_check::put_first(&mut tx, b"first").await.unwrap();
    key_check::put_first(&mut tx, b"second").await.unwrap();
    assert_eq!(key_check::read(&mut tx).await.unwrap().as_deref(), Some(b"first".as_slice()));
});

contract!(the_audit_log_keeps_what_it_is_told, |fixture| async {
    let app = fixture.app();
    let entry = audit::AuditEntry {
        at: app.now(),
        actor_kind: "person",
        actor_id: "p",
        action: "plate.add",
        subject: "s",
        detail: "d",
    };
    let mut tx = app.store.begin().await.unwrap();
    audit::append(&mut tx, &entry).await.unwrap();
    let lines = audit::since(&mut tx, app.now(), 10).await.unwrap();
    assert_eq!((lines.len(), lines[0].action.as_str(), lines[0].detail.as_str()), (1, "plate.add", "d"));
    assert!(audit::since(&mut tx, app.now() + HOUR, 10).await.unwrap().is_empty());
});
