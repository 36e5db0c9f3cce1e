//! A server without its timed jobs, which would write beside the requests, and a client.

use std::sync::atomic::{AtomicU32, Ordering};

use domain::ids::PersonId;
use reqwest::header::HeaderValue;
use reqwest::{Client, Method};
use server::app::allocation::{self, AllocationRequest};
use server::app::{App, ingest};
use service::ProcessReadiness;
use service::http::{operational_routes, serve};
use store::Store;
use testkit::authorization::call::{MatrixCall, MatrixIdentity, MatrixReply};
use testkit::authorization::dump::{self, TableDump};
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};
use uuid::Uuid;

use super::identity::LastingTokens;
use super::seed;
use crate::common::StoreFixture;
use crate::common::district::garage;

/// Garage 1.
pub(super) const NORTH: &str = "north";
/// Garage 2.
pub(super) const SOUTH: &str = "south";

pub(super) struct MatrixScene {
    pub app: App,
    pub tokens: LastingTokens,
    pub driver: PersonId,
    base: String,
    client: Client,
    numbers: AtomicU32,
    stays: AtomicU32,
    _stop: DropGuard,
}

/// A server with the district and with everything that the rows need.
pub(super) async fn start(fixture: &StoreFixture) -> MatrixScene {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let app = fixture.app();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let stop = CancellationToken::new();
    tokio::spawn(ingest::run(app.clone(), stop.clone()));
    tokio::spawn(allocation::run(app.clone(), stop.clone()));
    let router = server::http::router(app.clone()).merge(operational_routes(ProcessReadiness::new()));
    tokio::spawn(serve(listener, router, stop.clone()));
    let mut scene = MatrixScene {
        app,
        tokens: LastingTokens::default(),
        driver: Uuid::nil().into(),
        base,
        client: Client::builder().no_proxy().build().unwrap(),
        numbers: AtomicU32::new(0),
        stays: AtomicU32::new(0),
        _stop: stop.drop_guard(),
    };
    seed::fill(&mut scene, fixture).await;
    scene
}

impl MatrixScene {
    pub(super) async fn send(&self, call: &MatrixCall, identity: &MatrixIdentity) -> MatrixReply {
        let method: Method = call.method.parse().unwrap();
        let mut request = self.client.request(method, format!("{}{}", self.base, call.path));
        request = request.header("idempotency-key", Uuid::now_v7().to_string());
        for (name, value) in call.headers.iter().chain(&identity.headers) {
            request = request.header(*name, value);
        }
        if let Some(body) = &call.body {
            request = request.json(body);
        }
        let response = request.send().await.unwrap();
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = response.headers().iter().map(|(name, value)| (name.to_string(), text(value)));
        let (status, headers) = (response.status().as_u16(), headers.collect::<Vec<_>>());
        MatrixReply::new(status, &headers, &response.text().await.unwrap())
    }

    /// A number that no other object of this scene has.
    pub(super) fn number(&self) -> u32 {
        self.numbers.fetch_add(1, Ordering::SeqCst)
    }

    /// The number of a reservation's time, so that no two collide.
    pub(super) fn stay(&self) -> u32 {
        self.stays.fetch_add(1, Ordering::SeqCst)
    }

    /// The database, once the allocator has processed what is due.
    pub(super) async fn dump(&self) -> TableDump {
        for id in [NORTH, SOUTH] {
            allocation::submit(&self.app, &garage(id), AllocationRequest::Settle).await.unwrap();
        }
        match &self.app.store {
            Store::Sqlite { read, .. } => dump::sqlite(read).await,
            Store::Postgres(pool) => dump::postgres(pool).await,
        }
    }
}
