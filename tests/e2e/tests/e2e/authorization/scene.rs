//! miniapp-api in front of a server without its timed jobs, on SQLite.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use axum::Router;
use domain::ids::{GarageId, PersonId};
use domain::time::{Clock, Timestamp};
use miniapp_api::MiniappConfig;
use protocol::district::DistrictSpec;
use protocol::people::{NewPersonSession, NewPlate};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use server::app::{App, allocation, gateway_token, import, ingest, plate, service_token, session};
use store::Store;
use store::seal::SealingKeyring;
use tempfile::TempDir;
use testkit::authorization::DISTRICT;
use testkit::wait;
use testkit::wechat::{APP_ID, APP_SECRET, FakeWechat};
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};
use uuid::Uuid;

use super::{calls, identity};

/// Before every session ends that is opened at [`NOW`].
const LONG_AGO: &str = "2026-09-01T08:00:00+08:00";
/// A Monday within the pickup window.
const NOW: &str = "2026-11-23T15:40:00+08:00";

/// Stands still.
struct StillClock(AtomicI64);

impl StillClock {
    fn set(&self, text: &str) {
        self.0.store(Timestamp::parse(text).unwrap().micros(), Ordering::SeqCst);
    }
}

impl Clock for StillClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

pub(super) struct MiniappScene {
    pub app: App,
    pub wechat: FakeWechat,
    pub client: Client,
    /// Origin of miniapp-api.
    pub miniapp: String,
    pub driver: PersonId,
    pub service: String,
    pub gateway: String,
    pub expired_session: String,
    pub ended_session: String,
    numbers: AtomicU32,
    stays: AtomicU32,
    _folder: TempDir,
    _stop: DropGuard,
}

impl MiniappScene {
    /// A number that no other object of this scene has.
    pub(super) fn number(&self) -> u32 {
        self.numbers.fetch_add(1, Ordering::SeqCst)
    }

    /// The number of a reservation's time, so that no two collide.
    pub(super) fn stay(&self) -> u32 {
        self.stays.fetch_add(1, Ordering::SeqCst)
    }
}

async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    (listener, origin)
}

pub(super) async fn start() -> MiniappScene {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("main.db").display());
    let clock = Arc::new(StillClock(AtomicI64::new(0)));
    clock.set(LONG_AGO);
    let keys = SealingKeyring::new(&[7; 32]).unwrap();
    let app = App::new(Store::open(&url, 4).await.unwrap(), keys, clock.clone());
    let stop = CancellationToken::new();
    let server = serve(&app, &stop).await;
    let district: DistrictSpec = serde_json::from_str(DISTRICT).unwrap();
    import::run(&app, &district).await.unwrap();
    let (wechat, service) = (FakeWechat::start().await, service_token::create(&app, "miniapp-api").await);
    let service = service.unwrap();
    let miniapp = run(&folder, &server, &service, &wechat, &stop).await;
    let [north, south] = ["north", "south"].map(|id| GarageId::parse(id).unwrap());
    gateway_token::create(&app, &south).await.unwrap();
    let mut scene = MiniappScene {
        gateway: gateway_token::create(&app, &north).await.unwrap(),
        app,
        wechat,
        client: Client::builder().no_proxy().build().unwrap(),
        miniapp,
        driver: Uuid::nil().into(),
        service,
        expired_session: String::new(),
        ended_session: String::new(),
        numbers: AtomicU32::new(0),
        stays: AtomicU32::new(0),
        _folder: folder,
        _stop: stop.drop_guard(),
    };
    scene.expired_session = identity::person(&scene, "T-A").await;
    clock.set(NOW);
    fill(&mut scene).await;
    scene
}

async fn serve(app: &App, stop: &CancellationToken) -> String {
    let (listener, origin) = listen().await;
    tokio::spawn(ingest::run(app.clone(), stop.clone()));
    tokio::spawn(allocation::run(app.clone(), stop.clone()));
    tokio::spawn(service::http::serve(listener, server::http::router(app.clone()), stop.clone()));
    origin
}

/// The process as its configuration starts it, with limits that the matrix does not reach.
async fn run(
    folder: &TempDir,
    server: &str,
    service: &str,
    wechat: &FakeWechat,
    stop: &CancellationToken,
) -> String {
    let at = |file: &str| folder.path().join(file).display().to_string();
    std::fs::write(at("service.token"), service).unwrap();
    std::fs::write(at("wechat.secret"), APP_SECRET).unwrap();
    let (listener, origin) = listen().await;
    let text = format!(
        "[http]\nlisten = \"{}\"\n[server]\nurl = \"{server}\"\ntoken = {{ file = \"{}\" }}\n\
         [wechat]\nbase_url = \"{}\"\nappid = \"{APP_ID}\"\nsecret = {{ file = \"{}\" }}\n\
         [limits]\nlog_ins_per_minute = 10000\nreservations_per_minute = 10000\nquotes_per_minute = 10000\n",
        listener.local_addr().unwrap(),
        at("service.token"),
        wechat.base_url(),
        at("wechat.secret"),
    );
    std::fs::write(at("miniapp-api.toml"), text).unwrap();
    let config = MiniappConfig::load(&folder.path().join("miniapp-api.toml")).unwrap();
    tokio::spawn(miniapp_api::run(config, listener, Router::new(), stop.clone()));
    wait::until(e2e::phone::PATIENCE, "miniapp-api is ready", async || {
        let ready = reqwest::get(format!("{origin}/readyz")).await.ok()?;
        ready.status().is_success().then_some(())
    })
    .await;
    origin
}

/// An ended session, a driver, cars of three families, and a child that was released.
async fn fill(scene: &mut MiniappScene) {
    scene.ended_session = identity::person(scene, "T-A").await;
    let caller = session::authenticate(&scene.app, &scene.ended_session).await.unwrap();
    session::end(&scene.app, &caller).await.unwrap();
    let openid = "oWx-matrix-driver".to_owned();
    let driver = NewPersonSession { openid, bind_code: None, register: true };
    let driver = session::open(&scene.app, &driver).await.unwrap();
    scene.driver = driver.me.person_id;
    let caller = session::authenticate(&scene.app, &driver.token).await.unwrap();
    let own = NewPlate { plate: "鲁BQ7D06".to_owned(), plate_color: None };
    plate::add(&scene.app, &caller, &own).await.unwrap();
    enter(&scene.app, "north", &["鲁BQ7M01", "鲁BQ7P03"]).await;
    enter(&scene.app, "south", &["鲁BQ7N05"]).await;
    let arrival = calls::arrival(scene, "钟离雀").await;
    let path = format!("/arrivals/{}/acts", calls::text(&arrival["id"]));
    let act = json!({ "act": "release", "seen": arrival["cursor"] });
    calls::as_person(scene, "T-A", Method::POST, &path, Some(act)).await;
}

/// Cars that their garage's gateway has let in for pickup.
async fn enter(app: &App, garage: &str, plates: &[&str]) {
    let record = |(seq, plate): (usize, &&str)| -> Value {
        json!({
            "seq": seq + 1, "device": "gate", "received_at": NOW, "what": "event", "event_id": format!("e{seq}"),
            "kind": "plate", "lane": "in", "direction": "in", "plate": plate, "confidence": 97, "occurred_at": NOW,
            "happened_at": NOW, "decision": { "outcome": "open", "audience": "pickup" }, "delta": 1,
        })
    };
    let records: Vec<Value> = plates.iter().enumerate().map(record).collect();
    let lane = json!({
        "lane": "in", "name": "入口", "direction": "in", "pass_by": "plate", "device": "gate", "last_seen_at": NOW,
        "firmware": null, "pending_events": 0,
    });
    let status = json!({ "at": NOW, "version": "1.0.0", "backlog": 0, "plan_etag": null, "lanes": [lane] });
    let batch = json!({ "v": 1, "epoch": format!("{garage}-1"), "records": records, "status": status });
    let batch = serde_json::from_value(batch).unwrap();
    ingest::submit(app, GarageId::parse(garage).unwrap(), batch).await.unwrap();
}
