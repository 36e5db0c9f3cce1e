//! The server's doors, played: takes batches and credentials, hands out a plan and orders, can be away or forget its answer.

mod orders;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use domain::ids::GarageId;
use protocol::problem::ProblemDetails;
use protocol::uplink::{
    AccessPlanDocument, BatchReceipt, ServerCount, UplinkBatch, UplinkRecord, UplinkRecordContent,
};
use testkit::wait;
use tokio::task::JoinHandle;

use crate::controller::SOON;
use crate::doorman::{self, Doorman};
pub(crate) use orders::Orders;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Well,
    /// Answers 503 and does nothing.
    Away,
    /// Takes the records and answers 503.
    Forgetful,
    /// Answers 422, which nothing but a new version would change.
    Refusing,
}

#[derive(Debug)]
pub(crate) struct Books {
    pub mood: Mood,
    /// By epoch and seq, each once.
    pub records: Vec<(String, UplinkRecord)>,
    /// Records that were sent early, with the number of records received by then.
    pub ahead: Vec<(usize, String)>,
    pub batches: usize,
    pub last: Option<UplinkBatch>,
    /// Cars that are inside besides those of the records.
    pub base: i64,
    pub plan: AccessPlanDocument,
    pub plan_polls: usize,
    pub plan_unchanged: usize,
    /// Tag of the plan that the gateway reports.
    pub known_tag: Option<String>,
    pub doorman: Doorman,
    pub orders: Orders,
}

#[derive(Clone)]
pub(crate) struct District {
    pub address: SocketAddr,
    books: Arc<Mutex<Books>>,
    _task: Arc<Stop>,
}

struct Stop(JoinHandle<()>);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl District {
    pub(crate) async fn start(plan: AccessPlanDocument) -> Self {
        let books = Books {
            mood: Mood::Well,
            records: Vec::new(),
            ahead: Vec::new(),
            batches: 0,
            last: None,
            base: 0,
            plan,
            plan_polls: 0,
            plan_unchanged: 0,
            known_tag: None,
            doorman: Doorman::default(),
            orders: Orders::default(),
        };
        let books = Arc::new(Mutex::new(books));
        let router = Router::new()
            .route("/gateway/v1/events", post(events))
            .route("/gateway/v1/access-plan", get(plan_of))
            .route("/gateway/v1/enroll", post(doorman::enroll))
            .route("/gateway/v1/credential", post(doorman::credential))
            .route("/gateway/v1/orders", get(orders::poll))
            .route("/gateway/v1/orders/{id}", post(orders::ended))
            .with_state(books.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, books, _task: Arc::new(Stop(task)) }
    }

    pub(crate) fn books<T>(&self, look: impl FnOnce(&mut Books) -> T) -> T {
        look(&mut self.books.lock().unwrap())
    }

    pub(crate) fn mood(&self, mood: Mood) {
        self.books(|b| b.mood = mood);
    }

    /// Event ids in the order of arrival.
    pub(crate) fn event_ids(&self) -> Vec<String> {
        let id = |record: &UplinkRecord| match &record.content {
            UplinkRecordContent::Event(event) => Some(event.event_id.to_string()),
            UplinkRecordContent::DeadLetter(_) => None,
        };
        self.books(|b| b.records.iter().filter_map(|(_, r)| id(r)).collect())
    }

    pub(crate) async fn has(&self, count: usize) {
        wait::until(SOON, "records at the server", async || {
            (self.books(|b| b.records.len()) >= count).then_some(())
        })
        .await;
    }

    /// One epoch, and each place of it once and in order.
    pub(crate) fn assert_in_order(&self) {
        self.books(|books| {
            for (i, (epoch, record)) in books.records.iter().enumerate() {
                assert_eq!(record.seq, i64::try_from(i).unwrap() + 1);
                assert_eq!(*epoch, books.records[0].0);
            }
        });
    }
}

pub(crate) type Shared = State<Arc<Mutex<Books>>>;

fn last_seq(books: &Books, epoch: &str) -> Option<i64> {
    books.records.iter().filter(|(e, _)| e == epoch).map(|(_, r)| r.seq).max()
}

async fn events(State(books): Shared, headers: HeaderMap, Json(batch): Json<UplinkBatch>) -> Response {
    let mut books = books.lock().unwrap();
    if !books.doorman.lets_in(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    match books.mood {
        Mood::Away => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Mood::Refusing => return StatusCode::UNPROCESSABLE_ENTITY.into_response(),
        Mood::Well | Mood::Forgetful => {}
    }
    books.batches += 1;
    let expected = last_seq(&books, &batch.epoch).map(|seq| seq + 1);
    if let (Some(first), Some(expected)) = (batch.records.first(), expected)
        && first.seq > expected
    {
        let problem = ProblemDetails::new(409, "sequence_gap", "Records missing before this batch");
        return (StatusCode::CONFLICT, Json(problem)).into_response();
    }
    for record in &batch.records {
        let known = books.records.iter().any(|(e, r)| *e == batch.epoch && r.seq == record.seq);
        if !known {
            books.records.push((batch.epoch.clone(), record.clone()));
        }
    }
    let told = books.records.len();
    for record in &batch.priority_records {
        if let UplinkRecordContent::Event(event) = &record.content {
            books.ahead.push((told, event.event_id.to_string()));
        }
    }
    let acked_through = last_seq(&books, &batch.epoch);
    books.last = Some(batch);
    if books.mood == Mood::Forgetful {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let delta = |record: &UplinkRecord| match &record.content {
        UplinkRecordContent::Event(event) => event.delta,
        UplinkRecordContent::DeadLetter(_) => 0,
    };
    let occupied = books.base + books.records.iter().map(|(_, r)| delta(r)).sum::<i64>();
    let acked_through = acked_through.unwrap_or(0);
    Json(BatchReceipt {
        acked_through,
        count: ServerCount { occupied, through_seq: acked_through, inside: None },
    })
    .into_response()
}

async fn plan_of(State(books): Shared, headers: HeaderMap) -> Response {
    let mut books = books.lock().unwrap();
    books.plan_polls += 1;
    if !books.doorman.lets_in(&headers) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    if books.mood == Mood::Away {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    books.known_tag = known.map(str::to_owned);
    let etag = format!("\"{}\"", books.plan.plan.capacity);
    if headers.get(header::IF_NONE_MATCH).is_some_and(|value| *value == *etag) {
        books.plan_unchanged += 1;
        return (StatusCode::NOT_MODIFIED, books.doorman.says()).into_response();
    }
    (books.doorman.says(), [(header::ETAG, etag)], Json(books.plan.clone())).into_response()
}

pub(crate) fn garage() -> GarageId {
    GarageId::parse("macau-road").unwrap()
}
