//! Cameras of other makes that post what they see and do what the answer says.

use std::net::IpAddr;

use devices::zhenshi::play::{self, Sight};
use devices::{dahua, hikvision, huaxia};
use domain::time::{Clock, Timestamp};
use process::clock::SystemClock;
use protocol::uplink::{GateEvent, What};
use serde_json::{Value, json};
use testkit::wait;

use crate::controller::SOON;
use crate::district::Mood;
use crate::site::{DAHUA, HIKVISION, HUAXIA, LOOPED, PARENT, Site, ZHENSHI};

pub struct Camera {
    http: reqwest::Client,
    url: String,
}

impl Camera {
    pub fn at(site: &Site, address: IpAddr) -> Self {
        let http = reqwest::Client::builder().local_address(address).timeout(SOON).build().unwrap();
        Self { http, url: format!("http://{}/NotificationInfo/TollgateInfo", site.devices.unwrap()) }
    }

    pub async fn post(&self, body: Vec<u8>) -> (u16, Value) {
        let answer = self.http.post(&self.url).body(body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap_or_default())
    }

    /// Whether the barrier opens.
    pub async fn sees(&self, sight: &Sight<'_>) -> bool {
        let (status, body) = self.post(play::push(sight)).await;
        assert_eq!((status, &body["Response_AlarmInfoPlate"]["content"]), (200, &json!("retransfer_stop")));
        body["Response_AlarmInfoPlate"]["info"] == "ok"
    }
}

pub fn sight<'a>(serial: &'a str, number: i64, plate: &'a str, at: Timestamp) -> Sight<'a> {
    Sight { serial, number, plate: Some(plate), confidence: 98, at, kept: false, opened: false }
}

impl Site {
    /// Events of this lane that the server has.
    pub fn told(&self, lane: &str) -> Vec<GateEvent> {
        let events = |record: &protocol::uplink::Record| match &record.what {
            What::Event(event) if event.lane.as_str() == lane => Some(event.clone()),
            _ => None,
        };
        self.district.books(|books| books.records.iter().filter_map(|(_, record)| events(record)).collect())
    }

    pub async fn tells(&self, lane: &str, events: usize) -> Vec<GateEvent> {
        let what = format!("{events} events of {lane}");
        wait::until(SOON, &what, async || Some(self.told(lane)).filter(|told| told.len() == events)).await
    }

    pub fn letters(&self) -> usize {
        self.district.books(|books| {
            books.records.iter().filter(|(_, r)| matches!(r.what, What::DeadLetter(_))).count()
        })
    }
}

#[tokio::test]
async fn a_known_car_is_let_in_by_the_answer_and_told_once() {
    let site = Site::with_cameras().await;
    let camera = Camera::at(&site, ZHENSHI);
    let now = SystemClock.now();
    let parent = sight("zhenshi-1", 7, PARENT, now);
    assert!(camera.sees(&parent).await);
    // It has not heard the answer: the car still stands there.
    assert!(camera.sees(&parent).await);
    // With a picture of some megabytes.
    let stranger = String::from_utf8(play::push(&sight("zhenshi-1", 8, "鲁B99999", now))).unwrap();
    let picture = format!(r#""imageFile":"{}""#, "A".repeat(3_000_000));
    let (status, body) = camera.post(stranger.replace(r#""imageFile":"""#, &picture).into_bytes()).await;
    assert_eq!((status, &body["Response_AlarmInfoPlate"]["info"]), (200, &json!("no")));
    let told = site.tells("zhenshi", 2).await;
    assert_eq!((told[0].plate.as_deref(), told[0].delta, told[1].delta), (Some(PARENT), 1, 0));
    assert!(told[0].decision.unwrap().opens());
}

#[tokio::test]
async fn what_a_camera_had_kept_is_recorded_asked_for_and_opens_nothing() {
    let site = Site::with_cameras().await;
    let camera = Camera::at(&site, ZHENSHI);
    let long_ago = SystemClock.now() - std::time::Duration::from_secs(3 * 3600);
    let kept = Sight { kept: true, ..sight("zhenshi-1", 123, PARENT, long_ago) };
    for _ in 0..2 {
        let (status, body) = camera.post(play::push(&kept)).await;
        let answer = &body["Response_AlarmInfoPlate"];
        assert_eq!((status, &answer["info"]), (200, &json!("no")));
        assert_eq!(answer["ContinuePushOffline"], json!({ "plateid": 123, "continue": 1 }));
    }
    let told = site.tells("zhenshi", 1).await;
    assert!(told[0].happened_at <= long_ago + SOON, "it happened when the camera saw it");
}

#[tokio::test]
async fn the_loop_counts_the_car_that_was_let_in() {
    let site = Site::with_cameras().await;
    let camera = Camera::at(&site, LOOPED);
    assert!(camera.sees(&sight("looped-1", 1, PARENT, SystemClock.now())).await);
    let input = json!({ "AlarmGioIn": { "serialno": "looped-1", "result": { "TriggerResult": { "source": 2, "value": 1 } } } });
    assert_eq!(camera.post(input.to_string().into_bytes()).await.0, 200);
    let told = site.tells("looped", 2).await;
    assert_eq!((told[0].delta, told[1].delta), (0, 1));
    assert_eq!(told[1].of.as_ref(), Some(&told[0].event_id));
}

#[tokio::test]
async fn who_is_no_camera_of_a_lane_or_says_so_opens_nothing() {
    let site = Site::with_cameras().await;
    let now = SystemClock.now();
    let stranger = Camera::at(&site, IpAddr::from([127, 0, 0, 9]));
    assert_eq!(stranger.post(play::push(&sight("zhenshi-1", 1, PARENT, now))).await.0, 403);
    let camera = Camera::at(&site, ZHENSHI);
    assert!(!camera.sees(&sight("another-one", 1, PARENT, now)).await);
    assert_eq!(camera.post(b"garbage".to_vec()).await.0, 200);
    assert!(!camera.sees(&sight("zhenshi-1", 2, &"鲁".repeat(33), now)).await);
    wait::until(SOON, "three dead letters", async || (site.letters() == 3).then_some(())).await;
    assert_eq!(site.told("zhenshi"), []);
    // It still works.
    assert!(camera.sees(&sight("zhenshi-1", 3, PARENT, now)).await);
}

#[tokio::test]
async fn without_server_and_broker_cameras_are_answered_all_the_same() {
    let mut site = Site::with_cameras().await;
    let camera = Camera::at(&site, ZHENSHI);
    site.district.mood(Mood::Away);
    site.broker.kill9();
    let parent = sight("zhenshi-1", 1, PARENT, SystemClock.now());
    assert!(camera.sees(&parent).await);
    site.stop().await;
    site.broker.restart();
    site.district.mood(Mood::Well);
    site.start().await;
    let told = site.tells("zhenshi", 1).await;
    assert_eq!(told[0].delta, 1);
    // What was on disk before is known after: the same reading counts nothing.
    assert!(!camera.sees(&parent).await);
    assert_eq!(site.told("zhenshi").len(), 1);
}

#[tokio::test]
async fn another_make_is_answered_in_its_own_words() {
    let site = Site::with_cameras().await;
    let camera = Camera::at(&site, HUAXIA);
    let now = SystemClock.now();
    let (status, body) = camera.post(huaxia::play("huaxia-1", Some((PARENT, now, false)))).await;
    assert_eq!((status, &body["error_num"], body.get("gpio_data").is_some()), (200, &json!(0), true));
    let (_, body) = camera.post(huaxia::play("huaxia-1", Some(("鲁B99999", now, false)))).await;
    assert_eq!((&body["error_num"], body.get("gpio_data").is_some()), (&json!(0), false));
    assert_eq!(camera.post(huaxia::play("huaxia-1", None)).await.0, 200);
    site.tells("huaxia", 2).await;
}

#[tokio::test]
async fn cameras_that_open_by_a_request_are_asked_to() {
    let site = Site::with_cameras().await;
    let barrier = site.barrier.as_ref().unwrap();
    let now = SystemClock.now();
    let opened = async |requests: usize| {
        wait::until(SOON, "a request to open", async || (barrier.asked().len() == requests).then_some(()))
            .await;
        barrier.asked().pop().unwrap()
    };
    let hikvision = Camera::at(&site, HIKVISION);
    assert_eq!(hikvision.post(hikvision::play("hikvision-1", 1, Some(PARENT), now, false)).await.0, 200);
    let (method, path, body) = opened(1).await;
    assert_eq!((method.as_str(), path.as_str()), ("PUT", "/ISAPI/Parking/channels/1/barrierGate"));
    assert!(body.contains("<ctrlMode>open</ctrlMode>"));

    let dahua = Camera::at(&site, DAHUA);
    assert_eq!(dahua.post(dahua::play("dahua-1", Some(PARENT), 97, now)).await.1["result"], "true");
    assert!(opened(2).await.1.starts_with("/cgi-bin/trafficSnap.cgi?action=openStrobe"));

    // Of long ago, and of a stranger.
    assert_eq!(hikvision.post(hikvision::play("hikvision-1", 2, Some(PARENT), now, true)).await.0, 200);
    assert_eq!(dahua.post(dahua::play("dahua-1", Some("鲁B99999"), 97, now)).await.0, 200);
    site.tells("hikvision", 2).await;
    site.tells("dahua", 2).await;
    assert_eq!(barrier.asked().len(), 2);
}
