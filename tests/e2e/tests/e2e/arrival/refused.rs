//! Cars that the gate does not take in.

use std::sync::Arc;

use domain::access::{AccessDecision, DenialReason};
use e2e::phone::PATIENCE;
use e2e::system::TestSystem;
use protocol::operator::EventLogEntry;
use simulator::controller::{AckOutcome, CommandAction};
use testkit::wait;

use crate::scene::{answer, drive, lane, school, teacher_of};

/// The stored event that `wanted` accepts.
async fn stored(system: &TestSystem, wanted: impl Fn(&EventLogEntry) -> bool) -> EventLogEntry {
    let console = system.operator("operator").await;
    wait::until(PATIENCE, "the event is on the operator's page", async || {
        console.events(&school()).await.items.into_iter().find(&wanted)
    })
    .await
}

pub(super) async fn an_unknown_plate_is_turned_away(system: Arc<TestSystem>) {
    let (decided, acked) = drive(&lane(&system, &school(), "b1-in-1").await, "京A0ZZ99").await;

    let refused = AccessDecision::refuse(DenialReason::UnknownPlate);
    assert_eq!((decided.action, decided.command.decision), (CommandAction::Shown, refused));
    assert_eq!(decided.command.display.text, "车牌未登记 请联系值班员");
    assert_eq!(acked.outcome, AckOutcome::Stored);
    let event = stored(&system, |event| event.plate.as_deref() == Some("京A0ZZ99")).await;
    assert_eq!(event.decision, Some(refused));
    for class in &system.invented().district.schools[0].classes {
        let board = teacher_of(&system, &class.id).await.board(&class.id).await;
        assert!(board.arrivals.iter().all(|arrival| arrival.plate_tail.as_deref() != Some("Z99")));
    }
}

pub(super) async fn an_unread_plate_waits_for_a_person(system: Arc<TestSystem>) {
    let pending = lane(&system, &school(), "b1-in-2").await.plate_read(None, 0).unwrap();

    let decided = answer(pending.decided).await;
    let review = AccessDecision::Review { reason: DenialReason::UnreadPlate };
    assert_eq!((decided.action, decided.command.decision), (CommandAction::Shown, review));
    assert_eq!(answer(pending.acked).await.outcome, AckOutcome::Stored);
    let event = stored(&system, |event| event.plate.is_none()).await;
    assert_eq!(event.decision, Some(review));
}
