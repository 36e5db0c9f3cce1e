//! The operators of garages: log-in, corrections, the event log, and access only to their own garages.

use std::sync::Arc;

use domain::access::{AccessDecision, Audience, DenialReason};
use domain::ids::GarageId;
use e2e::console::{ConsoleClient, public_site};
use e2e::district::DistrictKind;
use e2e::phone::PATIENCE;
use e2e::system::{SystemForm, TestSystem};
use protocol::at_gate::WaitingCars;
use protocol::district::{DistrictSpec, OperatorSpec};
use protocol::mqtt::EventKind;
use protocol::operator::{
    AccessCheckResult, ConnectionHealth, CountAdjustment, CursorPage, EventLogEntry, NewCountAdjustment,
};
use protocol::order::{NewRemoteOpening, RemoteOrderEntry, RemoteOrderState};
use protocol::problem::ProblemDetails;
use reqwest::Response;
use serde_json::json;
use testkit::wait;

use crate::scene::{drive, family, id, lane, school};

e2e::both_forms!(shared(super::DistrictKind::Demo):
    a_correction_moves_the_public_count_and_the_sign,
    what_happened_is_on_the_pages,
    garages_and_their_devices_are_seen_alive,
    another_operators_garage_does_not_exist,
    a_wrong_password_opens_nothing,
    a_lane_is_opened_from_afar,
    a_car_that_no_camera_could_read_is_let_in_under_its_plate,
);

async fn code(answer: Response) -> (u16, String) {
    let problem: ProblemDetails = answer.json().await.unwrap();
    (problem.status, problem.code)
}

async fn a_correction_moves_the_public_count_and_the_sign(system: Arc<TestSystem>) {
    let garage: GarageId = id("shelter-south");
    let console = system.operator("operator").await;
    let mut sign = system.sign(&garage).await;
    let before =
        wait::until(PATIENCE, "a first count", async || console.garage(&garage).await.occupied).await;
    let correction =
        NewCountAdjustment { occupied: 17, seen: Some(before), reason: "人工清点".to_owned() };

    let done = console.adjust(&garage, &correction, "key-1").await;
    assert_eq!(done.status(), 201);
    let done: CountAdjustment = done.json().await.unwrap();
    assert_eq!((done.before, done.after), (Some(before), 17));

    sign.shows(193).await;
    wait::until(PATIENCE, "the public sees it", async || {
        let site = public_site(&system.server(), &garage).await;
        (site.realtime_free_capacity == Some(193)).then_some(())
    })
    .await;
    let again: CountAdjustment = console.adjust(&garage, &correction, "key-1").await.json().await.unwrap();
    assert_eq!(again, done, "sent twice, written once");
    let stale = console.adjust(&garage, &correction, "key-2").await;
    assert_eq!(code(stale).await, (409, "count_changed".to_owned()));
    let unfounded = NewCountAdjustment { reason: "x".to_owned(), seen: Some(17), ..correction };
    let unfounded =
        console.adjust(&garage, &unfounded, "key-3").await.json::<ProblemDetails>().await.unwrap();
    assert_eq!((unfounded.status, unfounded.field.as_deref()), (422, Some("reason")));
    let list: CursorPage<CountAdjustment> = read(&console, "/garages/shelter-south/adjustments").await;
    assert_eq!(list.items, [done]);
}

async fn read<T: serde::de::DeserializeOwned>(console: &ConsoleClient, path: &str) -> T {
    console.get(path).await.json().await.unwrap()
}

async fn what_happened_is_on_the_pages(system: Arc<TestSystem>) {
    let console = system.operator("operator").await;
    let plate = family(&system, 1, 3).plate;
    drive(&lane(&system, &school(), "b1-in-1").await, &plate).await;

    let event = wait::until(PATIENCE, "the event is on the page", async || {
        let events = console.events(&school()).await.items;
        events.into_iter().find(|event| event.plate.as_ref() == Some(&plate))
    });
    let event = event.await;
    assert_eq!((event.lane, event.kind, event.offline), (id("b1-in-1"), EventKind::Plate, false));
    assert_eq!(event.decision, Some(AccessDecision::open(Some(Audience::Pickup))));
    assert!(event.occurred_at <= event.stored_at);

    let path = format!("/garages/{}/access-checks", school());
    let known: AccessCheckResult =
        console.post(&path, &json!({ "plate": plate })).await.json().await.unwrap();
    assert!(known.decision.opens());
    let unknown: AccessCheckResult =
        console.post(&path, &json!({ "plate": "京A0ZZ98" })).await.json().await.unwrap();
    assert!(!unknown.decision.opens() && !unknown.display.is_empty());
}

async fn garages_and_their_devices_are_seen_alive(system: Arc<TestSystem>) {
    let garage: GarageId = id("harbour-mall");
    let _entry = lane(&system, &garage, "in").await;
    let console = system.operator("operator").await;
    assert_eq!(console.garages().await.len(), 6);
    // A gateway reports its controllers with its heartbeat, every 10 s.
    wait::until(2 * PATIENCE, "the lane's controller is seen", async || {
        let garage = console.garage(&garage).await;
        let lane = garage.lanes.iter().find(|lane| lane.id.as_str() == "in")?;
        (garage.gateway.health == ConnectionHealth::Online && lane.health == ConnectionHealth::Online)
            .then_some(())
    })
    .await;
    let silent = console.garage(&id("yuyuan-block")).await;
    assert!(silent.lanes.iter().all(|lane| lane.health == ConnectionHealth::NeverSeen));
}

async fn another_operators_garage_does_not_exist(system: Arc<TestSystem>) {
    let own: GarageId = id("yuyuan-block");
    let guest = OperatorSpec { username: "guest".into(), name: "邻居".into(), garages: vec![own.clone()] };
    let district = DistrictSpec { operators: vec![guest], ..DistrictSpec::default() };
    server::app::import::run(system.app(), &district).await.unwrap();
    let console = system.operator("guest").await;

    let garages: Vec<GarageId> = console.garages().await.into_iter().map(|garage| garage.id).collect();
    assert_eq!(garages, [own]);
    for list in ["events", "dead-letters", "adjustments"] {
        let refused = code(console.get(&format!("/garages/shelter-south/{list}")).await).await;
        assert_eq!(refused, (404, "not_found".to_owned()), "{list}");
    }
    let correction = NewCountAdjustment { occupied: 5, seen: None, reason: "not mine".to_owned() };
    assert_eq!(console.adjust(&id("shelter-south"), &correction, "key-9").await.status(), 404);
}

async fn a_wrong_password_opens_nothing(system: Arc<TestSystem>) {
    if system.form() == SystemForm::Separate {
        system.operator("operator").await;
    }
    let refused = ConsoleClient::log_in(&system.server(), "operator", "guessed").await.err().unwrap();
    assert_eq!(code(refused).await, (401, "bad_credentials".to_owned()));
    let refused = ConsoleClient::log_in(&system.server(), "nobody", "guessed").await.err().unwrap();
    assert_eq!(code(refused).await, (401, "bad_credentials".to_owned()));
    let url = format!("{}/api/operator/v1/garages", system.server());
    assert_eq!(reqwest::get(url).await.unwrap().status(), 401);
}

async fn a_lane_is_opened_from_afar(system: Arc<TestSystem>) {
    let garage: GarageId = id("shelter-east");
    let entry = lane(&system, &garage, "in").await;
    let console = system.operator("operator").await;
    // A gateway reports its lanes with its heartbeat, every 10 s.
    wait::until(2 * PATIENCE, "the lane is known", async || {
        let garage = console.garage(&garage).await;
        garage.lanes.iter().any(|lane| lane.id.as_str() == "in").then_some(())
    })
    .await;
    let before = entry.counters().opened;
    let order =
        NewRemoteOpening { lane: id("in"), reason: "访客，已电话核对".to_owned(), plate: None };
    let path = format!("/garages/{garage}/open-orders");
    let made = console.post_once(&path, "open-1", &order).await;
    assert_eq!(made.status(), 201);
    let made: RemoteOrderEntry = made.json().await.unwrap();
    wait::until(PATIENCE, "the barrier opens", async || (entry.counters().opened > before).then_some(()))
        .await;
    wait::until(PATIENCE, "the operator is told so", async || {
        let orders: CursorPage<RemoteOrderEntry> = read(&console, &path).await;
        orders.items.iter().any(|it| it.id == made.id && it.state == RemoteOrderState::Opened).then_some(())
    })
    .await;
    let again: RemoteOrderEntry = console.post_once(&path, "open-1", &order).await.json().await.unwrap();
    assert_eq!((again.id, again.state), (made.id, RemoteOrderState::Opened));
    assert_eq!(entry.counters().opened, before + 1);
}

async fn a_car_that_no_camera_could_read_is_let_in_under_its_plate(system: Arc<TestSystem>) {
    let garage: GarageId = id("shelter-west");
    let entry = lane(&system, &garage, "in").await;
    let console = system.operator("operator").await;
    let waiting = format!("/garages/{garage}/waiting-cars");
    entry.plate_read(None, 0).expect("a place for an event");
    let car = wait::until(PATIENCE, "the car is seen to wait", async || {
        let cars: WaitingCars = read(&console, &waiting).await;
        cars.items.into_iter().find(|car| car.lane.as_str() == "in")
    })
    .await;
    assert_eq!((car.plate, car.reason), (None, DenialReason::UnreadPlate));
    let plate = Some("鲁B7H7H7".to_owned());
    let order =
        NewRemoteOpening {
            lane: id("in"), reason: "车牌脏污，已核对".to_owned(), plate: plate.clone()
        };
    let made = console.post_once(&format!("/garages/{garage}/open-orders"), "named-1", &order).await;
    assert_eq!(made.status(), 201);
    let event = wait::until(PATIENCE, "the car is recorded under its plate", async || {
        let events: CursorPage<EventLogEntry> = read(&console, &format!("/garages/{garage}/events")).await;
        events.items.into_iter().find(|event| event.plate == plate && event.kind == EventKind::Plate)
    })
    .await;
    assert!(event.decision.is_some_and(|decision| decision.opens()), "{event:?}");
    let cars: WaitingCars = read(&console, &waiting).await;
    assert!(cars.items.iter().all(|car| car.lane.as_str() != "in"), "nobody waits any more: {cars:?}");
}
