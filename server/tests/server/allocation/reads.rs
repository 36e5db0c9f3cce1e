//! Looking into a book.

use domain::access::Audience;
use domain::allocation::ReservationIntent;
use server::app::allocation::{AllocationError, AllocationRequest, RequestActor, read, read_now, submit};
use store::book;
use testkit::wait;
use tokio_util::sync::CancellationToken;

use crate::allocation::place::{AllocationFixture, SOON, main_pool, mall, share, span};

contract!(what_this_process_has_committed_is_seen_at_once, |f| async {
    let place = AllocationFixture::open(f, 5).await;
    let evening = span("18:00", "19:00");
    let free = async || {
        read(&place.app, &mall(), |book| book.free(&main_pool(), Audience::Public, evening)).await.unwrap()
    };
    assert_eq!(free().await, 5);
    place.reserve(0, "k", evening).await;
    assert_eq!(free().await, 4);
    let nowhere = crate::common::district::garage("nowhere");
    let outcome = read(&place.app, &nowhere, |_| ()).await;
    assert!(matches!(outcome, Err(AllocationError::NoSuchGarage)), "{outcome:?}");
});

contract!(what_another_process_has_committed_is_seen_soon_or_when_asked_for, |f| async {
    let place = AllocationFixture::open(f, 5).await;
    let evening = span("18:00", "19:00");
    let other = f.replica().await;
    let free = |book: &domain::allocation::AllocationBook| book.free(&main_pool(), Audience::Public, evening);
    assert_eq!(read(&other, &mall(), free).await.unwrap(), 5);
    place.reserve(0, "k", evening).await;
    assert_eq!(read_now(&other, &mall(), free).await.unwrap(), 4);
    place.reserve(1, "k", evening).await;
    wait::until(SOON, "the other's decision", async || {
        (read(&other, &mall(), free).await.unwrap() == 3).then_some(())
    })
    .await;
});

contract!(a_book_of_an_older_layout_decides_nothing, |f| async {
    let place = AllocationFixture::open(f, 5).await;
    let evening = span("18:00", "19:00");
    place.reserve(0, "k", evening).await;
    share(&f.store, 1, &[]).await;
    assert!(place.wish(1, "k", evening, ReservationIntent::Confirm).await.is_err());
    share(&f.store, 2, &[]).await;
    place.reserve(1, "k", evening).await;
});

contract!(a_new_day_makes_a_new_book, |f| async {
    let place = AllocationFixture::open(f, 5).await;
    place.reserve(0, "k", span("18:00", "19:00")).await;
    let last = async || {
        let openings =
            |book: &domain::allocation::AllocationBook| book.layout().openings.last().unwrap().span;
        read(&place.app, &mall(), openings).await.unwrap()
    };
    let before = last().await;
    f.clock.set("2026-11-24T00:01:00+08:00");
    assert!(last().await.from() > before.from());
});

contract!(nothing_is_raised_where_nothing_changed, |f| async {
    let place = AllocationFixture::open(f, 1).await;
    let evening = span("18:00", "19:00");
    place.reserve(0, "k", evening).await;
    let version = async || {
        let mut tx = f.store.begin_read().await.unwrap();
        book::version(&mut tx, &mall()).await.unwrap().unwrap()
    };
    let before = version().await;
    place.reserve(0, "k", evening).await;
    assert!(place.wish(1, "k", evening, ReservationIntent::Confirm).await.is_err());
    place.settle().await;
    assert_eq!(version().await, before);
});

contract!(two_processes_take_turns, |f| async {
    let place = AllocationFixture::open(f, 6).await;
    let other = f.replica().await;
    let stop = CancellationToken::new();
    let task = tokio::spawn(server::app::allocation::run(other.clone(), stop.clone()));
    let evening = span("18:00", "19:00");
    for n in 0..3 {
        place.reserve(n, "here", evening).await;
        let mut asked = place.ask(n + 3, "there", evening, ReservationIntent::Confirm);
        asked.by = RequestActor::Person(place.people[n + 3]);
        submit(&other, &mall(), AllocationRequest::Reserve(asked)).await.unwrap();
    }
    assert!(place.wish(7, "k", evening, ReservationIntent::Confirm).await.is_err());
    let more = place.ask(8, "k", evening, ReservationIntent::Confirm);
    assert!(submit(&other, &mall(), AllocationRequest::Reserve(more)).await.is_err());
    stop.cancel();
    task.await.unwrap();
});
