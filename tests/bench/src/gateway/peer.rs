//! The edge gateway that users would pick instead: `thingsboard-gateway` of PyPI, with MQTT from the controllers, its SQLite storage, and
//! MQTT up, which is the way that it is made for. It decides nothing and commands nothing: compared is store and forward.
//!
//! Above it stand a Mosquitto of its own and a client that counts. That client answers `getSessionLimits` (no limits), without
//! which the gateway sends nothing. It keeps one value per key, device and millisecond and merges two in one millisecond, so
//! the bench's controllers never send two.

use std::collections::HashMap;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use protocol::mqtt::MqttPermissions;
use serde::Deserialize;
use serde_json::json;
use tempfile::TempDir;
use testkit::mosquitto::{MosquittoBroker, MosquittoConfig};
use testkit::process::{TestProcess, TestProgram};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use super::book::{EventLedger, EventMark};
use super::mqtt::BenchMqttClient;
use super::site::{SiteGarage, SiteUser};

const TELEMETRY: &str = "v1/gateway/telemetry";
const REQUEST: &str = "v1/devices/me/rpc/request/";
const RESPONSE: &str = "v1/devices/me/rpc/response/";
/// Pending answers: the gateway requests once.
const QUESTIONS: usize = 16;

/// Fields drop in this order: clients before their servers.
pub(super) struct PeerGateway {
    _gateway: TestProcess,
    answering: AbortHandle,
    _above: BenchMqttClient,
    _platform: MosquittoBroker,
    _folder: TempDir,
}

impl Drop for PeerGateway {
    fn drop(&mut self) {
        self.answering.abort();
    }
}

impl PeerGateway {
    /// `program` is where it was installed. It may take seconds until it sends what it gets.
    pub(super) async fn start(
        program: &Path,
        broker: SocketAddr,
        garage: &SiteGarage,
        book: &EventLedger,
    ) -> Self {
        let extra = "max_queued_messages 0\nmax_inflight_messages 1000".to_owned();
        let platform = MosquittoBroker::start(MosquittoConfig { extra, ..MosquittoConfig::default() });
        let (asked_in, asked) = mpsc::channel(QUESTIONS);
        let (counted, above) = (book.clone(), user("above", &[TELEMETRY, &format!("{REQUEST}+")]));
        let hear = move |topic: &str, payload: &[u8]| match topic.strip_prefix(REQUEST) {
            Some(question) => drop(asked_in.try_send(question.to_owned())),
            None => count(&counted, payload),
        };
        let above = BenchMqttClient::connect(platform.address(), &above, hear).await;
        let answers =
            BenchMqttClient::connect(platform.address(), &user("answers", &["nothing"]), |_, _| {}).await;
        let answering = tokio::spawn(answer(answers, asked)).abort_handle();
        let folder = tempfile::Builder::new().prefix("thingsboard-").tempdir().expect("a temporary folder");
        configure(folder.path(), broker, platform.address(), garage);
        Self {
            _gateway: start(program, folder.path()),
            answering,
            _above: above,
            _platform: platform,
            _folder: folder,
        }
    }
}

fn user(name: &str, topics: &[&str]) -> SiteUser {
    let subscribe = topics.iter().map(|topic| (*topic).to_owned()).collect();
    let permissions = MqttPermissions { username: name.to_owned(), publish: Vec::new(), subscribe };
    SiteUser { permissions, password: String::new() }
}

async fn answer(client: BenchMqttClient, mut asked: mpsc::Receiver<String>) {
    while let Some(question) = asked.recv().await {
        let unlimited = json!({ "rateLimits": {}, "gatewayRateLimits": {} }).to_string();
        client.publish(format!("{RESPONSE}{question}"), unlimited.into_bytes()).await;
    }
}

#[derive(Deserialize)]
struct PeerTelemetry {
    values: TelemetryValues,
}

#[derive(Deserialize)]
struct TelemetryValues {
    event_id: Option<String>,
}

fn count(book: &EventLedger, payload: &[u8]) {
    let Ok(devices) = serde_json::from_slice::<HashMap<String, Vec<PeerTelemetry>>>(payload) else { return };
    for id in devices.into_values().flatten().filter_map(|entry| entry.values.event_id) {
        book.mark(&id, EventMark::Up);
    }
}

/// It writes its logs into the folder in which it runs.
fn start(program: &Path, folder: &Path) -> TestProcess {
    fs::create_dir(folder.join("logs")).expect("a folder is made");
    let script = format!("cd '{}' && exec '{}'", folder.display(), program.display());
    let conf = folder.join("conf").display().to_string();
    TestProgram::at("/bin/sh").args(["-c".to_owned(), script]).env("TB_GW_CONFIG_DIR", conf).start()
}

/// As its own examples, without the limits that protect its makers' public servers.
fn configure(folder: &Path, broker: SocketAddr, platform: SocketAddr, garage: &SiteGarage) {
    let gateway = json!({
        "thingsboard": {
            "host": platform.ip(), "port": platform.port(), "qos": 1,
            "security": { "type": "accessToken", "accessToken": "bench" },
            "remoteShell": false, "remoteConfiguration": false, "statistics": { "enable": false },
            "deviceFiltering": { "enable": false, "filterFile": "list.json" },
            "maxPayloadSizeBytes": 65_000, "minPackSendDelayMS": 0, "minPackSizeToSend": 500,
            "checkingDeviceActivity": { "checkDeviceInactivity": false },
            "reportStrategy": { "type": "ON_RECEIVED" },
        },
        "storage": {
            "type": "sqlite", "data_file_path": format!("{}/", folder.join("data").display()),
            "max_read_records_count": 1_000, "size_limit": 1_024, "max_db_amount": 10,
            "messages_ttl_check_in_hours": 1, "messages_ttl_in_days": 7,
        },
        "grpc": { "enabled": false },
        "connectors": [{ "type": "mqtt", "name": "gates", "configuration": "mqtt.json" }],
    });
    let value = |key: &str| json!({ "type": "string", "key": key, "value": format!("${{{key}}}"), "tsField": "${occurred_at}" });
    let connector = json!({
        "broker": {
            "host": broker.ip(), "port": broker.port(), "clientId": "peer", "version": 5,
            "maxMessageNumberPerWorker": 10, "maxNumberOfWorkers": 100,
            "security": {
                "type": "basic", "username": garage.gateway.permissions.username, "password": garage.gateway.password,
            },
        },
        "mapping": [{
            "topicFilter": format!("parking/v1/{}/+/event", garage.id), "subscriptionQos": 1,
            "converter": {
                "type": "json", "sendDataOnlyOnChange": false, "timeout": 60_000,
                "deviceInfo": {
                    "deviceNameExpressionSource": "topic", "deviceNameExpression": "(?<=parking/v1/)(.*?)(?=/event)",
                    "deviceProfileExpressionSource": "constant", "deviceProfileExpression": "gate",
                },
                "attributes": [],
                "timeseries": [value("event_id"), value("plate"), value("kind"), value("occurred_at")],
            },
        }],
    });
    let logs = json!({ "version": 1, "disable_existing_loggers": false, "formatters": {}, "handlers": {}, "loggers": {} });
    let conf = folder.join("conf");
    fs::create_dir(&conf).expect("a folder is made");
    for (name, content) in [("tb_gateway", gateway), ("mqtt", connector), ("logs", logs), ("list", json!({}))]
    {
        fs::write(conf.join(format!("{name}.json")), content.to_string()).expect("a file is written");
    }
}
