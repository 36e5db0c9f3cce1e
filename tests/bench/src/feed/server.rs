//! Our server with a district of malls, and gateways whose cars come and go.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::access::{AccessDecision, Audience};
use domain::ids::{DeviceId, EventId, GarageId, LaneId};
use domain::occupancy::LaneDirection;
use domain::time::Clock;
use domain::window::Weekdays;
use protocol::district::{DistrictSpec, GarageSpec};
use protocol::mqtt::EventKind;
use protocol::public::{PublishedSpec, SiteType};
use protocol::sharing::WindowSpec;
use protocol::uplink::{GateEvent, GatewayStatus, UplinkBatch, UplinkRecord, UplinkRecordContent};
use reqwest::Client;
use server::app::{App, gateway_token, import};
use service::clock::SystemClock;
use store::Store;
use store::seal::SealingKeyring;
use tempfile::TempDir;
use testkit::port;
use testkit::process::{TestProcess, TestProgram};
use tokio::task::JoinSet;

/// A debug build on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);
/// The interval at which a gateway reports that it is alive.
const HEARTBEAT: Duration = Duration::from_secs(10);
const KEY: [u8; SealingKeyring::KEY_LEN] = [7; SealingKeyring::KEY_LEN];
const PATH: &str = "/api/public/v3/parking-sites";

/// Stops when dropped.
pub(super) struct FeedServer {
    address: SocketAddr,
    child: TestProcess,
    gateways: JoinSet<()>,
    _folder: TempDir,
}

impl FeedServer {
    /// Returns when every garage is live.
    pub(super) async fn start(garages: usize, passages_per_s: u32) -> Self {
        let folder = tempfile::Builder::new().prefix("feed-").tempdir().expect("a temporary folder");
        let address: SocketAddr = (Ipv4Addr::LOCALHOST, port::free()).into();
        let database = format!("sqlite:{}", folder.path().join("server.sqlite").display());
        fill(&database, garages).await;
        let program = TestProgram::named("server").args(["run", "--config"]);
        let mut child = program.args([config(folder.path(), &database, address)]).start();
        child.ready(address, PATIENCE).await;
        let mut gateways = JoinSet::new();
        let fleet = FeedGatewayFleet { address, garages, client: client() };
        fleet.all_speak().await;
        gateways.spawn(fleet.clone().heartbeats());
        gateways.spawn(fleet.passages(passages_per_s));
        Self { address, child, gateways, _folder: folder }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}{PATH}", self.address)
    }

    /// As it is served now, uncompressed; every garage in it is live.
    pub(super) async fn answer(&self) -> Vec<u8> {
        // A snapshot is a second old at most.
        tokio::time::sleep(Duration::from_secs(2)).await;
        let answer = client().get(self.url()).send().await.expect("the server answers");
        let bytes = answer.bytes().await.expect("a whole answer").to_vec();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("\"has_realtime_data\":false"), "a garage is not live: {text}");
        bytes
    }

    /// Ends the gateways first. One that has failed has moved no counts: the figures are worth nothing.
    pub(super) async fn stop(mut self) {
        self.gateways.abort_all();
        while let Some(ended) = self.gateways.join_next().await {
            assert!(
                ended.is_err_and(|error| error.is_cancelled()),
                "a gateway of the bench has ended by itself"
            );
        }
        self.child.stop(Duration::from_secs(15)).await;
    }
}

fn client() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().build().expect("a client")
}

fn config(folder: &Path, database: &str, listen: SocketAddr) -> std::path::PathBuf {
    let (file, key) = (folder.join("server.toml"), folder.join("data.key"));
    fs::write(&key, STANDARD.encode(KEY)).expect("the key is written");
    let text = format!(
        "[database]\nurl = \"{database}\"\n[secrets]\ndata_key = {{ file = \"{}\" }}\n\
         [http]\nlisten = \"{listen}\"\npublic_url = \"http://{listen}\"\n[log]\nfilter = \"warn\"\n",
        key.display()
    );
    fs::write(&file, text).expect("the configuration is written");
    file
}

fn name(n: usize) -> String {
    format!("mall-{n}")
}

fn token(n: usize) -> String {
    format!("pkg_{n:0>43}")
}

async fn fill(database: &str, garages: usize) {
    let store = Store::open(database, 4).await.expect("a database");
    let app = App::new(store, SealingKeyring::new(&KEY).expect("a key"), Arc::new(SystemClock));
    server::app::key_check::run(&app).await.expect("a new database takes the key");
    let district = DistrictSpec { garages: (0..garages).map(garage).collect(), ..DistrictSpec::default() };
    import::run(&app, &district).await.expect("the district is sound");
    for n in 0..garages {
        let id = GarageId::parse(&name(n)).expect("a garage's name");
        gateway_token::set(&app, &id, &token(n)).await.expect("a token");
    }
    app.store.close().await;
}

fn garage(n: usize) -> GarageSpec {
    let weekdays = WindowSpec::new(Audience::Public, Weekdays::SCHOOL_WEEK, 0, 24 * 60);
    let weekends = Weekdays::try_from(0b110_0000).expect("two days");
    let weekends = WindowSpec::new(Audience::Public, weekends, 0, 24 * 60);
    #[expect(clippy::cast_precision_loss, reason = "some thousand garages")]
    let lat = 36.0 + n as f64 / 10_000.0;
    GarageSpec {
        id: GarageId::parse(&name(n)).expect("a garage's name"),
        name: format!("海湾商场 {n} 号停车场"),
        name_en: format!("Harbour Mall, car park {n}"),
        operator_name: "示范区停车公司".to_owned(),
        address: format!("青岛市市南区海湾路 {n} 号"),
        lat,
        lon: 120.38,
        capacity: 300,
        pools: Vec::new(),
        windows: vec![weekdays, weekends],
        permits: Vec::new(),
        published: Some(PublishedSpec { r#type: Some(SiteType::CarPark), ..PublishedSpec::default() }),
    }
}

/// All gateways of the district.
#[derive(Clone)]
struct FeedGatewayFleet {
    address: SocketAddr,
    garages: usize,
    client: Client,
}

impl FeedGatewayFleet {
    async fn all_speak(&self) {
        for n in 0..self.garages {
            self.send(n, 0, Vec::new()).await;
        }
    }

    async fn heartbeats(self) {
        let pause = HEARTBEAT / u32::try_from(self.garages.max(1)).unwrap_or(1);
        // The first third never has a passage, so its sequences stay where they are.
        let quiet = self.garages.div_ceil(3);
        for n in (0..quiet).cycle() {
            self.send(n, 0, Vec::new()).await;
            tokio::time::sleep(pause * 3).await;
        }
    }

    /// Cars that enter and leave at the other garages, by turns, so that each of these sends as well.
    async fn passages(self, per_s: u32) {
        let quiet = self.garages.div_ceil(3);
        let busy: Vec<usize> = (quiet..self.garages).collect();
        let mut ticks = tokio::time::interval(Duration::from_secs(1) / per_s.max(1));
        for round in 0i64.. {
            for n in &busy {
                ticks.tick().await;
                self.send(*n, round, vec![event(*n, round)]).await;
            }
        }
    }

    /// `seq` records were sent before.
    async fn send(&self, n: usize, seq: i64, events: Vec<GateEvent>) {
        let now = SystemClock.now();
        let device = DeviceId::parse("gate").expect("a device's name");
        let record = |(seq, event)| UplinkRecord {
            seq,
            device: device.clone(),
            received_at: now,
            content: UplinkRecordContent::Event(event),
        };
        let status = GatewayStatus {
            alarms: Vec::new(),
            at: now,
            version: "bench".to_owned(),
            backlog: 0,
            plan_etag: None,
            lanes: Vec::new(),
        };
        let records = (seq + 1..).zip(events).map(record).collect();
        let batch =
            UplinkBatch { v: 1, epoch: "bench".to_owned(), records, priority_records: Vec::new(), status };
        let url = format!("http://{}/gateway/v1/events", self.address);
        let answer = self.client.post(url).bearer_auth(token(n)).json(&batch).send().await;
        let status = answer.map(|answer| answer.status().as_u16());
        assert!(matches!(status, Ok(200)), "garage {n} was not served: {status:?}");
    }
}

/// In and out by turns, the same car for each garage.
fn event(n: usize, round: i64) -> GateEvent {
    let (at, comes) = (SystemClock.now(), round % 2 == 0);
    let lane = if comes { "in" } else { "out" };
    GateEvent {
        vehicle: domain::vehicle::VehicleDetails::default(),
        time_replaced: false,
        uncertain_time: None,
        rereads: None,
        event_id: EventId::parse(&format!("e{n}-{round}")).expect("an event's name"),
        kind: EventKind::Plate,
        lane: LaneId::parse(lane).expect("a lane's name"),
        direction: if comes { LaneDirection::In } else { LaneDirection::Out },
        plate: Some(format!("鲁B{n:05}").into()),
        confidence: 99,
        occurred_at: at,
        happened_at: at,
        decision: Some(AccessDecision::open(comes.then_some(Audience::Public))),
        offline: false,
        related_event_id: None,
        delta: if comes { 1 } else { -1 },
    }
}
