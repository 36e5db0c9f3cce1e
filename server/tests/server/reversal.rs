//! Counts of cars that reverse and of cars that follow closely.

use crate::common::district::{FATHER, MOTHER, SCHOOL, SCHOOL_TOKEN, fill, garage};
use crate::common::gateway::{batch, entry, exit};
use crate::common::http::ServedRouter;
use crate::common::{MONDAY, StoreFixture};
use domain::ids::{ClassId, EventId};
use domain::time::Clock;
use protocol::mqtt::EventKind;
use protocol::uplink::GateEvent;
use store::seal::SealPurpose;
use store::{arrival, visit};

/// A gateway's event for a car that it knows by its plate event, or for an unknown car.
fn signal(id: &str, kind: EventKind, of: Option<&str>, delta: i64) -> GateEvent {
    let of = of.map(|of| EventId::parse(of).unwrap());
    GateEvent { kind, plate: None, decision: None, related_event_id: of, delta, ..entry(id, MOTHER, MONDAY) }
}

async fn visits(fixture: &StoreFixture, of: &str) -> Vec<visit::VisitFacts> {
    let hash = fixture.keys().hash(SealPurpose::Plate, crate::common::district::plate(of).as_str());
    let mut tx = fixture.store.begin_read().await.unwrap();
    visit::of_plate(&mut tx, &garage(SCHOOL), &hash).await.unwrap()
}

contract!(a_car_that_turns_back_at_the_entry_is_out_again_and_the_teacher_sees_it, |f| async {
    let app = f.app();
    fill(&app).await;
    let server = ServedRouter::start(app).await;
    let back = signal("r1", EventKind::Reversal, Some("e1"), -1);
    let events = vec![entry("e1", MOTHER, MONDAY), back, signal("t1", EventKind::Tailgate, None, 1)];
    let receipt = server.take(SCHOOL_TOKEN, &batch("a", 1, events)).await;
    assert_eq!(receipt.count.occupied, 1, "the one behind it is in");
    let visits = visits(f, MOTHER).await;
    assert_eq!((visits.len(), visits[0].ended_by.as_deref()), (1, Some("exit")));
    let mut tx = f.store.begin_read().await.unwrap();
    let class = ClassId::parse("c-1-1").unwrap();
    let board = arrival::board(&mut tx, &class, f.clock.now().local_date()).await.unwrap();
    assert_eq!(board.len(), 1);
    assert!(board[0].car_left_at.is_some());
});

contract!(a_car_that_turns_back_at_the_exit_is_inside_again, |f| async {
    let app = f.app();
    fill(&app).await;
    let server = ServedRouter::start(app).await;
    let back = signal("r1", EventKind::Reversal, Some("e2"), 1);
    let events = vec![entry("e1", FATHER, MONDAY), exit("e2", FATHER, MONDAY), back];
    let receipt = server.take(SCHOOL_TOKEN, &batch("a", 1, events)).await;
    assert_eq!(receipt.count.occupied, 1);
    let inside: Vec<_> =
        visits(f, FATHER).await.into_iter().filter(|visit| visit.ended_by.is_none()).collect();
    assert_eq!(inside.len(), 1);
});
