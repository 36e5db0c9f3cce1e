//! A camera of another make on the garage's own broker.

use devices::message::SignalKind;
use devices::zhenshi::play::{self, ZhenshiSighting};
use domain::device::DeviceQuirk;
use domain::time::Clock;
use domain::time::Timestamp;
use protocol::mqtt::EventKind;
use service::clock::SystemClock;
use simulator::camera::CameraCar;
use testkit::wait;

use crate::controller::{Controller, SOON};
use crate::district::garage;
use crate::site::{PARENT, SERIAL, Site, camera_topics};

fn sight<'a>(serial: &'a str, number: i64, plate: &'a str, at: Timestamp) -> ZhenshiSighting<'a> {
    ZhenshiSighting { serial, number, plate: Some(plate), confidence: 98, at, kept: false, opened: false }
}

/// With both forms of its topics.
async fn camera(site: &Site) -> Controller {
    Controller::connect(site.broker.port(), &garage(), "camera", camera_topics().subscribe).await
}

fn up(kind: &str) -> String {
    format!("device/{SERIAL}/message/up/{kind}")
}

/// How often its barrier was pulsed, and on which topic last.
fn pulses(camera: &Controller) -> (usize, Option<String>) {
    camera.heard(|heard| (heard.others.len(), heard.others.last().map(|(topic, _)| topic.clone())))
}

async fn pulsed(camera: &Controller, times: usize) -> String {
    wait::until(SOON, "a pulse", async || {
        let (pulses, topic) = pulses(camera);
        assert!(pulses <= times, "{pulses} pulses");
        topic.filter(|_| pulses == times)
    })
    .await
}

#[tokio::test]
async fn a_known_car_is_let_in_once_however_often_it_is_told() {
    let site = Site::with_cameras().await;
    let config = simulator::camera::publishing::PublishingCameraConfig {
        host: "127.0.0.1".into(),
        port: site.broker.port(),
        username: "macau-road.camera".into(),
        password: "secret".into(),
        serial: SERIAL.into(),
    };
    let camera = simulator::camera::publishing::PublishingCamera::start(config);
    camera.connected(SOON).await.unwrap();
    let now = SystemClock.now();
    // Sent again, and another result for the same car.
    let parent = camera.reading(CameraCar::at_the_gate(PARENT, now));
    camera.publish("ivs_result", parent.clone()).await.unwrap();
    camera.publish("ivs_result", parent).await.unwrap();
    camera.sees(CameraCar::at_the_gate(PARENT, now)).await.unwrap();
    assert!(tokio::time::timeout(SOON, camera.pulsed(1)).await.unwrap());
    camera.sees(CameraCar::at_the_gate("鲁B99999", now)).await.unwrap();
    let told = site.tells("camera", 2).await;
    assert_eq!((told[0].plate.as_deref(), told[0].delta, told[1].delta), (Some(PARENT), 1, 0));
    assert_eq!(camera.pulses(), 1);
}

#[tokio::test]
async fn a_camera_is_answered_in_the_form_in_which_it_speaks() {
    let site = Site::with_cameras().await;
    let camera = camera(&site).await;
    let parent = play::ivs_result(&sight(SERIAL, 1, PARENT, SystemClock.now()));
    camera.publish(&format!("{SERIAL}/device/message/up/ivs_result"), false, parent).await;
    assert_eq!(pulsed(&camera, 1).await, format!("{SERIAL}/device/message/down/gpio_out"));
    let (_, pulse) = camera.heard(|heard| heard.others[0].clone());
    assert_eq!((&pulse["sn"], &pulse["payload"]["body"]["io"]), (&SERIAL.into(), &0.into()));
}

#[tokio::test]
async fn the_server_is_told_what_is_peculiar_about_a_camera_and_how_wrong_its_clock_is() {
    let site = Site::with_cameras().await;
    let camera = camera(&site).await;
    let mut alive = vec![0];
    alive.extend(play::keep_alive(SERIAL, SystemClock.now()));
    camera.publish(&up("keep_alive"), false, alive).await;
    let behind = SystemClock.now() - std::time::Duration::from_secs(90);
    let parent = play::ivs_result(&sight(SERIAL, 1, PARENT, behind));
    camera.publish(&format!("{SERIAL}/device/message/up/ivs_result"), false, parent).await;
    let lane = wait::until(SOON, "the lane's clock is told", async || {
        let lanes = site.district.books(|books| Some(books.last.as_ref()?.status.lanes.clone()))?;
        lanes.into_iter().find(|lane| lane.lane.as_str() == "camera" && lane.clock_ahead_ms.is_some())
    })
    .await;
    assert_eq!(lane.make.as_str(), "zhenshi-mqtt");
    assert_eq!(lane.quirks, [DeviceQuirk::OldTopics, DeviceQuirk::LeadingNul].into());
    assert!((-95_000..=-90_000).contains(&lane.clock_ahead_ms.unwrap()), "{lane:?}");
    assert_eq!(pulses(&camera).0, 1, "a clock that is wrong keeps nobody out");
}

#[tokio::test]
async fn what_it_kept_or_the_broker_kept_opens_nothing() {
    let site = Site::with_cameras().await;
    let camera = camera(&site).await;
    let long_ago = SystemClock.now() - std::time::Duration::from_secs(3 * 3600);
    let kept = ZhenshiSighting { kept: true, ..sight(SERIAL, 5, PARENT, long_ago) };
    camera.publish(&up("ivs_result"), false, play::ivs_result(&kept)).await;
    let told = site.tells("camera", 1).await;
    assert!(told[0].happened_at <= long_ago + SOON);
    // A gateway that connects later gets what the broker has kept, as if it were new.
    let mut site = site;
    site.stop().await;
    let retained = play::ivs_result(&sight(SERIAL, 6, PARENT, SystemClock.now()));
    camera.publish(&up("ivs_result"), true, retained).await;
    site.start().await;
    let live = sight(SERIAL, 7, "鲁B99999", SystemClock.now());
    camera.publish(&up("ivs_result"), false, play::ivs_result(&live)).await;
    assert_eq!(site.tells("camera", 2).await[1].plate.as_deref(), Some("鲁B99999"));
    assert_eq!(pulses(&camera).0, 0);
}

#[tokio::test]
async fn its_lane_control_says_who_turned_back_and_who_came_behind() {
    let site = Site::with_cameras().await;
    let camera = camera(&site).await;
    let now = SystemClock.now();
    camera.publish(&up("ivs_result"), false, play::ivs_result(&sight(SERIAL, 1, PARENT, now))).await;
    pulsed(&camera, 1).await;
    use SignalKind::{Free, Reversed, Stuck, Tailgated};
    for (number, kind) in [(2, Tailgated), (3, Reversed), (4, Stuck), (5, Free)] {
        let said = play::lane_event(SERIAL, kind, number, now).unwrap();
        camera.publish(&up("lanectrl_result"), false, said).await;
    }
    let told = site.tells("camera", 5).await;
    let kinds: Vec<_> = told.iter().map(|event| (event.kind, event.delta)).collect();
    let expected = [
        (EventKind::Plate, 1),
        (EventKind::Tailgate, 1),
        (EventKind::Reversal, -1),
        (EventKind::Stuck, 0),
        (EventKind::Free, 0),
    ];
    assert_eq!(kinds, expected);
}

#[tokio::test]
async fn nobody_else_speaks_for_a_camera_and_garbage_is_an_operators_to_see() {
    let site = Site::with_cameras().await;
    let (camera, stranger) = (camera(&site).await, site.controller("stranger").await);
    let parent = play::ivs_result(&sight(SERIAL, 1, PARENT, SystemClock.now()));
    stranger.publish(&up("ivs_result"), false, parent).await;
    stranger.publish(&format!("device/{SERIAL}/message/down/gpio_out"), false, b"{}".to_vec()).await;
    camera.publish(&up("ivs_result"), false, b"garbage".to_vec()).await;
    wait::until(SOON, "a dead letter", async || (site.letters() == 1).then_some(())).await;
    // It may have been a car's: one whose plate was not read waits.
    let told = site.tells("camera", 1).await;
    assert_eq!((told[0].plate.as_deref(), told[0].delta, pulses(&camera).0), (None, 0, 0));
}
