//! Messages that real cameras send, at an exit and at an entry: no car is trapped, no reading is lost.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::time::Duration;

use domain::access::{AccessDecision, DenialReason, OverrideReason};
use domain::ids::LaneId;
use domain::occupancy::{LaneDirection, PassDetection};
use domain::time::Clock;
use gateway::config::{DeviceControlConfig, LaneConfig, ReadingRules, UNREAD_PAUSE};
use protocol::alarm::LaneAlarmKind;
use protocol::mqtt::{ControllerCommandKind, EventKind};
use serde_json::Value;
use service::clock::SystemClock;
use service::config::SecretText;
use simulator::camera::streaming::{
    CameraAuthentication, OpeningReply, StreamingCamera, StreamingCameraConfig,
};
use testkit::wait;

use crate::controller::{SOON, plate};
use crate::site::{OUT_SERIAL, PARENT, Site, foreign, lane};

/// An entry and an exit lane for each make that posts, with a camera that receives open requests.
pub(crate) struct FieldSite {
    pub site: Site,
    /// The device that receives open requests, by lane.
    pub barriers: HashMap<String, StreamingCamera>,
}

/// The makes that post.
pub(crate) const POSTING: [&str; 4] = ["zhenshi-http", "huaxia", "hikvision", "dahua"];

/// From which a lane's device posts.
pub(crate) fn address_of(make: &str, direction: LaneDirection) -> IpAddr {
    let index = u8::try_from(POSTING.iter().position(|known| *known == make).unwrap()).unwrap();
    let last = 20 + 2 * index + u8::from(direction == LaneDirection::Out);
    IpAddr::V4(Ipv4Addr::new(127, 0, 1, last))
}

pub(crate) fn lane_of(make: &str, direction: LaneDirection) -> String {
    let way = if direction == LaneDirection::Out { "out" } else { "in" };
    format!("{make}-{way}")
}

impl FieldSite {
    /// `pause` is between two commands for messages that are not understood.
    pub(crate) async fn open(pause: Duration, rules: ReadingRules) -> Self {
        let (mut lanes, mut controls, mut barriers) = (Vec::new(), HashMap::new(), HashMap::new());
        for make in POSTING {
            for direction in [LaneDirection::In, LaneDirection::Out] {
                let id = lane_of(make, direction);
                let device = foreign(
                    LaneConfig { reading: rules, ..lane(&id, direction, PassDetection::Plate) },
                    make,
                    Some(address_of(make, direction)),
                    None,
                );
                if device.confirms_opening() {
                    let barrier = barrier(CameraAuthentication::Digest).await;
                    controls.insert(LaneId::parse(&id).unwrap(), control(&barrier));
                    barriers.insert(id, barrier);
                }
                lanes.push(device);
            }
        }
        let camera =
            LaneConfig { reading: rules, ..lane("camera-out", LaneDirection::Out, PassDetection::Plate) };
        lanes.push(foreign(camera, "zhenshi-mqtt", None, Some(OUT_SERIAL.to_owned())));
        lanes.push(LaneConfig {
            reading: rules,
            ..lane("native-out", LaneDirection::Out, PassDetection::Plate)
        });
        lanes.push(LaneConfig {
            reading: rules,
            ..lane("native-in", LaneDirection::In, PassDetection::Plate)
        });
        Self { site: Site::with_lanes(lanes, controls, pause).await, barriers }
    }

    /// Posts from the lane's own address.
    pub(crate) async fn post(
        &self,
        make: &str,
        direction: LaneDirection,
        path: &str,
        body: Vec<u8>,
    ) -> PostReply {
        let http = reqwest::Client::builder().no_proxy().local_address(address_of(make, direction));
        let url = format!("http://{}{path}", self.site.devices.unwrap());
        let response = http.build().unwrap().post(url).body(body).send().await.unwrap();
        PostReply { status: response.status().as_u16(), body: response.json().await.unwrap_or_default() }
    }

    pub(crate) fn opened(&self, lane: &str) -> usize {
        self.barriers[lane].opened()
    }

    async fn alarm(&self, lane: &str, kind: LaneAlarmKind) -> protocol::alarm::LaneAlarm {
        wait::until(SOON, "the alarm of a lane", async || {
            let lanes = self.site.district.books(|books| Some(books.last.as_ref()?.status.lanes.clone()))?;
            let status = lanes.into_iter().find(|status| status.lane.as_str() == lane)?;
            status.alarms.into_iter().find(|alarm| alarm.kind == kind)
        })
        .await
    }
}

async fn barrier(authentication: CameraAuthentication) -> StreamingCamera {
    StreamingCamera::start(StreamingCameraConfig {
        username: "admin".into(),
        password: "secret".into(),
        authentication,
        content_type: "multipart/mixed; boundary=boundary".into(),
    })
    .await
    .unwrap()
}

fn control(barrier: &StreamingCamera) -> DeviceControlConfig {
    DeviceControlConfig {
        url: format!("http://{}", barrier.address()).parse().unwrap(),
        username: "admin".into(),
        password: SecretText::new("secret"),
        channel: 1,
        relay: None,
    }
}

/// What a device that posted was answered.
#[derive(Debug)]
pub(crate) struct PostReply {
    pub status: u16,
    pub body: Value,
}

impl PostReply {
    /// Whether a Zhenshi or Huaxia camera raises its barrier by it.
    pub(crate) fn opens(&self) -> bool {
        self.body.pointer("/Response_AlarmInfoPlate/info") == Some(&"ok".into())
            || self.body.get("gpio_data").is_some()
    }
}

/// A message of the corpus of makes.
pub(crate) fn corpus(make: &str, file: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/devices/corpus").join(make).join(file);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

async fn field() -> FieldSite {
    FieldSite::open(Duration::from_millis(20), ReadingRules::default()).await
}

#[tokio::test]
async fn whatever_an_exits_own_camera_sends_and_is_not_understood_opens_and_raises_an_alarm() {
    let field = field().await;
    let garbage = || b"\xff\x00 what is this".to_vec();
    for make in ["zhenshi-http", "huaxia"] {
        for (path, body) in
            [("/", garbage()), ("/another/path?a=1", b"<x/>".to_vec()), ("/", vec![b'x'; 20_000_000])]
        {
            let reply = field.post(make, LaneDirection::Out, path, body).await;
            assert_eq!((reply.status, reply.opens()), (200, true), "{make} {path}");
        }
    }
    for make in ["hikvision", "dahua"] {
        let lane = lane_of(make, LaneDirection::Out);
        for (times, body) in [(1, garbage()), (2, b"{\"Plate\":".to_vec())] {
            field.post(make, LaneDirection::Out, "/api/camera/exit", body).await;
            assert!(tokio::time::timeout(SOON, field.barriers[&lane].opened_times(times)).await.unwrap());
        }
        let alarm = field.alarm(&lane, LaneAlarmKind::NotUnderstood).await;
        assert!(alarm.shape.is_some() && !alarm.detail.is_empty(), "{alarm:?}");
    }
    let told = field.site.tells("hikvision-out", 4).await;
    let unread = told.iter().filter(|event| event.kind == EventKind::NotUnderstood);
    assert!(unread.clone().all(|event| event.delta == 0));
    assert_eq!(unread.count(), 2);
}

#[tokio::test]
async fn a_request_of_another_method_opens_an_exit_too_and_the_same_bytes_again_open_it_once() {
    let field = field().await;
    let http =
        reqwest::Client::builder().no_proxy().local_address(address_of("hikvision", LaneDirection::Out));
    let http = http.build().unwrap();
    let url = format!("http://{}/status", field.site.devices.unwrap());
    for _ in 0..3 {
        http.get(&url).send().await.unwrap();
    }
    let barrier = &field.barriers["hikvision-out"];
    assert!(tokio::time::timeout(SOON, barrier.opened_times(1)).await.unwrap());
    field.post("hikvision", LaneDirection::Out, "/status", b"other".to_vec()).await;
    assert!(tokio::time::timeout(SOON, barrier.opened_times(2)).await.unwrap());
    assert_eq!(barrier.opened(), 2);
}

#[tokio::test]
async fn at_an_entry_a_car_waits_where_the_message_resembles_a_reading() {
    let field = field().await;
    let reply =
        field.post("zhenshi-http", LaneDirection::In, "/", b"{\"license\": {\"broken\"".to_vec()).await;
    assert!(!reply.opens());
    let told = field.site.tells("zhenshi-http-in", 1).await;
    assert_eq!(told[0].kind, EventKind::Plate);
    assert_eq!(
        (told[0].decision, told[0].delta),
        (Some(AccessDecision::Review { reason: DenialReason::UnreadPlate }), 0)
    );
    assert!(!field.post("zhenshi-http", LaneDirection::In, "/", b"hello".to_vec()).await.opens());
    let alarm = field.alarm("zhenshi-http-in", LaneAlarmKind::NotUnderstood).await;
    assert!(alarm.count >= 1);
    assert_eq!(field.site.told("zhenshi-http-in").len(), 1, "no car of bytes without a plate");
}

#[tokio::test]
async fn native_events_that_are_not_as_documented_open_an_exit() {
    let field = field().await;
    let gate = field.site.controller("native-out").await;
    let bad = [
        "hello",
        r#"{"event_id":"dance","kind":"dance"}"#,
        r#"{"event_id":"v2","kind":"plate","v":2,"occurred_at":"2026-11-29T04:00:00+08:00"}"#,
        "[1,2,3]",
    ];
    for (index, payload) in bad.iter().enumerate() {
        gate.publish(&gate.event_topic(), false, *payload).await;
        wait::until(SOON, payload, async || gate.heard(|heard| (heard.commands.len() > index).then_some(())))
            .await;
    }
    assert!(gate.heard(|heard| heard.commands.iter().all(|c| c.command == ControllerCommandKind::Open)));
    assert_eq!(gate.commands_for("dance").len(), 1, "by the controller's own id where it can be read");
    for (id, time) in [
        ("c1970", "1970-01-01T00:00:33Z"),
        ("c2034", "2034-01-01T00:00:00Z"),
        ("nozone", "2026-11-29T04:00:00"),
    ] {
        let payload = format!(
            "{{\"event_id\":\"{id}\",\"kind\":\"plate\",\"plate\":\"鲁B12345\",\"confidence\":97.5,\"occurred_at\":\"{time}\"}}\0"
        );
        gate.publish(&gate.event_topic(), false, payload).await;
        assert_eq!(gate.command(id).await.command, ControllerCommandKind::Open);
        gate.acked(id, 1).await;
    }
}

#[tokio::test]
async fn ids_are_made_of_all_that_makes_a_reading_unique() {
    let field = field().await;
    let barrier = &field.barriers["hikvision-out"];
    let pairs = [
        ("same-second-first.xml", "same-second-second.xml"),
        ("zone-without-colon-first.xml", "zone-without-colon-second.xml"),
    ];
    let mut times = 0;
    for file in pairs.iter().flat_map(|(one, two)| [one, two]) {
        times += 1;
        field.post("hikvision", LaneDirection::Out, "/", corpus("hikvision", file)).await;
        assert!(tokio::time::timeout(SOON, barrier.opened_times(times)).await.unwrap(), "{file}");
    }
    // A counter that began anew: another car under a known id.
    let gate = field.site.controller("native-in").await;
    gate.send(&plate("ctr-1", PARENT)).await;
    gate.acked("ctr-1", 1).await;
    gate.send(&plate("ctr-1", "京A99999")).await;
    gate.acked("ctr-1", 2).await;
    let told = field.site.tells("native-in", 2).await;
    assert_eq!(told[1].plate.as_deref(), Some("京A99999"));
    assert!(!told[1].decision.unwrap().opens(), "a stranger with a known id stays outside");
    field.alarm("native-in", LaneAlarmKind::RepeatedIds).await;
}

#[tokio::test]
async fn a_busy_barrier_is_asked_again_and_the_car_counts_when_it_has_opened() {
    let field = field().await;
    field.barriers["hikvision-in"].answer_openings(OpeningReply::Busy { times: 2 });
    let car = devices::hikvision::play("a4:14:37:00:00:01", 1, Some(PARENT), SystemClock.now(), false);
    field.post("hikvision", LaneDirection::In, "/", car).await;
    assert!(tokio::time::timeout(SOON, field.barriers["hikvision-in"].opened_times(1)).await.unwrap());
    let told = field.site.tells("hikvision-in", 2).await;
    assert_eq!((told[0].kind, told[0].delta), (EventKind::Plate, 0), "at the gate");
    assert!(told[0].decision.unwrap().opens());
    assert_eq!((told[1].kind, told[1].delta), (EventKind::Opened, 1));
    assert_eq!(told[1].related_event_id.as_ref(), Some(&told[0].event_id));
}

#[tokio::test]
async fn a_barrier_that_does_not_open_leaves_a_waiting_car_whose_next_reading_is_another_try() {
    let field = field().await;
    let barrier = &field.barriers["hikvision-in"];
    let failed = "<ResponseStatus><statusCode>4</statusCode><statusString>Invalid Operation</statusString></ResponseStatus>";
    barrier.answer_openings(OpeningReply::Failed { body: failed.into() });
    let read = |number| {
        devices::hikvision::play("a4:14:37:00:00:01", number, Some(PARENT), SystemClock.now(), false)
    };
    field.post("hikvision", LaneDirection::In, "/", read(1)).await;
    let told = field.site.tells("hikvision-in", 2).await;
    assert_eq!((told[1].kind, told[1].delta), (EventKind::NotOpened, 0));
    let alarm = field.alarm("hikvision-in", LaneAlarmKind::DidNotOpen).await;
    // A busy machine may answer the last request too late.
    let reasons = ["Invalid Operation", "4", "did not answer in time"];
    assert!(reasons.iter().any(|reason| alarm.detail.contains(reason)), "{alarm:?}");
    barrier.answer_openings(OpeningReply::Done);
    field.post("hikvision", LaneDirection::In, "/", read(2)).await;
    let told = field.site.tells("hikvision-in", 4).await;
    assert_eq!((told[3].kind, told[3].delta), (EventKind::Opened, 1));
    assert_eq!(barrier.opened(), 1);
}

#[tokio::test]
async fn a_device_that_knows_basic_authentication_only_is_asked_with_it() {
    let barrier = barrier(CameraAuthentication::Basic).await;
    let id = LaneId::parse("dahua-in").unwrap();
    let address = address_of("dahua", LaneDirection::In);
    let entry =
        foreign(lane("dahua-in", LaneDirection::In, PassDetection::Plate), "dahua", Some(address), None);
    let controls = HashMap::from([(id, control(&barrier))]);
    let site = Site::with_lanes(vec![entry], controls, UNREAD_PAUSE).await;
    let field = FieldSite { site, barriers: HashMap::from([("dahua-in".to_owned(), barrier)]) };
    let car = devices::dahua::play("dahua-1", Some(PARENT), 97, SystemClock.now());
    field.post("dahua", LaneDirection::In, "/NotificationInfo/TollgateInfo", car).await;
    assert!(tokio::time::timeout(SOON, field.barriers["dahua-in"].opened_times(1)).await.unwrap());
}

#[tokio::test]
async fn a_plate_that_is_read_again_as_another_one_counts_one_car() {
    let field = field().await;
    let gate = field.site.controller("native-in").await;
    gate.send(&plate("first", PARENT)).await;
    gate.acked("first", 1).await;
    gate.send(&plate("second", "鲁B12845")).await;
    gate.acked("second", 1).await;
    let told = field.site.tells("native-in", 2).await;
    assert_eq!((told[0].delta, told[1].delta), (1, 0));
    assert_eq!(told[1].rereads.as_ref(), Some(&told[0].event_id));
}

#[tokio::test]
async fn two_lanes_behind_one_address_are_told_apart_by_channel() {
    let address = address_of("hikvision", LaneDirection::In);
    let (one, two) =
        (barrier(CameraAuthentication::Digest).await, barrier(CameraAuthentication::Digest).await);
    let of_channel = |id: &str, channel: &str| {
        let lane =
            foreign(lane(id, LaneDirection::Out, PassDetection::Plate), "hikvision", Some(address), None);
        let mut device = lane.foreign().unwrap().clone();
        device.channel = Some(channel.to_owned());
        LaneConfig { make: gateway::config::LaneMake::Foreign(device), ..lane }
    };
    let lanes = vec![of_channel("channel-1", "1"), of_channel("channel-2", "2")];
    let controls = [("channel-1", control(&one)), ("channel-2", control(&two))];
    let controls = controls.map(|(id, control)| (LaneId::parse(id).unwrap(), control)).into();
    let site = Site::with_lanes(lanes, controls, Duration::from_millis(20)).await;
    let barriers = HashMap::from([("channel-1".to_owned(), one), ("channel-2".to_owned(), two)]);
    let field = FieldSite { site, barriers };
    field.post("hikvision", LaneDirection::In, "/", corpus("hikvision", "channel-2.xml")).await;
    let told = field.site.tells("channel-2", 2).await;
    assert_eq!(told[0].plate.as_deref(), Some("鲁B54325"));
    assert_eq!((field.opened("channel-1"), field.opened("channel-2")), (0, 1));
    // Of a channel that no lane has: every lane behind the address opens, since one of them has a car.
    let third = String::from_utf8(corpus("hikvision", "channel-2.xml")).unwrap();
    let third = third.replace("<channelID>2<", "<channelID>3<").into_bytes();
    field.post("hikvision", LaneDirection::In, "/", third).await;
    for lane in ["channel-1", "channel-2"] {
        field.alarm(lane, LaneAlarmKind::UnknownChannel).await;
    }
    assert!(tokio::time::timeout(SOON, field.barriers["channel-1"].opened_times(1)).await.unwrap());
    assert!(tokio::time::timeout(SOON, field.barriers["channel-2"].opened_times(2)).await.unwrap());
}

#[tokio::test]
async fn a_camera_whose_events_are_read_opens_by_a_request_and_is_connected_to_again() {
    let camera = barrier(CameraAuthentication::Digest).await;
    let exit =
        foreign(lane("stream-out", LaneDirection::Out, PassDetection::Plate), "hikvision-stream", None, None);
    let id = LaneId::parse("stream-out").unwrap();
    let site = Site::with_lanes(vec![exit], HashMap::from([(id, control(&camera))]), UNREAD_PAUSE).await;
    assert!(tokio::time::timeout(SOON, camera.streamed_times(1)).await.unwrap());
    let part = |xml: &[u8]| {
        let head =
            format!("--boundary\r\nContent-Type: application/xml\r\nContent-Length: {}\r\n\r\n", xml.len());
        [head.as_bytes(), xml, b"\r\n"].concat()
    };
    camera.send(part(&corpus("hikvision", "live.xml")));
    assert!(tokio::time::timeout(SOON, camera.opened_times(1)).await.unwrap());
    camera.end_streams();
    assert!(tokio::time::timeout(SOON, camera.streamed_times(2)).await.unwrap());
    camera.send(part(b"<EventNotificationAlert><broken"));
    assert!(tokio::time::timeout(SOON, camera.opened_times(2)).await.unwrap());
    let told = site.tells("stream-out", 4).await;
    assert_eq!((told[0].kind, told[1].kind, told[1].delta), (EventKind::Plate, EventKind::Opened, -1));
    assert!(told.iter().any(|event| {
        matches!(
            event.decision,
            Some(AccessDecision::Open { because: Some(OverrideReason::NotUnderstood), .. })
        )
    }));
}
