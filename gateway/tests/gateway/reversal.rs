//! Cars that come back, cars behind cars, cars that stand.

use domain::ids::EventId;
use protocol::mqtt::{ControllerEvent, EventKind};
use testkit::wait;

use crate::controller::{Controller, SOON, plate};
use crate::site::{PARENT, Site};

fn signal(id: &str, kind: EventKind, of: Option<&str>) -> ControllerEvent {
    ControllerEvent {
        kind,
        plate: None,
        related_event_id: of.map(|of| EventId::parse(of).unwrap()),
        ..plate(id, PARENT)
    }
}

async fn tell(gate: &Controller, event: ControllerEvent) {
    gate.send(&event).await;
    gate.acked(event.event_id.as_str(), 1).await;
}

fn of(car: &str) -> Option<String> {
    Some(car.to_owned())
}

#[tokio::test]
async fn a_car_that_comes_back_is_rolled_back_once() {
    let site = Site::open().await;
    let gate = site.controller("in").await;
    tell(&gate, signal("r0", EventKind::Reversal, None)).await;
    tell(&gate, plate("e1", PARENT)).await;
    tell(&gate, signal("r1", EventKind::Reversal, None)).await;
    tell(&gate, signal("r2", EventKind::Reversal, None)).await;
    tell(&gate, signal("t1", EventKind::Tailgate, None)).await;
    site.district.has(5).await;
    let reversal = EventKind::Reversal;
    let wanted = [
        (reversal, 0, None),
        (EventKind::Plate, 1, None),
        (reversal, -1, of("e1")),
        (reversal, 0, None),
        (EventKind::Tailgate, 1, None),
    ];
    assert_eq!(site.counted(), wanted);
}

#[tokio::test]
async fn behind_a_loop_what_is_rolled_back_is_the_passage_also_when_the_loop_is_named() {
    let mut site = Site::open().await;
    let gate = site.controller("out").await;
    tell(&gate, plate("e1", PARENT)).await;
    // It turned round before the loop: nothing had been counted.
    tell(&gate, signal("r0", EventKind::Reversal, None)).await;
    tell(&gate, signal("p1", EventKind::Pass, Some("e1"))).await;
    site.kill().await;
    site.district.books(|books| books.mood = crate::district::Mood::Away);
    site.start().await;
    tell(&gate, plate("e2", PARENT)).await;
    tell(&gate, signal("p2", EventKind::Pass, Some("e2"))).await;
    tell(&gate, signal("other", EventKind::Reversal, Some("e1"))).await;
    site.kill().await;
    site.district.books(|books| books.mood = crate::district::Mood::Well);
    // After a restart it is known from the outbox.
    site.start().await;
    tell(&gate, signal("r1", EventKind::Reversal, Some("p2"))).await;
    site.district.has(7).await;
    let counted = site.counted();
    assert_eq!(counted[1..3], [(EventKind::Reversal, 0, None), (EventKind::Pass, -1, of("e1"))]);
    assert_eq!(counted[5..], [(EventKind::Reversal, 0, of("e1")), (EventKind::Reversal, 1, of("e2"))]);
}

#[tokio::test]
async fn a_car_that_stands_is_an_alarm_at_its_lane_until_the_lane_is_free() {
    let site = Site::open().await;
    let gate = site.controller("out").await;
    let stuck = async |wanted: bool| {
        wait::until(SOON, "the lane's state at the server", async || {
            site.district.books(|books| {
                let lanes = &books.last.as_ref()?.status.lanes;
                let lane = lanes.iter().find(|lane| lane.lane.as_str() == "out")?;
                (lane.stuck_since.is_some() == wanted).then_some(())
            })
        })
        .await;
    };
    tell(&gate, signal("s1", EventKind::Stuck, None)).await;
    stuck(true).await;
    tell(&gate, signal("f1", EventKind::Free, None)).await;
    stuck(false).await;
    tell(&gate, signal("s2", EventKind::Stuck, None)).await;
    stuck(true).await;
    tell(&gate, signal("p1", EventKind::Pass, None)).await;
    stuck(false).await;
    assert!(
        site.counted().iter().filter(|(kind, ..)| *kind != EventKind::Pass).all(|(_, delta, _)| *delta == 0)
    );
}
