//! Contracts of the arrivals and the feed.

use domain::pickup::{PickupAct, PickupPhase, PickupState};
use store::arrival::{self, LastArrivalAct};
use store::arrival_entry;
use store::feed::{self, SPAN};
use store::seal::SealPurpose;
use uuid::Uuid;

use crate::people::district::{FAMILY_CAR, car_comes, class, fill, garage, person_id, pupil_id, school};

contract!(an_arrival_comes_back_as_it_was_written, |fixture| async {
    let app = fixture.app();
    fill(&app).await;
    let (id, cursor) = car_comes(&app, "P-mei", "c-1").await;
    let mut tx = app.store.begin_read().await.unwrap();
    let row = arrival::find(&mut tx, id).await.unwrap().unwrap();
    assert_eq!((row.school, row.class, row.garage), (school(), class("c-1"), garage()));
    assert_eq!((row.order, row.cursor, row.pickup), (1, cursor, PickupState::arrived(app.now())));
    assert_eq!(app.keys.open(SealPurpose::PupilName, &row.pupil_name_enc).unwrap(), "梅小雨");
    assert_eq!(app.keys.open(SealPurpose::Plate, &row.plate_enc.unwrap()).unwrap(), FAMILY_CAR);
    assert_eq!((row.note, row.car_left_at, row.last_act, row.teacher_name_enc), (None, None, None, None));
    assert_eq!((row.class_name.as_str(), row.guardian.as_deref()), ("一(1)班", Some("母亲")));
    assert!(arrival::find(&mut tx, Uuid::now_v7().into()).await.unwrap().is_none());
});

contract!(an_act_is_kept_with_who_did_it_and_on_what, |fixture| async {
    let app = fixture.app();
    fill(&app).await;
    let (id, seen) = car_comes(&app, "P-mei", "c-1").await;
    let teacher = person_id(&app, "T-1").await;
    let mut tx = app.store.begin().await.unwrap();
    let cursor = feed::take_cursors(&mut tx, 1).await.unwrap();
    let last = LastArrivalAct { act: PickupAct::Release, seen };
    let pickup = PickupState::arrived(app.now()).act(PickupAct::Release, app.now()).unwrap();
    assert!(arrival::act(&mut tx, id, last, pickup, teacher, cursor).await.unwrap());
    assert!(!arrival::act(&mut tx, Uuid::now_v7().into(), last, pickup, teacher, 99).await.unwrap());
    let row = arrival::find(&mut tx, id).await.unwrap().unwrap();
    assert_eq!((row.pickup.phase, row.last_act, row.cursor), (PickupPhase::Released, Some(last), cursor));
    let name = row.teacher_name_enc.unwrap();
    assert_eq!(app.keys.open(SealPurpose::PersonName, &name).unwrap(), "张老师");
});

contract!(a_car_that_left_is_not_inside, |fixture| async {
    let app = fixture.app();
    fill(&app).await;
    let (id, _) = car_comes(&app, "P-mei", "c-1").await;
    let hash = app.keys.hash(SealPurpose::Plate, FAMILY_CAR);
    let mut tx = app.store.begin().await.unwrap();
    assert_eq!(arrival::with_cars_inside(&mut tx, &[(&garage(), &hash)]).await.unwrap().len(), 1);
    let cursor = feed::take_cursors(&mut tx, 1).await.unwrap();
    arrival_entry::set_cars_left(&mut tx, &[(id, app.now(), cursor)]).await.unwrap();
    assert!(arrival::with_cars_inside(&mut tx, &[(&garage(), &hash)]).await.unwrap().is_empty());
    let mei = pupil_id(&app, "P-mei");
    tx.commit().await.unwrap();
    let mut tx = app.store.begin_read().await.unwrap();
    let rows = arrival::of_pupil(&mut tx, mei.await, app.now().local_date()).await.unwrap();
    assert_eq!((rows[0].car_left_at, rows[0].cursor), (Some(app.now()), cursor));
});

contract!(lists_keep_to_their_class_school_and_day, |fixture| async {
    let app = fixture.app();
    fill(&app).await;
    car_comes(&app, "P-mei", "c-1").await;
    car_comes(&app, "P-brother", "c-2").await;
    let (today, tomorrow) = (app.now().local_date(), app.now().local_date().succ_opt().unwrap());
    let mut tx = app.store.begin_read().await.unwrap();
    assert_eq!(arrival::board(&mut tx, &class("c-1"), today).await.unwrap().len(), 1);
    assert!(arrival::board(&mut tx, &class("c-1"), tomorrow).await.unwrap().is_empty());
    assert_eq!(arrival::hall(&mut tx, &school(), today, app.now()).await.unwrap().len(), 2);
    assert!(arrival::hall(&mut tx, &school(), tomorrow, app.now()).await.unwrap().is_empty());
    let of_school = arrival::changed_in_school(&mut tx, &school(), today, 1, 10).await.unwrap();
    assert_eq!(of_school.iter().map(|row| row.cursor).collect::<Vec<_>>(), [2]);
    assert!(arrival::changed_in_class(&mut tx, &class("c-1"), today, 1, 10).await.unwrap().is_empty());
    assert_eq!(arrival::changed_in_school(&mut tx, &school(), today, 0, 1).await.unwrap().len(), 1);
});

contract!(cursors_that_are_not_committed_are_given_back, |fixture| async {
    let app = fixture.app();
    let mut tx = app.store.begin().await.unwrap();
    assert_eq!(feed::take_cursors(&mut tx, 5).await.unwrap(), 5);
    drop(tx);
    let mut tx = app.store.begin().await.unwrap();
    assert_eq!(feed::take_cursors(&mut tx, 0).await.unwrap(), 0);
    assert_eq!(feed::take_cursors(&mut tx, 2).await.unwrap(), 2);
    tx.commit().await.unwrap();
    let mut tx = app.store.begin_read().await.unwrap();
    assert_eq!(feed::head(&mut tx).await.unwrap(), 2);
});

contract!(news_are_the_newest_of_each_class_in_the_span, |fixture| async {
    let app = fixture.app();
    fill(&app).await;
    car_comes(&app, "P-mei", "c-1").await;
    car_comes(&app, "P-brother", "c-2").await;
    car_comes(&app, "P-other", "c-1").await;
    let mut tx = app.store.begin_read().await.unwrap();
    let all = feed::news(&mut tx, 0, SPAN).await.unwrap();
    assert_eq!(all.iter().map(|n| n.cursor).collect::<Vec<_>>(), [2, 3]);
    let early = feed::news(&mut tx, 0, 1).await.unwrap();
    assert_eq!((early.len(), early[0].class.clone(), early[0].cursor), (1, class("c-1"), 1));
    assert!(feed::news(&mut tx, 3, SPAN).await.unwrap().is_empty());
});
