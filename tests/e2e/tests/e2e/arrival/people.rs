//! What teachers, parents and the hall see.

use std::sync::Arc;
use std::time::Duration;

use domain::ids::{ArrivalId, ClassId};
use domain::pickup::{PickupAct, PickupPhase};
use e2e::district::FamilyCar;
use e2e::phone::{PATIENCE, PhoneClient};
use e2e::system::TestSystem;
use protocol::people::{ArrivalAct, ChildArrival, ClassArrival, HallArrivals};
use protocol::problem::ProblemDetails;
use serde_json::json;
use simulator::controller::{AckOutcome, CommandAction};
use testkit::wait;

use crate::scene::{drive, family, lane, now, of_class, school, teacher_of};

pub(super) async fn a_car_that_comes_in_is_on_the_teachers_phone(system: Arc<TestSystem>) {
    let FamilyCar { plate, children, .. } = family(&system, 1, 0);
    let (name, class) = &children[0];
    let teacher = teacher_of(&system, class).await;
    let mut stream = teacher.follow(class, None).await.unwrap();
    stream.until_live().await;
    let came = now();

    let (decided, acked) = drive(&lane(&system, &school(), "b1-in-1").await, &plate).await;

    assert_eq!(decided.action, CommandAction::Opened);
    assert_eq!(decided.command.display.text, "欢迎接学生 请入场");
    assert!(decided.at <= acked.at, "the barrier does not wait for the disk");
    assert_eq!(acked.outcome, AckOutcome::Stored);
    let shown = stream.arrival(|arrival| &arrival.pupil == name).await;
    assert_eq!((&shown.class, shown.phase), (class, PickupPhase::Waiting));
    assert!(!shown.class_name.is_empty() && shown.order >= 1 && shown.guardian.is_some());
    assert!(shown.arrived_at.since(came) < PATIENCE && came.since(shown.arrived_at) < Duration::from_secs(1));
    assert_eq!(shown.plate_tail.as_deref(), Some(&*plate.chars().skip(4).collect::<String>()));
    assert!(shown.car_left_at.is_none());

    let (decided, _) = drive(&lane(&system, &school(), "b1-out-1").await, &plate).await;
    assert_eq!(decided.action, CommandAction::Opened);
    stream.arrival(|arrival| arrival.id == shown.id && arrival.car_left_at.is_some()).await;
}

pub(super) async fn a_car_of_two_children_tells_both_teachers(system: Arc<TestSystem>) {
    let FamilyCar { plate, children, .. } = family(&system, 2, 0);
    assert_ne!(children[0].1, children[1].1, "siblings in two classes");
    let mut streams = Vec::new();
    for (_, class) in &children {
        let mut stream = teacher_of(&system, class).await.follow(class, None).await.unwrap();
        stream.until_live().await;
        streams.push(stream);
    }

    drive(&lane(&system, &school(), "b1-in-1").await, &plate).await;

    for (stream, (name, class)) in streams.iter_mut().zip(&children) {
        let shown = stream.arrival(|arrival| &arrival.pupil == name).await;
        assert_eq!(&shown.class, class);
    }
}

/// The arrival of `name` once a car has come.
async fn shown(teacher: &PhoneClient, class: &ClassId, name: &str) -> ClassArrival {
    wait::until(PATIENCE, "the child is on the board", async || {
        teacher.board(class).await.arrivals.into_iter().find(|arrival| arrival.pupil == name)
    })
    .await
}

async fn act(teacher: &PhoneClient, arrival: &ClassArrival, act: PickupAct) -> ClassArrival {
    let answer = teacher.act(arrival.id, &ArrivalAct { act, seen: arrival.cursor }).await;
    assert_eq!(answer.status(), 200, "{act:?}");
    answer.json().await.unwrap()
}

async fn child_arrival(parent: &PhoneClient, phase: PickupPhase) -> ChildArrival {
    wait::until(PATIENCE, "the parent sees it", async || {
        let child = parent.guardian().await.children.remove(0);
        child.arrival.filter(|arrival| arrival.phase == phase)
    })
    .await
}

pub(super) async fn a_hand_over_is_seen_by_everybody(system: Arc<TestSystem>) {
    let FamilyCar { plate, guardian, children } = family(&system, 1, 1);
    let (name, class) = &children[0];
    let (teacher, parent) = (teacher_of(&system, class).await, system.log_in(&guardian).await);
    drive(&lane(&system, &school(), "b1-in-2").await, &plate).await;
    let waiting = shown(&teacher, class, name).await;

    let released = act(&teacher, &waiting, PickupAct::Release).await;
    let seen = child_arrival(&parent, PickupPhase::Released).await;
    assert!(seen.plate.as_deref() == Some(plate.as_str()) && seen.teacher.is_some());

    let stale = teacher.act(waiting.id, &ArrivalAct { act: PickupAct::HandOver, seen: waiting.cursor }).await;
    assert_eq!(stale.status(), 409, "a screen that is behind may not act");
    assert_eq!(stale.json::<ProblemDetails>().await.unwrap().code, "arrival_changed");

    let handed_over = act(&teacher, &released, PickupAct::HandOver).await;
    child_arrival(&parent, PickupPhase::HandedOver).await;
    let undone = act(&teacher, &handed_over, PickupAct::Undo).await;
    assert_eq!(undone.phase, PickupPhase::Released);
    child_arrival(&parent, PickupPhase::Released).await;
    hall_shows_masked(&system, name, undone.id).await;
}

async fn hall_shows_masked(system: &TestSystem, name: &str, arrival: ArrivalId) {
    let hall = system.log_in("haifeng-hall").await;
    let text = hall.get("/hall/arrivals").await.text().await.unwrap();
    assert!(!text.contains(name), "the hall shows no whole name");
    let page: HallArrivals = serde_json::from_str(&text).unwrap();
    let shown = page.arrivals.iter().find(|shown| shown.id == arrival).unwrap();
    assert!(shown.pupil.contains('*') && shown.phase == PickupPhase::Released, "{shown:?}");
}

pub(super) async fn a_claim_by_hand_is_confirmed(system: Arc<TestSystem>) {
    let FamilyCar { guardian, children, .. } = family(&system, 1, 2);
    let (name, class) = &children[0];
    let (teacher, parent) = (teacher_of(&system, class).await, system.log_in(&guardian).await);
    let mut stream = teacher.follow(class, None).await.unwrap();

    let answer = parent.post("/guardian/claims", &json!({})).await;
    assert!(answer.status().is_success(), "{}", answer.status());

    let claimed = stream.arrival(|arrival| &arrival.pupil == name).await;
    assert_eq!((claimed.phase, claimed.plate_tail.as_deref()), (PickupPhase::Claimed, None));
    let answer = teacher.act(claimed.id, &ArrivalAct { act: PickupAct::Release, seen: claimed.cursor }).await;
    assert_eq!(answer.status(), 409, "a claim alone releases nobody");
    act(&teacher, &claimed, PickupAct::Confirm).await;
    child_arrival(&parent, PickupPhase::Waiting).await;
}

pub(super) async fn another_class_is_out_of_reach(system: Arc<TestSystem>) {
    let [mine, other]: [ClassId; 2] = ["haifeng-1-1".parse().unwrap(), "haifeng-1-2".parse().unwrap()];
    let teacher = teacher_of(&system, &mine).await;
    let FamilyCar { plate, children, guardian } = of_class(&system, &other, 1).remove(0);
    drive(&lane(&system, &school(), "b1-in-2").await, &plate).await;
    let arrival = shown(&teacher_of(&system, &other).await, &other, &children[0].0).await;

    assert_eq!(teacher.get(&format!("/classes/{other}/arrivals")).await.status(), 403);
    assert_eq!(teacher.follow(&other, None).await.unwrap().end().await, Some(4403));
    let answer = teacher.act(arrival.id, &ArrivalAct { act: PickupAct::Release, seen: arrival.cursor }).await;
    assert_eq!(answer.status(), 404, "it is not said that there is such an arrival");
    let parent = system.log_in(&guardian).await;
    assert_eq!(parent.get(&format!("/classes/{other}/arrivals")).await.status(), 403);
    assert_eq!(parent.get("/hall/arrivals").await.status(), 403);
}
