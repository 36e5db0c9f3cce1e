//! Cameras of other makes that post their readings and act on the reply.

use std::net::IpAddr;

use devices::huaxia;
use domain::time::Clock;
use protocol::mqtt::EventKind;
use protocol::uplink::{GateEvent, UplinkRecordContent};
use serde_json::json;
use service::clock::SystemClock;
use simulator::camera::CameraCar;
use simulator::camera::posting::{PostingCamera, PostingCameraConfig, PostingMake};
use testkit::wait;

use crate::controller::SOON;
use crate::district::Mood;
use crate::site::{DAHUA, HIKVISION, HUAXIA, LOOPED, PARENT, Site, ZHENSHI};

/// That of the lane with this name.
pub(crate) fn camera(site: &Site, make: PostingMake, lane: &str) -> PostingCamera {
    let address = match lane {
        "looped" => LOOPED,
        "huaxia" => HUAXIA,
        "hikvision" => HIKVISION,
        "dahua" => DAHUA,
        _ => ZHENSHI,
    };
    let gateway = site.devices.unwrap();
    PostingCamera::new(PostingCameraConfig { make, serial: format!("{lane}-1"), gateway, address }).unwrap()
}

impl Site {
    /// Events of this lane that the server has.
    pub(crate) fn told(&self, lane: &str) -> Vec<GateEvent> {
        let events = |record: &protocol::uplink::UplinkRecord| match &record.content {
            UplinkRecordContent::Event(event) if event.lane.as_str() == lane => Some(event.clone()),
            _ => None,
        };
        self.district.books(|books| books.records.iter().filter_map(|(_, record)| events(record)).collect())
    }

    pub(crate) async fn tells(&self, lane: &str, events: usize) -> Vec<GateEvent> {
        let what = format!("{events} events of {lane}");
        wait::until(SOON, &what, async || Some(self.told(lane)).filter(|told| told.len() == events)).await
    }

    pub(crate) fn letters(&self) -> usize {
        self.district.books(|books| {
            books
                .records
                .iter()
                .filter(|(_, r)| matches!(r.content, UplinkRecordContent::DeadLetter(_)))
                .count()
        })
    }
}

#[tokio::test]
async fn a_known_car_is_let_in_by_the_answer_and_told_once() {
    let site = Site::with_cameras().await;
    let camera = camera(&site, PostingMake::Zhenshi, "zhenshi");
    let now = SystemClock.now();
    let parent = camera.reading(CameraCar::at_the_gate(PARENT, now));
    let answer = camera.post(parent.clone()).await.unwrap();
    assert!(answer.opens() && answer.settles(), "{answer:?}");
    // It has not received the reply: the car is still present.
    assert!(camera.post(parent).await.unwrap().opens());
    // With a picture of some megabytes.
    let stranger = String::from_utf8(camera.reading(CameraCar::at_the_gate("鲁B99999", now))).unwrap();
    let picture = format!(r#""imageFile":"{}""#, "A".repeat(3_000_000));
    let answer = camera.post(stranger.replace(r#""imageFile":"""#, &picture).into_bytes()).await.unwrap();
    assert!(answer.settles() && !answer.opens(), "{answer:?}");
    let told = site.tells("zhenshi", 2).await;
    assert_eq!((told[0].plate.as_deref(), told[0].delta, told[1].delta), (Some(PARENT), 1, 0));
    assert!(told[0].decision.unwrap().opens());
}

#[tokio::test]
async fn what_a_camera_had_kept_is_recorded_asked_for_and_opens_nothing() {
    let site = Site::with_cameras().await;
    let camera = camera(&site, PostingMake::Zhenshi, "zhenshi");
    let long_ago = SystemClock.now() - std::time::Duration::from_secs(3 * 3600);
    let kept = camera.reading(CameraCar { kept: true, ..CameraCar::at_the_gate(PARENT, long_ago) });
    for _ in 0..2 {
        let answer = camera.post(kept.clone()).await.unwrap();
        assert!(answer.settles() && !answer.opens(), "{answer:?}");
        let next = &answer.body["Response_AlarmInfoPlate"]["ContinuePushOffline"];
        assert_eq!(next, &json!({ "plateid": 1, "continue": 1 }));
    }
    let told = site.tells("zhenshi", 1).await;
    assert!(told[0].happened_at <= long_ago + SOON, "it happened when the camera saw it");
}

#[tokio::test]
async fn the_loop_counts_the_car_that_was_let_in() {
    let site = Site::with_cameras().await;
    let camera = camera(&site, PostingMake::Zhenshi, "looped");
    assert!(camera.sees(CameraCar::at_the_gate(PARENT, SystemClock.now())).await.unwrap().opens());
    let input = json!({ "AlarmGioIn": { "serialno": "looped-1", "result": { "TriggerResult": { "source": 2, "value": 1 } } } });
    assert_eq!(camera.post(input.to_string().into_bytes()).await.unwrap().status, 200);
    let told = site.tells("looped", 2).await;
    assert_eq!((told[0].delta, told[1].delta), (0, 1));
    assert_eq!(told[1].related_event_id.as_ref(), Some(&told[0].event_id));
}

#[tokio::test]
async fn who_is_no_camera_of_a_lane_or_says_so_opens_nothing() {
    let site = Site::with_cameras().await;
    let parent = CameraCar::at_the_gate(PARENT, SystemClock.now());
    let of = |serial: &str, address| {
        let serial = serial.to_owned();
        PostingCamera::new(PostingCameraConfig {
            make: PostingMake::Zhenshi,
            serial,
            gateway: site.devices.unwrap(),
            address,
        })
        .unwrap()
    };
    let elsewhere = of("zhenshi-1", IpAddr::from([127, 0, 0, 9]));
    assert_eq!(elsewhere.sees(parent).await.unwrap().status, 403);
    assert!(!of("another-one", ZHENSHI).sees(parent).await.unwrap().opens());
    let camera = of("zhenshi-1", ZHENSHI);
    assert_eq!(camera.post(b"garbage".to_vec()).await.unwrap().status, 200);
    assert!(!camera.sees(CameraCar { plate: Some(&"鲁".repeat(33)), ..parent }).await.unwrap().opens());
    wait::until(SOON, "two dead letters", async || (site.letters() == 2).then_some(())).await;
    // Two cars whose plates were not read: of the device that claims another serial number, and the one that is no plate.
    let told = site.tells("zhenshi", 2).await;
    assert!(told.iter().all(|event| event.delta == 0 && !event.decision.unwrap().opens()), "{told:?}");
    // It still works.
    assert!(camera.sees(parent).await.unwrap().opens());
}

#[tokio::test]
async fn without_server_and_broker_cameras_are_answered_all_the_same() {
    let mut site = Site::with_cameras().await;
    let camera = camera(&site, PostingMake::Zhenshi, "zhenshi");
    site.district.mood(Mood::Away);
    site.broker.kill9();
    let parent = camera.reading(CameraCar::at_the_gate(PARENT, SystemClock.now()));
    assert!(camera.post(parent.clone()).await.unwrap().opens());
    site.stop().await;
    site.broker.restart();
    site.district.mood(Mood::Well);
    site.start().await;
    let told = site.tells("zhenshi", 1).await;
    assert_eq!(told[0].delta, 1);
    // What was on disk before is known after: the same reading counts nothing.
    assert!(!camera.post(parent).await.unwrap().opens());
    assert_eq!(site.told("zhenshi").len(), 1);
}

#[tokio::test]
async fn another_make_is_answered_in_its_own_words() {
    let site = Site::with_cameras().await;
    let camera = camera(&site, PostingMake::Huaxia, "huaxia");
    let now = SystemClock.now();
    for (plate, opens) in [(PARENT, true), ("鲁B99999", false)] {
        let answer = camera.sees(CameraCar::at_the_gate(plate, now)).await.unwrap();
        assert_eq!((answer.settles(), answer.opens()), (true, opens), "{answer:?}");
    }
    assert_eq!(camera.post(huaxia::play("huaxia-1", None)).await.unwrap().status, 200);
    site.tells("huaxia", 2).await;
}

#[tokio::test]
async fn cameras_that_open_by_a_request_are_asked_to() {
    let site = Site::with_cameras().await;
    let barrier = site.barrier.as_ref().unwrap();
    let now = SystemClock.now();
    let opened = async |times| tokio::time::timeout(SOON, barrier.asked_times(times)).await.unwrap().unwrap();
    let hikvision = camera(&site, PostingMake::Hikvision, "hikvision");
    let dahua = camera(&site, PostingMake::Dahua, "dahua");
    for (camera, times) in [(&hikvision, 1), (&dahua, 2)] {
        let answer = camera.sees(CameraCar::at_the_gate(PARENT, now)).await.unwrap();
        assert!(answer.settles(), "{answer:?}");
        let asked = opened(times).await;
        assert!(asked.opens(), "{asked:?}");
    }
    // Of long ago, and of a stranger.
    hikvision.sees(CameraCar { kept: true, ..CameraCar::at_the_gate(PARENT, now) }).await.unwrap();
    dahua.sees(CameraCar::at_the_gate("鲁B99999", now)).await.unwrap();
    // The reading, the confirmed opening that counts it, and the one that opened nothing.
    for lane in ["hikvision", "dahua"] {
        let told = site.tells(lane, 3).await;
        assert_eq!((told[0].delta, told[1].kind, told[1].delta), (0, EventKind::Opened, 1), "{lane}");
    }
    assert_eq!(barrier.asked().len(), 2);
}
