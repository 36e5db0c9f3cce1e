//! Called through the internal HTTP interface of `miniapp-api`: a server process, a service token, a session for each person.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::time::Timestamp;
use protocol::people::SESSION_HEADER;
use serde_json::{Value, json};
use server::app::{service_token, session};
use tempfile::TempDir;
use testkit::port;
use testkit::process::{TestProcess, TestProgram};
use uuid::Uuid;

use super::AllocatorRequest;
use super::connection::{BenchHttpConnection, BenchHttpResponse};
use super::place::{BenchCar, BenchDistrict};
use crate::allocate::demand::{BenchReservation, BenchReservationId, ContestantAnswer};

const START: Duration = Duration::from_secs(60);

pub(super) struct HttpTarget {
    address: SocketAddr,
    service_token: String,
    /// By place in [`BenchDistrict::people`].
    sessions: Vec<String>,
    keys: AtomicU64,
    idle: Mutex<Vec<BenchHttpConnection>>,
    server: TestProcess,
    _folder: TempDir,
}

impl HttpTarget {
    pub(super) async fn start(place: &BenchDistrict) -> Self {
        let app = place.open().await;
        let service_token = service_token::create(&app, "bench").await.expect("a service token");
        let mut sessions = Vec::new();
        for person in &place.people {
            sessions.push(session::issue(&app, *person).await.expect("a session").token);
        }
        app.store.close().await;
        let (folder, address) = (tempfile::tempdir().expect("a folder"), local());
        let config = config(&folder, place, address);
        let mut server = TestProgram::named("server").args(["run", "--config", &config]).start();
        server.ready(address, START).await;
        Self {
            address,
            service_token,
            sessions,
            keys: AtomicU64::new(0),
            idle: Mutex::default(),
            server,
            _folder: folder,
        }
    }

    pub(super) fn process(&self) -> u32 {
        self.server.id()
    }

    pub(super) async fn reserve(&self, place: &BenchDistrict, wanted: &AllocatorRequest) -> ContestantAnswer {
        let car = place.car(wanted.plate);
        let text = |at: Timestamp| at.to_string();
        let mut body = json!({
            "audience": "public",
            "plate": car.plate.as_str(),
            "starts_at": text(wanted.starts_at),
            "ends_at": text(wanted.ends_at),
        });
        if let (Some(pool), Some(fields)) = (&wanted.pool, body.as_object_mut()) {
            fields.insert("pool".to_owned(), json!(pool.as_str()));
        }
        let path = format!("/internal/v1/garages/{}/reservations", place.garage(wanted.garage));
        let response = self.post(&path, car, &body).await;
        match response.status {
            200 | 201 => {
                let id = field(&response, "id").and_then(|id| Uuid::parse_str(&id).ok());
                let id = BenchReservationId(id.expect("a reservation has an id").as_u128());
                ContestantAnswer::Accepted(BenchReservation {
                    id,
                    interval: wanted.interval,
                    space: 0,
                    plate: wanted.plate,
                })
            }
            409 if field(&response, "code").as_deref() == Some("full") => ContestantAnswer::Refused,
            503 => ContestantAnswer::GaveUp,
            _ => panic!("a reservation is answered with {}", shown(&response)),
        }
    }

    pub(super) async fn cancel(&self, place: &BenchDistrict, ticket: BenchReservation) -> ContestantAnswer {
        let path = format!("/internal/v1/reservations/{}/acts", Uuid::from_u128(ticket.id.0));
        let response = self.post(&path, place.car(ticket.plate), &json!({ "act": "cancel" })).await;
        match response.status {
            200 => ContestantAnswer::Cancelled,
            503 => ContestantAnswer::GaveUp,
            _ => panic!("a cancellation is answered with {}", shown(&response)),
        }
    }

    /// Sends on an idle connection, or on a new one.
    async fn post(&self, path: &str, car: &BenchCar, body: &Value) -> BenchHttpResponse {
        let session = self.sessions.get(car.owner).expect("everybody has a session");
        let (body, token, host) = (body.to_string(), &self.service_token, self.address);
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n{SESSION_HEADER}: {session}\r\n\
             idempotency-key: b-{}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.keys.fetch_add(1, Ordering::Relaxed),
            body.len(),
        );
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => BenchHttpConnection::open(self.address).await,
        };
        let response = connection.call(request.as_bytes()).await;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        response
    }
}

fn local() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port::free()).into()
}

fn field(response: &BenchHttpResponse, name: &str) -> Option<String> {
    let body: Value = serde_json::from_slice(&response.body).ok()?;
    body.get(name)?.as_str().map(str::to_owned)
}

fn shown(response: &BenchHttpResponse) -> String {
    format!("{} {}", response.status, String::from_utf8_lossy(&response.body))
}

/// The path of the server's configuration.
fn config(folder: &TempDir, place: &BenchDistrict, listen: SocketAddr) -> String {
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("a file is written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("the file's mode is set");
        path.display().to_string()
    };
    let key = write("data.key", &STANDARD.encode(place.data_key));
    let url = write("database.url", &place.url);
    let text = format!(
        "[database]\nurl = {{ file = \"{url}\" }}\n[secrets]\ndata_key = {{ file = \"{key}\" }}\n\
         [http]\nlisten = \"{listen}\"\npublic_url = \"http://{listen}\"\n",
    );
    write("server.toml", &text)
}
