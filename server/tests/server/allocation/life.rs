//! A reservation's life, and who may touch it.

use std::time::Duration;

use domain::allocation::Wish;
use domain::allocation::entry::{Cause, Lateness, Phase, State};
use domain::allocation::refusal::Refusal;
use server::app::allocation::{Act, AllocationError, Answer, By, Request, Suspend};

use crate::allocation::place::{Place, at, refusal, span};

contract!(a_held_space_is_confirmed_extended_and_cancelled, |f| async {
    let place = Place::open(f, 1).await;
    let held = place.wish(0, "k", span("18:00", "19:00"), Wish::Hold).await.unwrap();
    assert_eq!(held.entry.phase(), Phase::Held);
    assert_eq!(place.stored(held.entry.id).await, held);
    assert!(matches!(
        refusal(place.wish(1, "k", span("18:30", "20:00"), Wish::Confirm).await),
        Refusal::Full { .. }
    ));
    let confirmed = place.confirm(0, held.entry.id).await.unwrap();
    assert_eq!(confirmed.entry.phase(), Phase::Confirmed);
    let longer = place.change(0, held.entry.id, span("18:00", "20:00")).await.unwrap();
    assert!(longer.details.changed_at > confirmed.details.changed_at);
    assert_eq!(place.stored(held.entry.id).await, longer);
    let cancelled = place.cancel(0, held.entry.id).await.unwrap();
    let state = State::Cancelled { at: at("15:40"), cause: Cause::Driver, lateness: Lateness::InTime };
    assert_eq!(cancelled.entry.state, state);
    assert_eq!(place.stored(held.entry.id).await, cancelled);
    assert_eq!(place.reserve(1, "again", span("18:30", "20:00")).await.entry.phase(), Phase::Confirmed);
});

contract!(a_hold_that_nobody_confirms_is_free_again, |f| async {
    let place = Place::open(f, 1).await;
    let held = place.wish(0, "k", span("18:00", "19:00"), Wish::Hold).await.unwrap();
    place.settle_at("15:44").await;
    assert_eq!(place.phase(held.entry.id).await, Phase::Held);
    place.settle_at("15:45").await;
    assert_eq!(place.phase(held.entry.id).await, Phase::Cancelled);
    place.reserve(1, "k", span("18:00", "19:00")).await;
});

contract!(what_is_done_is_done_again_without_harm, |f| async {
    let place = Place::open(f, 2).await;
    let made = place.reserve(0, "k", span("18:00", "19:00")).await;
    assert_eq!(place.confirm(0, made.entry.id).await.unwrap(), made);
    let cancelled = place.cancel(0, made.entry.id).await.unwrap();
    f.clock.advance(Duration::from_secs(60));
    assert_eq!(place.cancel(0, made.entry.id).await.unwrap(), cancelled);
    let too_late = Refusal::WrongPhase { phase: Phase::Cancelled };
    assert_eq!(refusal(place.confirm(0, made.entry.id).await), too_late);
    assert_eq!(refusal(place.change(0, made.entry.id, span("18:00", "20:00")).await), too_late);
});

contract!(somebody_elses_reservation_is_not_there, |f| async {
    let place = Place::open(f, 2).await;
    let made = place.reserve(0, "k", span("18:00", "19:00")).await;
    for outcome in [
        place.cancel(1, made.entry.id).await,
        place.confirm(1, made.entry.id).await,
        place.change(1, made.entry.id, span("18:00", "20:00")).await,
        place.cancel(0, uuid::Uuid::now_v7()).await,
    ] {
        assert!(matches!(outcome, Err(AllocationError::NotFound)), "{outcome:?}");
    }
    let by = By::Operator("li".to_owned());
    let act = Act { by, id: made.entry.id, known: None };
    let cancelled = place.one(Request::Cancel(act)).await.unwrap();
    assert!(matches!(cancelled.entry.state, State::Cancelled { cause: Cause::Operator, .. }));
});

contract!(an_act_on_an_older_version_is_refused, |f| async {
    let place = Place::open(f, 2).await;
    let made = place.reserve(0, "k", span("18:00", "19:00")).await;
    let longer = place.change(0, made.entry.id, span("18:00", "20:00")).await.unwrap();
    let cancel = |known| Request::Cancel(Act { known: Some(known), ..place.act(0, made.entry.id) });
    let outcome = place.one(cancel(made.details.changed_at)).await;
    assert!(matches!(outcome, Err(AllocationError::Changed)), "{outcome:?}");
    assert_eq!(place.one(cancel(longer.details.changed_at)).await.unwrap().entry.phase(), Phase::Cancelled);
});

contract!(whom_the_operator_cancels_is_told_why, |f| async {
    let place = Place::open(f, 2).await;
    let made = place.reserve(0, "k", span("18:00", "19:00")).await;
    let gone = uuid::Uuid::now_v7();
    let suspend = Suspend { ids: vec![gone, made.entry.id], reason: "消防演习".to_owned() };
    assert_eq!(place.submit(Request::Suspend(suspend)).await.unwrap(), Answer::Done);
    let state = place.stored(made.entry.id).await.entry.state;
    assert!(matches!(state, State::Cancelled { cause: Cause::Suspended, .. }), "{state:?}");
    let mut tx = f.store.begin_read().await.unwrap();
    let notices = server::store::notice_view::of_person(&mut tx, place.people[0], 5).await.unwrap();
    assert_eq!((notices[0].detail.as_str(), notices[0].reservation), ("消防演习", made.entry.id));
});

contract!(a_garage_that_does_not_exist_reserves_nothing, |f| async {
    let place = Place::open(f, 1).await;
    let nowhere = crate::common::district::garage("nowhere");
    let asked = place.ask(0, "k", span("18:00", "19:00"), Wish::Confirm);
    let outcome = server::app::allocation::submit(&place.app, &nowhere, Request::Reserve(asked)).await;
    assert!(matches!(outcome, Err(AllocationError::NoSuchGarage)), "{outcome:?}");
});
