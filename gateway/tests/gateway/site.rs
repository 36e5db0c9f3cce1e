//! One garage: broker, gateway, controllers, server.

use std::collections::{BTreeSet, HashMap};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use devices::make::DeviceConnection;
use domain::access::{AccessPlan, Audience, PlannedOpening, SharingPlan};
use domain::ids::{DeviceId, LaneId};
use domain::occupancy::{LaneDirection, PassDetection};
use domain::plate::Plate;
use domain::time::{Clock, Timestamp};
use gateway::GatewayConfig;
use gateway::config::file::DeviceBrokerUser;
use gateway::config::{
    DeviceControlConfig, DeviceInputs, DistrictServerConfig, ForeignDevice, LaneConfig, LaneMake, MakeRow,
    MqttConfig, ReadingRules,
};
use gateway::mosquitto::{MosquittoUser, acl_file, password_file};
use protocol::mqtt::{EventKind, MqttPermissions, MqttTopic};
use protocol::uplink::{AccessPlanDocument, UplinkRecordContent};
use service::clock::SystemClock;
use service::config::SecretText;
use simulator::camera::barrier::BarrierServer;
use testkit::mosquitto::{MosquittoBroker, MosquittoConfig};
use testkit::process::status_of;
use testkit::{port, wait};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::controller::{Controller, SOON};
use crate::district::{District, garage};
use crate::doorman::CODE;

pub(crate) const PARENT: &str = "鲁B12345";

pub(crate) struct Way {
    pub url: String,
    pub ca_file: Option<PathBuf>,
}

pub(crate) struct Site {
    pub broker: MosquittoBroker,
    pub district: District,
    pub http: SocketAddr,
    /// Where cameras post, if there are any.
    pub devices: Option<SocketAddr>,
    /// The gateway's limit of one device.
    pub events_per_second: u32,
    /// Lanes beside those of every site.
    pub more_lanes: Vec<LaneConfig>,
    pub more_controls: HashMap<LaneId, DeviceControlConfig>,
    pub unread_pause: Duration,
    /// Whether the lane `in` has the controller `in-2`.
    pub replaced: bool,
    /// Cameras that open by a request.
    pub barrier: Option<BarrierServer>,
    /// The gateway's.
    pub clock: Arc<ShiftedClock>,
    folder: tempfile::TempDir,
    /// Another way to the server than the direct one.
    pub way: Option<Way>,
    /// `None` for a box that enrols.
    token: Option<SecretText>,
    gateway: Option<(CancellationToken, JoinHandle<Result<(), gateway::GatewayError>>)>,
}

/// The machine's clock, put forward or back by hand.
#[derive(Default)]
pub(crate) struct ShiftedClock(AtomicI64);

impl ShiftedClock {
    /// From what it shows now; negative goes back.
    pub(crate) fn shift_hours(&self, hours: i64) {
        self.0.fetch_add(hours * 3_600_000_000, Ordering::SeqCst);
    }
}

impl Clock for ShiftedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(SystemClock.now().micros() + self.0.load(Ordering::SeqCst))
    }
}

pub(crate) fn lane(id: &str, direction: LaneDirection, pass_by: PassDetection) -> LaneConfig {
    LaneConfig {
        id: LaneId::parse(id).unwrap(),
        name: id.into(),
        direction,
        device: DeviceId::parse(id).unwrap(),
        pass_by,
        make: LaneMake::Native,
        reading: ReadingRules::default(),
    }
}

/// Where the cameras post from.
pub(crate) const ZHENSHI: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
pub(crate) const LOOPED: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 3));
pub(crate) const HUAXIA: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 4));
pub(crate) const HIKVISION: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 5));
pub(crate) const DAHUA: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 6));

const INPUTS: DeviceInputs = DeviceInputs { loop_input: Some(2), fire_input: Some(3) };

/// Of the camera on the broker.
pub(crate) const SERIAL: &str = "917e2298-8ddf3e46";

fn camera(id: &str, pass_by: PassDetection, make: &str, address: IpAddr) -> LaneConfig {
    let serial = Some(format!("{id}-1"));
    foreign(lane(id, LaneDirection::In, pass_by), make, Some(address), serial)
}

pub(crate) fn foreign(
    lane: LaneConfig,
    make: &str,
    address: Option<IpAddr>,
    serial: Option<String>,
) -> LaneConfig {
    let make = MakeRow::find(make).unwrap();
    let device = ForeignDevice { make, address, serial, channel: None, inputs: INPUTS };
    LaneConfig { make: LaneMake::Foreign(device), ..lane }
}

/// Of a second camera on the broker, at an exit.
pub(crate) const OUT_SERIAL: &str = "265e1040-85e01fb7";

/// The topics of the Zhenshi camera on the broker.
pub(crate) fn camera_topics() -> DeviceBrokerUser {
    topics_of(SERIAL)
}

pub(crate) fn topics_of(serial: &str) -> DeviceBrokerUser {
    let DeviceConnection::Publishes(topics) = MakeRow::find("zhenshi-mqtt").unwrap().driver().connection()
    else {
        panic!("it publishes")
    };
    DeviceBrokerUser { publish: topics.published_by(serial), subscribe: topics.subscribed_by(serial) }
}

pub(crate) fn plan() -> AccessPlanDocument {
    let now = SystemClock.now();
    let hour = Duration::from_secs(3600);
    let parent = Plate::parse(PARENT).unwrap();
    let plan = AccessPlan {
        capacity: 107,
        openings: vec![PlannedOpening::new(Audience::Pickup, now - hour, now + hour * 24)],
        permits: [(parent, BTreeSet::from([Audience::Pickup]))].into(),
        colors: Default::default(),
        valid_until: now + hour * 48,
        standing: None,
        sharing: SharingPlan::default(),
    };
    AccessPlanDocument { v: 1, garage: garage(), made_at: now, plan, no_reading_shapes: Vec::new() }
}

/// The broker's files are the gateway's own: what `mosquitto-files` writes is tried by every test.
pub(crate) fn broker() -> MosquittoBroker {
    let garage = garage();
    let secret = || SecretText::new("secret");
    let topics = camera_topics();
    let mut users = vec![
        MosquittoUser::gateway(&garage, [&topics, &topics_of(OUT_SERIAL)], secret()),
        MosquittoUser::sign(&garage, secret()),
    ];
    users.push(MosquittoUser::foreign(&garage, &DeviceId::parse("camera").unwrap(), &topics, secret()));
    users.push(MosquittoUser::foreign(
        &garage,
        &DeviceId::parse("camera-out").unwrap(),
        &topics_of(OUT_SERIAL),
        secret(),
    ));
    for device in ["in", "in-2", "out", "in-loop", "native-out", "native-in", "stranger"] {
        users.push(MosquittoUser::device(&garage, &DeviceId::parse(device).unwrap(), secret()));
    }
    MosquittoBroker::start(MosquittoConfig {
        acl: Some(acl_file(&users)),
        passwords: Some(password_file(&users).unwrap()),
        ..MosquittoConfig::default()
    })
}

impl Site {
    /// With a running gateway that has its plan and its count.
    pub(crate) async fn open() -> Self {
        Self::open_with(None, None).await
    }

    /// With cameras at lanes of their own besides.
    pub(crate) async fn with_cameras() -> Self {
        let devices = ([127, 0, 0, 1], port::free()).into();
        Self::open_with(Some(devices), Some(BarrierServer::start("admin", "secret").await.unwrap())).await
    }

    /// With these lanes besides; those that post have the address of the site's door.
    pub(crate) async fn with_lanes(
        lanes: Vec<LaneConfig>,
        controls: HashMap<LaneId, DeviceControlConfig>,
        pause: Duration,
    ) -> Self {
        let devices = ([127, 0, 0, 1], port::free()).into();
        let mut site =
            Self::closed(Some(devices), Some(BarrierServer::start("admin", "secret").await.unwrap())).await;
        (site.more_lanes, site.more_controls, site.unread_pause) = (lanes, controls, pause);
        site.start().await;
        site.served().await;
        site
    }

    /// With a box that has not enrolled yet.
    pub(crate) async fn unknown() -> Self {
        Self { token: None, ..Self::closed(None, None).await }
    }

    /// With a box that has enrolled, and runs.
    pub(crate) async fn enrolled() -> Self {
        let mut site = Self::unknown().await;
        let _ = rustls::crypto::ring::default_provider().install_default();
        gateway::enrol(&site.config(), &SecretText::new(CODE)).await.unwrap();
        site.start().await;
        site.served().await;
        site
    }

    async fn open_with(devices: Option<SocketAddr>, barrier: Option<BarrierServer>) -> Self {
        let mut site = Self::closed(devices, barrier).await;
        site.start().await;
        site.served().await;
        site
    }

    /// Without a running gateway.
    async fn closed(devices: Option<SocketAddr>, barrier: Option<BarrierServer>) -> Self {
        Self {
            broker: broker(),
            district: District::start(plan()).await,
            http: ([127, 0, 0, 1], port::free()).into(),
            devices,
            // Backlogs are made faster here than by any lane.
            events_per_second: 10_000,
            more_lanes: Vec::new(),
            more_controls: HashMap::new(),
            unread_pause: gateway::config::UNREAD_PAUSE,
            replaced: false,
            barrier,
            clock: Arc::default(),
            folder: tempfile::tempdir().unwrap(),
            way: None,
            token: Some(SecretText::new("token")),
            gateway: None,
        }
    }

    pub(crate) fn config(&self) -> GatewayConfig {
        let direct = || format!("http://{}", self.district.address);
        GatewayConfig {
            garage: garage(),
            data_dir: self.folder.path().join("data"),
            mqtt: MqttConfig {
                host: "127.0.0.1".into(),
                port: self.broker.port(),
                username: "macau-road.gateway".into(),
                password: SecretText::new("secret"),
            },
            server: DistrictServerConfig {
                url: self.way.as_ref().map_or_else(direct, |way| way.url.clone()),
                token: self.token.clone(),
                ca_file: self.way.as_ref().and_then(|way| way.ca_file.clone()),
                plan_poll: Duration::from_millis(100),
            },
            http: Some(self.http),
            devices: self.devices,
            controls: self.controls().into_iter().chain(self.more_controls.clone()).collect(),
            events_per_second: self.events_per_second,
            unread_pause: self.unread_pause,
            lanes: self.lanes().into_iter().chain(self.more_lanes.clone()).collect(),
        }
    }

    fn controls(&self) -> HashMap<LaneId, DeviceControlConfig> {
        let Some(barrier) = &self.barrier else { return HashMap::new() };
        let control = DeviceControlConfig {
            url: format!("http://{}", barrier.address()).parse().unwrap(),
            username: "admin".into(),
            password: SecretText::new("secret"),
            channel: 1,
            relay: None,
        };
        ["hikvision", "dahua"].map(|lane| (LaneId::parse(lane).unwrap(), control.clone())).into()
    }

    fn lanes(&self) -> Vec<LaneConfig> {
        let mut lanes = vec![
            lane("in", LaneDirection::In, PassDetection::Plate),
            lane("out", LaneDirection::Out, PassDetection::Loop),
        ];
        if self.replaced {
            lanes[0].device = DeviceId::parse("in-2").unwrap();
        }
        if self.devices.is_some() {
            lanes.push(camera("zhenshi", PassDetection::Plate, "zhenshi-http", ZHENSHI));
            lanes.push(camera("looped", PassDetection::Loop, "zhenshi-http", LOOPED));
            lanes.push(camera("huaxia", PassDetection::Plate, "huaxia", HUAXIA));
            lanes.push(camera("hikvision", PassDetection::Plate, "hikvision", HIKVISION));
            lanes.push(camera("dahua", PassDetection::Plate, "dahua", DAHUA));
            let camera = lane("camera", LaneDirection::In, PassDetection::Plate);
            lanes.push(foreign(camera, "zhenshi-mqtt", None, Some(SERIAL.to_owned())));
            lanes.push(lane("in-loop", LaneDirection::In, PassDetection::Loop));
        }
        lanes
    }

    pub(crate) fn credential(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("data/credential.json")).unwrap()
    }

    pub(crate) fn outbox(&self) -> PathBuf {
        self.folder.path().join("data/outbox.sqlite")
    }

    /// Returns when it is ready: broker connected, outbox writable.
    pub(crate) async fn start(&mut self) {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let stop = CancellationToken::new();
        let task = tokio::spawn(gateway::run(self.config(), self.clock.clone(), stop.clone()));
        self.gateway = Some((stop, task));
        self.ready(200).await;
    }

    pub(crate) async fn ready(&self, status: u16) {
        let what = format!("readyz answers {status}");
        wait::until(SOON, &what, async || (status_of(self.http, "/readyz").await? == status).then_some(()))
            .await;
    }

    /// Until plan and count of the server have arrived; seen from outside as a plan poll that changes nothing.
    pub(crate) async fn served(&self) {
        let before = self.district.books(|b| b.plan_unchanged);
        wait::until(SOON, "the plan is known", async || {
            (self.district.books(|b| b.plan_unchanged) > before).then_some(())
        })
        .await;
    }

    /// Waits for a plan that changed after the start, detected by the tag in the gateway's poll.
    pub(crate) async fn knows_plan_of(&self, capacity: u32) {
        wait::until(SOON, "the new plan is known", async || {
            let told = self.district.books(|b| b.known_tag.clone());
            (told == Some(format!("\"{capacity}\""))).then_some(())
        })
        .await;
    }

    /// Kind, count and car of each event that the server has.
    pub(crate) fn counted(&self) -> Vec<(EventKind, i64, Option<String>)> {
        let event = |what: &UplinkRecordContent| match what {
            UplinkRecordContent::Event(event) => {
                Some((event.kind, event.delta, event.related_event_id.as_ref().map(ToString::to_string)))
            }
            UplinkRecordContent::DeadLetter(_) => None,
        };
        self.district
            .books(|books| books.records.iter().filter_map(|(_, record)| event(&record.content)).collect())
    }

    pub(crate) async fn stop(&mut self) {
        let (stop, task) = self.gateway.take().unwrap();
        stop.cancel();
        task.await.unwrap().unwrap();
    }

    /// Ends it as a power cut would.
    pub(crate) async fn kill(&mut self) {
        let (_, task) = self.gateway.take().unwrap();
        task.abort();
        let _ = task.await;
    }

    pub(crate) async fn controller(&self, device: &str) -> Controller {
        let id = DeviceId::parse(device).unwrap();
        let topics = MqttPermissions::device(&garage(), &id).subscribe;
        Controller::connect(self.broker.port(), &garage(), device, topics).await
    }

    pub(crate) async fn sign(&self) -> Controller {
        let topics = vec![MqttTopic::OpenSpaces(garage()).to_string()];
        Controller::connect(self.broker.port(), &garage(), "sign", topics).await
    }
}
