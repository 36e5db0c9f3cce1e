//! A client's key makes a repetition harmless.

use domain::allocation::ReservationIntent;
use domain::allocation::entry::EntryPhase;
use server::app::allocation::{
    AllocationError, AllocationRequest, RequestActor, ReserveRequest, run, submit,
};
use server::app::idempotency::IdempotencyKey;
use tokio_util::sync::CancellationToken;

use crate::allocation::place::{AllocationFixture, mall, one, span};

contract!(the_same_key_gives_the_same_reservation, |f| async {
    let place = AllocationFixture::open(f, 9).await;
    let (hour, longer) = (span("18:00", "19:00"), span("18:00", "20:00"));
    let made = place.reserve(0, "k", hour).await;
    assert_eq!(place.reserve(0, "k", hour).await, made);
    // The reservation as it is now, also after a change or its end.
    let changed = place.change(0, made.entry.id, longer).await.unwrap();
    assert_eq!(place.reserve(0, "k", hour).await, changed);
    let cancelled = place.cancel(0, made.entry.id).await.unwrap();
    assert_eq!(place.reserve(0, "k", hour).await, cancelled);
    // The same key of another caller is another key.
    assert_ne!(place.reserve(1, "k", hour).await.entry.id, made.entry.id);
    let operator = ReserveRequest {
        by: RequestActor::Operator("li".to_owned()),
        ..place.ask(2, "k", hour, ReservationIntent::Confirm)
    };
    assert!(place.one(AllocationRequest::Reserve(operator)).await.unwrap().entry.person.is_none());
});

contract!(a_key_with_another_body_is_refused, |f| async {
    let place = AllocationFixture::open(f, 9).await;
    let hour = span("18:00", "19:00");
    place.reserve(0, "k", hour).await;
    let asked = |span, wish| place.ask(0, "k", span, wish);
    let other_car = ReserveRequest { plate: place.plate(5), ..asked(hour, ReservationIntent::Confirm) };
    for other in [
        asked(span("18:00", "19:01"), ReservationIntent::Confirm),
        asked(hour, ReservationIntent::Hold),
        other_car,
    ] {
        let outcome = place.one(AllocationRequest::Reserve(other)).await;
        assert!(matches!(outcome, Err(AllocationError::KeyReused(_))), "{outcome:?}");
    }
});

contract!(one_key_twice_in_a_batch_is_one_reservation, |f| async {
    let place = AllocationFixture::open(f, 9).await;
    // Without the allocator's task the requests wait and form one batch.
    let app = f.app();
    let asked = |until| {
        AllocationRequest::Reserve(place.ask(0, "k", span("18:00", until), ReservationIntent::Confirm))
    };
    let wait = |request| {
        let app = app.clone();
        tokio::spawn(async move { submit(&app, &mall(), request).await })
    };
    let (first, second, other) = (wait(asked("19:00")), wait(asked("19:00")), wait(asked("20:00")));
    tokio::task::yield_now().await;
    let stop = CancellationToken::new();
    let task = tokio::spawn(run(app.clone(), stop.clone()));
    let (first, second) = (one(first.await.unwrap().unwrap()), one(second.await.unwrap().unwrap()));
    assert_eq!(first, second);
    let other = other.await.unwrap();
    assert!(matches!(other, Err(AllocationError::KeyReused(_))), "{other:?}");
    stop.cancel();
    task.await.unwrap();
});

contract!(an_answer_that_was_lost_is_given_again_after_a_crash, |f| async {
    let place = AllocationFixture::open(f, 1).await;
    let hour = span("18:00", "19:00");
    let made = place.reserve(0, "k", hour).await;
    drop(place.server);
    // Another process on the same database: the space is gone, but the key is known.
    let app = f.app();
    let stop = CancellationToken::new();
    let task = tokio::spawn(run(app.clone(), stop.clone()));
    let reserve = |n: usize, key: &str| {
        let plate =
            app.keys.sealed(store::seal::SealPurpose::Plate, &crate::allocation::place::car(n)).unwrap();
        let by = RequestActor::Person(place.people[n]);
        ReserveRequest {
            by,
            key: IdempotencyKey::parse(key).unwrap(),
            pool: None,
            audience: domain::access::Audience::Public,
            plate,
            span: hour,
            wish: ReservationIntent::Confirm,
        }
    };
    let again = submit(&app, &mall(), AllocationRequest::Reserve(reserve(0, "k"))).await.unwrap();
    assert_eq!(one(again), made);
    assert!(submit(&app, &mall(), AllocationRequest::Reserve(reserve(1, "k"))).await.is_err());
    assert_eq!(made.entry.phase(), EntryPhase::Confirmed);
    stop.cancel();
    task.await.unwrap();
});
