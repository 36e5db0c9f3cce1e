//! What the tables assume: cars inside and before the barrier, reservations, blocks, orders, a dead letter.

use domain::access::{AccessDecision, DenialReason};
use domain::ids::{DeviceId, LaneId};
use protocol::district::DistrictSpec;
use protocol::enrolment::{GatewayCredential, GatewayEnrolment};
use protocol::mqtt::RejectCode;
use protocol::people::{NewPersonSession, NewPlate, PersonSession};
use protocol::uplink::{DeadLetter, GateEvent, LaneStatus, UplinkBatch, UplinkRecord, UplinkRecordContent};
use reqwest::Method;
use serde_json::json;
use server::app::operator::{account, session as operator_session};
use server::app::{App, bind_code, enrolment, gateway_token, import, ingest, plate, service_token, session};
use testkit::authorization::DISTRICT;

use super::identity;
use super::lookup;
use super::scene::{MatrixScene, NORTH, SOUTH};
use crate::common::district::garage;
use crate::common::gateway::{batch, entry};
use crate::common::{MONDAY, StoreFixture, time};

pub(super) const PASSWORD: &str = "correct horse battery";

/// Before every session ends that is opened at [`MONDAY`].
const LONG_AGO: &str = "2026-09-01T08:00:00+08:00";

pub(super) async fn fill(scene: &mut MatrixScene, fixture: &StoreFixture) {
    fixture.clock.set(LONG_AGO);
    let district: DistrictSpec = serde_json::from_str(DISTRICT).unwrap();
    import::run(&scene.app, &district).await.unwrap();
    account::set_password(&scene.app, "north-operator", PASSWORD.to_owned()).await.unwrap();
    scene.tokens.expired_session = identity::person(scene, "T-A").await;
    scene.tokens.expired_operator = operator_session::issue(&scene.app, "north-operator").await.unwrap();
    fixture.clock.set(MONDAY);
    tokens(scene).await;
    accounts(scene).await;
    cars(&scene.app).await;
    people(scene).await;
    console(scene).await;
}

async fn tokens(scene: &mut MatrixScene) {
    scene.tokens.replaced_service = service_token::create(&scene.app, "miniapp-api").await.unwrap();
    scene.tokens.service = service_token::create(&scene.app, "miniapp-api").await.unwrap();
    scene.tokens.replaced_gateway = gateway_token::create(&scene.app, &garage(NORTH)).await.unwrap();
    scene.tokens.north_gateway = enrolled(&scene.app, NORTH, 'n').await;
    scene.tokens.south_gateway = enrolled(&scene.app, SOUTH, 's').await;
    scene.tokens.ended_session = identity::person(scene, "T-A").await;
    let caller = session::authenticate(&scene.app, &scene.tokens.ended_session).await.unwrap();
    session::end(&scene.app, &caller).await.unwrap();
}

/// A credential that the gateway has made, as it can be renewed.
async fn enrolled(app: &App, id: &str, letter: char) -> String {
    let credential = format!("{}{}", GatewayCredential::PREFIX, letter.to_string().repeat(43));
    let code = enrolment::create_code(app, &garage(id)).await.unwrap().code;
    let credential_of_box = GatewayCredential::parse(&credential).unwrap();
    let asked = GatewayEnrolment { garage: garage(id), code, credential: credential_of_box };
    enrolment::enrol(app, &asked, None).await.unwrap();
    credential
}

async fn opened(app: &App, openid: &str, bind_code: Option<String>) -> PersonSession {
    let register = bind_code.is_none();
    let asked = NewPersonSession { openid: openid.to_owned(), bind_code, register };
    session::open(app, &asked).await.unwrap()
}

/// A WeChat account of the mother, and a driver with a plate.
async fn accounts(scene: &mut MatrixScene) {
    let code = bind_code::create(&scene.app, "G-mother").await.unwrap().code;
    opened(&scene.app, "oWx-matrix-mother", Some(code)).await;
    let driver = opened(&scene.app, "oWx-matrix-driver", None).await;
    scene.driver = driver.me.person_id;
    let caller = session::authenticate(&scene.app, &driver.token).await.unwrap();
    let own = NewPlate { plate: "鲁BQ7D06".to_owned(), plate_color: None };
    plate::add(&scene.app, &caller, &own).await.unwrap();
}

/// A car that the camera read with doubt; it waits.
fn doubtful(id: &str, plate: &str) -> GateEvent {
    GateEvent {
        confidence: 60,
        decision: Some(AccessDecision::Review { reason: DenialReason::LowConfidence }),
        delta: 0,
        ..entry(id, plate, MONDAY)
    }
}

/// A batch with a second lane, `out`.
fn two_lanes(epoch: &str, events: Vec<GateEvent>) -> UplinkBatch {
    let mut batch = batch(epoch, 1, events);
    let second = LaneStatus { lane: LaneId::parse("out").unwrap(), ..batch.status.lanes[0].clone() };
    batch.status.lanes.push(second);
    batch
}

async fn cars(app: &App) {
    let inside = [entry("n1", "鲁BQ7M01", MONDAY), entry("n2", "鲁BQ7P03", MONDAY)];
    let mut north = two_lanes("north-1", [&inside[..], &[doubtful("n3", "鲁BQ7E09")][..]].concat());
    north.records.push(UplinkRecord {
        seq: 4,
        device: DeviceId::parse("gate").unwrap(),
        received_at: time(MONDAY),
        content: UplinkRecordContent::DeadLetter(DeadLetter {
            code: RejectCode::Field,
            detail: "kind".to_owned(),
            excerpt: r#"{"plate":"鲁BQ7L11"}"#.to_owned(),
        }),
    });
    ingest::submit(app, garage(NORTH), north).await.unwrap();
    let events = vec![entry("s1", "鲁BQ7N05", MONDAY), doubtful("s2", "鲁BQ7E10")];
    ingest::submit(app, garage(SOUTH), two_lanes("south-1", events)).await.unwrap();
}

/// The teacher releases the child; the mother and the driver reserve.
async fn people(scene: &MatrixScene) {
    let arrival = lookup::arrival(scene, "钟离雀").await;
    let path = format!("/arrivals/{}/acts", lookup::text(&arrival["id"]));
    let act = json!({ "act": "release", "seen": arrival["cursor"] });
    lookup::as_person(scene, "T-A", Method::POST, &path, Some(act)).await;
    lookup::reservation(scene).await;
    let driver = session::issue(&scene.app, scene.driver).await.unwrap().token;
    let stay = json!({
        "audience": "public", "plate": "鲁BQ7D06",
        "starts_at": "2026-11-23T19:00:00+08:00", "ends_at": "2026-11-23T20:00:00+08:00",
    });
    let path = "/garages/south/reservations";
    lookup::as_session(scene, &driver, Method::POST, path, Some(stay)).await;
}

/// A correction, a block and a remote opening of garage 1.
async fn console(scene: &MatrixScene) {
    let adjustment = json!({ "occupied": 2, "seen": 2, "reason": "counted" });
    lookup::as_operator(scene, Method::POST, "/garages/north/adjustments", Some(adjustment)).await;
    let block = json!({ "plate": "鲁BQ7Z13", "reason": "drove off without paying" });
    lookup::as_operator(scene, Method::POST, "/garages/north/blocks", Some(block)).await;
    let opening = json!({ "lane": "in", "reason": "the camera is dirty", "plate": "鲁BQ7V12" });
    lookup::as_operator(scene, Method::POST, "/garages/north/open-orders", Some(opening)).await;
}
