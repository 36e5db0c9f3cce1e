//! Replaces the server: takes batches, answers receipts, returns a plan. It stores nothing, so that a figure is the
//! gateway's and not a database's; the bench of arrivals measures the real server's part.

use std::collections::{BTreeSet, HashMap};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use domain::access::{AccessPlan, Audience, PlannedOpening, SharingPlan};
use domain::ids::GarageId;
use domain::plate::Plate;
use domain::time::Clock;
use protocol::mqtt::VERSION;
use protocol::order::PendingRemoteOrders;
use protocol::problem::ProblemDetails;
use protocol::uplink::{AccessPlanDocument, BatchReceipt, ServerCount};
use serde::Deserialize;
use service::clock::SystemClock;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::book::{EventLedger, EventMark};

/// More than are ever inside: half of the events are exits.
const CAPACITY: u32 = 5_000;
const BODY: usize = 4 * 1024 * 1024;
/// The wait that the gateway requests.
const POLL: Duration = Duration::from_secs(10);
const HOUR: Duration = Duration::from_secs(3_600);

/// As much of a batch as is needed to answer it, and to know what has come.
#[derive(Deserialize)]
struct SinkBatch<'a> {
    #[serde(borrow)]
    epoch: &'a str,
    #[serde(borrow)]
    records: Vec<SinkRecord<'a>>,
    #[serde(borrow, default)]
    ahead: Vec<SinkRecord<'a>>,
}

#[derive(Deserialize)]
struct SinkRecord<'a> {
    seq: i64,
    #[serde(borrow, default)]
    event_id: Option<&'a str>,
}

struct SinkState {
    book: EventLedger,
    plan: AccessPlanDocument,
    /// By epoch, without gaps.
    through: Mutex<HashMap<String, i64>>,
}

/// A server that can be switched off and on at one address.
pub struct SinkServer {
    address: SocketAddr,
    books: Arc<SinkState>,
    running: Option<(CancellationToken, JoinHandle<()>)>,
}

impl SinkServer {
    pub async fn start(book: EventLedger, garage: GarageId, plates: &[Plate]) -> Self {
        let address = ([127, 0, 0, 1], testkit::port::free()).into();
        let plan = plan(garage, plates);
        let books = Arc::new(SinkState { book, plan, through: Mutex::default() });
        let mut sink = Self { address, books, running: None };
        sink.up().await;
        sink
    }

    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    pub async fn up(&mut self) {
        if self.running.is_some() {
            return;
        }
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let routes = Router::new()
            .route("/gateway/v1/orders", get(move || no_orders(stopped.clone())))
            .route("/gateway/v1/events", post(events))
            .route("/gateway/v1/access-plan", get(access_plan))
            .layer(DefaultBodyLimit::max(BODY))
            .with_state(self.books.clone());
        let listener = tokio::net::TcpListener::bind(self.address).await.expect("the sink's own port");
        let stopped = stop.clone().cancelled_owned();
        let serving = axum::serve(listener, routes).with_graceful_shutdown(stopped);
        let task = tokio::spawn(async move { serving.await.expect("the sink serves") });
        self.running = Some((stop, task));
    }

    /// From now on connections are refused.
    pub async fn down(&mut self) {
        if let Some((stop, task)) = self.running.take() {
            stop.cancel();
            task.await.expect("the sink ends");
        }
    }
}

async fn events(State(books): State<Arc<SinkState>>, body: Bytes) -> Response {
    let batch: SinkBatch = match serde_json::from_slice(&body) {
        Ok(batch) => batch,
        Err(error) => return (StatusCode::UNPROCESSABLE_ENTITY, error.to_string()).into_response(),
    };
    let told = batch.records.iter().chain(&batch.ahead).filter_map(|record| record.event_id);
    told.for_each(|id| books.book.mark(id, EventMark::Told));
    let mut all = books.through.lock().unwrap_or_else(PoisonError::into_inner);
    let through = all.entry(batch.epoch.to_owned()).or_default();
    for record in &batch.records {
        if record.seq > *through + 1 {
            let problem = ProblemDetails::new(409, "sequence_gap", "Records missing before this batch");
            return (StatusCode::CONFLICT, Json(problem)).into_response();
        }
        // What came before and whose receipt was lost is not new.
        if record.seq == *through + 1 {
            *through = record.seq;
            record.event_id.into_iter().for_each(|id| books.book.mark(id, EventMark::Up));
        }
    }
    let count = ServerCount { occupied: 0, through_seq: *through, inside: None };
    Json(BatchReceipt { acked_through: *through, count }).into_response()
}

/// No remote opening exists here: the gateway waits, as it does in production.
async fn no_orders(stop: CancellationToken) -> Response {
    let _ = stop.run_until_cancelled(tokio::time::sleep(POLL)).await;
    let waited_ms = u64::try_from(POLL.as_millis()).unwrap_or(u64::MAX);
    Json(PendingRemoteOrders { v: VERSION, waited_ms, orders: Vec::new(), fire_ends: Vec::new() })
        .into_response()
}

async fn access_plan(State(books): State<Arc<SinkState>>, headers: axum::http::HeaderMap) -> Response {
    let etag = "\"1\"";
    if headers.get(header::IF_NONE_MATCH).is_some_and(|value| value == etag) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    ([(header::ETAG, etag)], Json(&books.plan)).into_response()
}

fn plan(garage: GarageId, plates: &[Plate]) -> AccessPlanDocument {
    let now = SystemClock.now();
    let pickup = || BTreeSet::from([Audience::Pickup]);
    let plan = AccessPlan {
        capacity: CAPACITY,
        openings: vec![PlannedOpening::new(Audience::Pickup, now - HOUR, now + HOUR * 24)],
        permits: plates.iter().map(|plate| (plate.clone(), pickup())).collect(),
        colors: Default::default(),
        valid_until: now + HOUR * 48,
        sharing: SharingPlan::default(),
        standing: None,
    };
    AccessPlanDocument { v: 1, garage, made_at: now, plan, no_reading_shapes: Vec::new() }
}
