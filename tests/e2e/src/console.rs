//! An operator at the console, and the public feed beside it.

use domain::ids::GarageId;
use protocol::operator::{
    CursorPage, DeadLetterEntry, EventLogEntry, GarageOverview, GarageOverviews, NewCountAdjustment,
};
use protocol::public::{ParkingSite, ParkingSites};
use protocol::sharing::{WindowEntry, WindowList};
use reqwest::{RequestBuilder, Response, StatusCode, header};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::phone::PATIENCE;

/// The header that the console's own pages send with each changing request.
const OURS: (&str, &str) = ("x-requested-with", "console");

/// One operator's browser.
#[derive(Clone)]
pub struct ConsoleClient {
    http: reqwest::Client,
    server: String,
    cookie: String,
}

impl ConsoleClient {
    /// Logs in with user name and password.
    pub async fn log_in(server: &str, username: &str, password: &str) -> Result<Self, Response> {
        let body = json!({ "username": username, "password": password });
        Self::open(server, "/api/operator/v1/sessions", &body).await
    }

    /// Logs in by picking a name, which only the demo offers.
    pub async fn pick(server: &str, username: &str) -> Result<Self, Response> {
        Self::open(server, "/demo/operator-sessions", &json!({ "username": username })).await
    }

    async fn open(server: &str, path: &str, body: &Value) -> Result<Self, Response> {
        let http = http();
        let request = http.post(format!("{server}{path}")).header(OURS.0, OURS.1).json(body);
        let answer = request.send().await.expect("an answer");
        if !answer.status().is_success() {
            return Err(answer);
        }
        let cookie = answer.headers().get(header::SET_COOKIE).expect("a cookie").to_str().expect("text");
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        Ok(Self { http, server: server.to_owned(), cookie })
    }

    pub async fn get(&self, path: &str) -> Response {
        let url = format!("{}/api/operator/v1{path}", self.server);
        self.http.get(url).header(header::COOKIE, &self.cookie).send().await.expect("an answer")
    }

    async fn read<T: DeserializeOwned>(&self, path: &str) -> T {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.json().await.expect("a body of the protocol")
    }

    pub async fn garages(&self) -> Vec<GarageOverview> {
        self.read::<GarageOverviews>("/garages").await.garages
    }

    pub async fn garage(&self, id: &GarageId) -> GarageOverview {
        let garages = self.garages().await;
        garages.into_iter().find(|garage| &garage.id == id).expect("a garage of this operator")
    }

    /// The newest page of events.
    pub async fn events(&self, garage: &GarageId) -> CursorPage<EventLogEntry> {
        self.read(&format!("/garages/{garage}/events")).await
    }

    /// Every event, newest first, page by page.
    pub async fn all_events(&self, garage: &GarageId) -> Vec<EventLogEntry> {
        let mut page = self.events(garage).await;
        let mut events = page.items;
        while let Some(cursor) = page.next {
            page = self.read(&format!("/garages/{garage}/events?cursor={cursor}")).await;
            events.append(&mut page.items);
        }
        events
    }

    /// The windows that have not been ended.
    pub async fn windows(&self, garage: &GarageId) -> Vec<WindowEntry> {
        self.read::<WindowList>(&format!("/garages/{garage}/windows")).await.windows
    }

    /// Ends a window as it was read.
    pub async fn end_window(&self, garage: &GarageId, window: &WindowEntry) -> Response {
        let url = format!("{}/api/operator/v1/garages/{garage}/windows/{}", self.server, window.id);
        let request = self.http.delete(url).header(header::COOKIE, &self.cookie).header(OURS.0, OURS.1);
        request.header(header::IF_MATCH, &window.etag).send().await.expect("an answer")
    }

    /// The newest page of dead letters.
    pub async fn dead_letters(&self, garage: &GarageId) -> CursorPage<DeadLetterEntry> {
        self.read(&format!("/garages/{garage}/dead-letters")).await
    }

    /// `key` is the idempotency key.
    pub async fn adjust(&self, garage: &GarageId, adjustment: &NewCountAdjustment, key: &str) -> Response {
        self.post_once(&format!("/garages/{garage}/adjustments"), key, adjustment).await
    }

    /// Posts any body to any address of the console.
    pub async fn post(&self, path: &str, body: &Value) -> Response {
        self.request(path).json(body).send().await.expect("an answer")
    }

    /// Posts with an idempotency key.
    pub async fn post_once(&self, path: &str, key: &str, body: &impl serde::Serialize) -> Response {
        self.request(path).header("idempotency-key", key).json(body).send().await.expect("an answer")
    }

    fn request(&self, path: &str) -> RequestBuilder {
        let url = format!("{}/api/operator/v1{path}", self.server);
        self.http.post(url).header(header::COOKIE, &self.cookie).header(OURS.0, OURS.1)
    }
}

fn http() -> reqwest::Client {
    reqwest::Client::builder().timeout(PATIENCE).build().expect("an HTTP client")
}

/// The public data of one garage.
pub async fn public_site(server: &str, garage: &GarageId) -> ParkingSite {
    let url = format!("{server}/api/public/v3/parking-sites");
    let answer = http().get(url).send().await.expect("an answer");
    let sites: ParkingSites = answer.json().await.expect("a body of the protocol");
    let site = sites.items.into_iter().find(|site| site.original_uid == garage.as_str());
    site.expect("the garage is published")
}
