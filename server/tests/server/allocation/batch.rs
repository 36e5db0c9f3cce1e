//! Many at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::allocation::ReservationIntent;
use domain::allocation::refusal::ReservationRefusal;
use domain::ids::PersonId;
use domain::time::{Clock, Timestamp};
use server::app::App;
use server::app::allocation::{AllocationError, AllocationRequest, run, submit};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::allocation::place::{AllocationFixture, mall, span};

contract!(three_hundred_who_ask_at_once_get_what_there_is, |f| async {
    let place = AllocationFixture::open(f, 107).await;
    let people = crate::allocation::place::drivers_named(&place.app, "rush", 300).await;
    let app = f.app();
    let ask = |n: usize| {
        let mut asked = place.ask(0, "k", span("18:00", "19:00"), ReservationIntent::Confirm);
        asked.by = server::app::allocation::RequestActor::Person(people[n]);
        asked.plate = place.plate(1000 + n);
        let app = app.clone();
        tokio::spawn(async move { submit(&app, &mall(), AllocationRequest::Reserve(asked)).await })
    };
    let asked: Vec<_> = (0..300).map(ask).collect();
    tokio::task::yield_now().await;
    let stop = CancellationToken::new();
    let task = tokio::spawn(run(app.clone(), stop.clone()));
    let (mut got, mut full) = (0, 0);
    for outcome in asked {
        match outcome.await.unwrap() {
            Ok(_) => got += 1,
            Err(AllocationError::Refused(ReservationRefusal::Full { next: Some(_), .. })) => full += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((got, full), (107, 193));
    stop.cancel();
    task.await.unwrap();
});

contract!(one_request_that_cannot_be_stored_harms_no_other, |f| async {
    let place = AllocationFixture::open(f, 9).await;
    let app = f.app();
    // There is no such person: the row's reference fails.
    let mut nobody = place.ask(0, "k", span("18:00", "19:00"), ReservationIntent::Confirm);
    nobody.by = server::app::allocation::RequestActor::Person(PersonId::from(Uuid::now_v7()));
    let good = place.ask(1, "k", span("18:00", "19:00"), ReservationIntent::Confirm);
    let wait = |asked| {
        let app = app.clone();
        tokio::spawn(async move { submit(&app, &mall(), AllocationRequest::Reserve(asked)).await })
    };
    let (bad, good) = (wait(nobody), wait(good));
    tokio::task::yield_now().await;
    let stop = CancellationToken::new();
    let task = tokio::spawn(run(app.clone(), stop.clone()));
    assert!(matches!(bad.await.unwrap(), Err(AllocationError::Store(_))));
    assert!(good.await.unwrap().is_ok());
    stop.cancel();
    task.await.unwrap();
});

/// Panics once when it is armed: as if a decision had a fault.
struct FaultyClock(Arc<dyn Clock>, AtomicBool);

impl Clock for FaultyClock {
    fn now(&self) -> Timestamp {
        assert!(!self.1.swap(false, Ordering::SeqCst), "a fault");
        self.0.now()
    }
}

contract!(a_panic_costs_one_group_and_no_more, |f| async {
    let place = AllocationFixture::open(f, 2).await;
    let clock = Arc::new(FaultyClock(f.clock.clone(), AtomicBool::new(false)));
    let app = App::new(f.store.clone(), f.keys(), clock.clone());
    let stop = CancellationToken::new();
    let task = tokio::spawn(run(app.clone(), stop.clone()));
    let ask = |key: &str| {
        AllocationRequest::Reserve(place.ask(0, key, span("18:00", "19:00"), ReservationIntent::Confirm))
    };
    clock.1.store(true, Ordering::SeqCst);
    let lost = submit(&app, &mall(), ask("a")).await;
    assert!(matches!(lost, Err(AllocationError::Closing)), "{lost:?}");
    submit(&app, &mall(), ask("a")).await.unwrap();
    stop.cancel();
    task.await.unwrap();
});
