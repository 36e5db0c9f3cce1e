//! A reservation's life, and who may touch it.

use std::time::Duration;

use domain::allocation::ReservationIntent;
use domain::allocation::entry::{CancelCause, CancelLateness, EntryPhase, EntryState};
use domain::allocation::refusal::ReservationRefusal;
use domain::ids::ReservationId;
use protocol::reservation::Reservation;
use server::app::allocation::{
    AllocationError, AllocationReply, AllocationRequest, RequestActor, ReservationActRequest, SuspendRequest,
};
use server::app::etag::EntityTags;
use uuid::Uuid;

use crate::allocation::place::{AllocationFixture, at, refusal, span};

contract!(a_held_space_is_confirmed_extended_and_cancelled, |f| async {
    let place = AllocationFixture::open(f, 1).await;
    let held = place.wish(0, "k", span("18:00", "19:00"), ReservationIntent::Hold).await.unwrap();
    assert_eq!(held.entry.phase(), EntryPhase::Held);
    assert_eq!(place.stored(held.entry.id).await, held);
    assert!(matches!(
        refusal(place.wish(1, "k", span("18:30", "20:00"), ReservationIntent::Confirm).await),
        ReservationRefusal::Full { .. }
    ));
    let confirmed = place.confirm(0, held.entry.id).await.unwrap();
    assert_eq!(confirmed.entry.phase(), EntryPhase::Confirmed);
    let longer = place.change(0, held.entry.id, span("18:00", "20:00")).await.unwrap();
    assert!(longer.details.changed_at > confirmed.details.changed_at);
    assert_eq!(place.stored(held.entry.id).await, longer);
    let cancelled = place.cancel(0, held.entry.id).await.unwrap();
    let state = EntryState::Cancelled {
        at: at("15:40"),
        cause: CancelCause::Driver,
        lateness: CancelLateness::InTime,
    };
    assert_eq!(cancelled.entry.state, state);
    assert_eq!(place.stored(held.entry.id).await, cancelled);
    assert_eq!(place.reserve(1, "again", span("18:30", "20:00")).await.entry.phase(), EntryPhase::Confirmed);
});

contract!(a_hold_that_nobody_confirms_is_free_again, |f| async {
    let place = AllocationFixture::open(f, 1).await;
    let held = place.wish(0, "k", span("18:00", "19:00"), ReservationIntent::Hold).await.unwrap();
    place.settle_at("15:44").await;
    assert_eq!(place.phase(held.entry.id).await, EntryPhase::Held);
    place.settle_at("15:45").await;
    assert_eq!(place.phase(held.entry.id).await, EntryPhase::Cancelled);
    place.reserve(1, "k", span("18:00", "19:00")).await;
});

contract!(what_is_done_is_done_again_without_harm, |f| async {
    let place = AllocationFixture::open(f, 2).await;
    let made = place.reserve(0, "k", span("18:00", "19:00")).await;
    assert_eq!(place.confirm(0, made.entry.id).await.unwrap(), made);
    let cancelled = place.cancel(0, made.entry.id).await.unwrap();
    f.clock.advance(Duration::from_secs(60));
    assert_eq!(place.cancel(0, made.entry.id).await.unwrap(), cancelled);
    let too_late = ReservationRefusal::WrongPhase { phase: EntryPhase::Cancelled };
    assert_eq!(refusal(place.confirm(0, made.entry.id).await), too_late);
    assert_eq!(refusal(place.change(0, made.entry.id, span("18:00", "20:00")).await), too_late);
});

contract!(somebody_elses_reservation_is_not_there, |f| async {
    let place = AllocationFixture::open(f, 2).await;
    let made = place.reserve(0, "k", span("18:00", "19:00")).await;
    for outcome in [
        place.cancel(1, made.entry.id).await,
        place.confirm(1, made.entry.id).await,
        place.change(1, made.entry.id, span("18:00", "20:00")).await,
        place.cancel(0, ReservationId::from(Uuid::now_v7())).await,
    ] {
        assert!(matches!(outcome, Err(AllocationError::NotFound)), "{outcome:?}");
    }
    let by = RequestActor::Operator("li".to_owned());
    let act = ReservationActRequest { by, id: made.entry.id, known: None };
    let cancelled = place.one(AllocationRequest::Cancel(act)).await.unwrap();
    assert!(matches!(cancelled.entry.state, EntryState::Cancelled { cause: CancelCause::Operator, .. }));
});

contract!(an_act_on_an_older_version_is_refused, |f| async {
    let place = AllocationFixture::open(f, 2).await;
    let made = place.reserve(0, "k", span("18:00", "19:00")).await;
    let longer = place.change(0, made.entry.id, span("18:00", "20:00")).await.unwrap();
    let cancel = |changed_at| {
        let known = EntityTags::parse(&Reservation::etag_at(changed_at));
        AllocationRequest::Cancel(ReservationActRequest { known, ..place.act(0, made.entry.id) })
    };
    let outcome = place.one(cancel(made.details.changed_at)).await;
    assert!(matches!(outcome, Err(AllocationError::Changed)), "{outcome:?}");
    assert_eq!(
        place.one(cancel(longer.details.changed_at)).await.unwrap().entry.phase(),
        EntryPhase::Cancelled
    );
});

contract!(whom_the_operator_cancels_is_told_why, |f| async {
    let place = AllocationFixture::open(f, 2).await;
    let made = place.reserve(0, "k", span("18:00", "19:00")).await;
    let gone = ReservationId::from(Uuid::now_v7());
    let suspend = SuspendRequest { ids: vec![gone, made.entry.id], reason: "消防演习".to_owned() };
    assert_eq!(place.submit(AllocationRequest::Suspend(suspend)).await.unwrap(), AllocationReply::Done);
    let state = place.stored(made.entry.id).await.entry.state;
    assert!(matches!(state, EntryState::Cancelled { cause: CancelCause::Suspended, .. }), "{state:?}");
    let mut tx = f.store.begin_read().await.unwrap();
    let notices = store::notice_view::of_person(&mut tx, place.people[0], 5).await.unwrap();
    assert_eq!((notices[0].detail.as_str(), notices[0].reservation), ("消防演习", made.entry.id));
});

contract!(a_garage_that_does_not_exist_reserves_nothing, |f| async {
    let place = AllocationFixture::open(f, 1).await;
    let nowhere = crate::common::district::garage("nowhere");
    let asked = place.ask(0, "k", span("18:00", "19:00"), ReservationIntent::Confirm);
    let outcome =
        server::app::allocation::submit(&place.app, &nowhere, AllocationRequest::Reserve(asked)).await;
    assert!(matches!(outcome, Err(AllocationError::NoSuchGarage)), "{outcome:?}");
});
