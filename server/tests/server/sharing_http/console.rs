//! An operator's calls, and the records that they leave.

use std::sync::atomic::{AtomicU32, Ordering};

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use server::app::operator::session;
use store::{audit, book, operator};

use crate::common::StoreFixture;
use crate::common::district::{SCHOOL, garage};
use crate::common::http::{HttpReply, ask};
use crate::world::{ServerWorld, WorldPerson};

/// The parents' window of the file, 15:00 to 17:00 on workdays, for all three spaces.
pub(super) const PICKUP: &str = "school-0";
/// The public's window of the file, every day from 18:00 to 6:00, for all three spaces.
pub(super) const NIGHT: &str = "school-3";

pub(super) struct SharingConsole<'a> {
    world: &'a ServerWorld,
    session: String,
    keys: AtomicU32,
}

impl<'a> SharingConsole<'a> {
    /// Of the operator of the school's garage.
    pub(super) async fn open(world: &'a ServerWorld) -> Self {
        Self::of(world, "li").await
    }

    async fn of(world: &'a ServerWorld, username: &str) -> Self {
        let session = session::issue(&world.app, username).await.unwrap();
        Self { world, session, keys: AtomicU32::new(0) }
    }

    /// An operator of this garage only.
    pub(super) async fn of_garage(world: &'a ServerWorld, username: &str, id: &str) -> Self {
        let mut tx = world.app.store.begin().await.unwrap();
        assert!(operator::insert(&mut tx, username, username, "王值班").await.unwrap());
        operator::add_garage(&mut tx, username, &garage(id)).await.unwrap();
        tx.commit().await.unwrap();
        Self::of(world, username).await
    }

    pub(super) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = self.world.server.url(&format!("/api/operator/v1/garages/{path}"));
        let request = self.world.server.client.request(method, url).header("x-requested-with", "console");
        request.header("cookie", format!("operator_session={}", self.session))
    }

    fn at_school(&self, method: Method, rest: &str) -> RequestBuilder {
        self.request(method, &format!("{SCHOOL}/{rest}"))
    }

    pub(super) async fn get(&self, rest: &str) -> HttpReply {
        ask(self.at_school(Method::GET, rest)).await
    }

    pub(super) async fn preview(&self, what: &str, body: &Value) -> HttpReply {
        ask(self.at_school(Method::POST, &format!("{what}/preview")).json(body)).await
    }

    /// Sends with a new key.
    pub(super) async fn add(&self, rest: &str, body: &Value) -> HttpReply {
        let key = format!("key-{}", self.keys.fetch_add(1, Ordering::SeqCst));
        self.add_with(&key, rest, body).await
    }

    pub(super) async fn add_with(&self, key: &str, rest: &str, body: &Value) -> HttpReply {
        ask(self.at_school(Method::POST, rest).header("idempotency-key", key).json(body)).await
    }

    pub(super) async fn put(&self, rest: &str, etag: &str, body: &Value) -> HttpReply {
        ask(self.at_school(Method::PUT, rest).header("if-match", etag).json(body)).await
    }

    pub(super) async fn end(&self, rest: &str, etag: &str) -> HttpReply {
        ask(self.at_school(Method::DELETE, rest).header("if-match", etag)).await
    }

    pub(super) async fn window(&self, id: &str) -> Value {
        let windows = self.get("windows").await.body;
        let found = windows["windows"].as_array().unwrap().iter().find(|window| window["id"] == id).cloned();
        found.unwrap_or_else(|| panic!("{id} of {windows}"))
    }

    /// The present window with these fields replaced.
    pub(super) async fn changed(&self, id: &str, fields: &Value, affected: &str) -> HttpReply {
        let window = self.window(id).await;
        let rule = with_fields(&window["rule"], fields);
        self.put(&format!("windows/{id}?affected={affected}"), etag(&window), &rule).await
    }

    pub(super) async fn ended(&self, id: &str, affected: &str) -> HttpReply {
        let window = self.window(id).await;
        self.end(&format!("windows/{id}?affected={affected}"), etag(&window)).await
    }
}

pub(super) fn etag(window: &Value) -> &str {
    window["etag"].as_str().unwrap()
}

pub(super) fn with_fields(rule: &Value, fields: &Value) -> Value {
    let mut rule = rule.clone();
    for (name, value) in fields.as_object().unwrap() {
        rule[name] = value.clone();
    }
    rule
}

/// For the public, on every day, for one space, within the staff's hours.
pub(super) fn morning() -> Value {
    json!({ "audience": "public", "weekdays": 127, "start_minute": 480, "length_minutes": 360, "quota": 1, "name": "Mornings" })
}

pub(super) async fn version(world: &ServerWorld) -> i64 {
    let mut tx = world.app.store.begin_read().await.unwrap();
    book::version(&mut tx, &garage(SCHOOL)).await.unwrap().unwrap()
}

/// `(action, subject, detail)` of the audit entries that operators have caused.
pub(super) async fn audited(fixture: &StoreFixture) -> Vec<(String, String, String)> {
    let mut tx = fixture.store.begin_read().await.unwrap();
    let lines = audit::since(&mut tx, domain::time::Timestamp::from_micros(0), 1000).await.unwrap();
    let by_operators = lines
        .into_iter()
        .filter(|line| line.actor_kind == "operator" && line.action != "operator_session.open");
    by_operators.map(|line| (line.action, line.subject, line.detail)).collect()
}

/// State and cause.
pub(super) async fn state(person: &WorldPerson<'_>, reservation: &Value) -> (String, Value) {
    let shown = person.get(&format!("/reservations/{}", reservation["id"].as_str().unwrap())).await.body;
    (shown["state"].as_str().unwrap().to_owned(), shown["cause"].clone())
}

/// `(kind, reservation, detail)` of the inbox.
pub(super) async fn inbox(person: &WorldPerson<'_>) -> Vec<(Value, Value, Value)> {
    let notices = person.get("/notices").await.body;
    let items = notices["items"].as_array().unwrap().iter();
    items.map(|item| (item["kind"].clone(), item["reservation"].clone(), item["detail"].clone())).collect()
}
