//! A person's client: the mini-program API over HTTP and its WebSockets.

use domain::ids::{ArrivalId, ClassId};
use futures_util::StreamExt;
use protocol::people::{ArrivalAct, ClassArrival, ClassArrivals, FeedCursor, GuardianOverview, StreamFrame};
use reqwest::StatusCode;
use serde::de::DeserializeOwned;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

pub use testkit::wait::PATIENCE;

/// One person's session.
#[derive(Clone)]
pub struct PhoneClient {
    http: reqwest::Client,
    origin: String,
    pub token: String,
}

impl PhoneClient {
    /// `origin` is the mini-program API's, such as `http://127.0.0.1:8800`.
    pub fn new(origin: &str, token: &str) -> Self {
        let http = reqwest::Client::builder().timeout(PATIENCE).build().expect("an HTTP client");
        Self::with_client(http, origin, token)
    }

    /// Shares one HTTP client's connections, for thousands of phones.
    pub fn with_client(http: reqwest::Client, origin: &str, token: &str) -> Self {
        Self { http, origin: origin.to_owned(), token: token.to_owned() }
    }

    fn url(&self, path: &str) -> String {
        format!("{}/api/v1{path}", self.origin)
    }

    pub async fn get(&self, path: &str) -> reqwest::Response {
        self.http.get(self.url(path)).bearer_auth(&self.token).send().await.expect("an answer")
    }

    async fn read<T: DeserializeOwned>(&self, path: &str) -> T {
        let answer = self.get(path).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.json().await.expect("a body of the protocol")
    }

    pub async fn board(&self, class: &ClassId) -> ClassArrivals {
        self.read(&format!("/classes/{class}/arrivals")).await
    }

    pub async fn guardian(&self) -> GuardianOverview {
        self.read("/guardian").await
    }

    pub async fn act(&self, arrival: ArrivalId, act: &ArrivalAct) -> reqwest::Response {
        let url = self.url(&format!("/arrivals/{arrival}/acts"));
        self.http.post(url).bearer_auth(&self.token).json(act).send().await.expect("an answer")
    }

    pub async fn post(&self, path: &str, body: &serde_json::Value) -> reqwest::Response {
        self.http.post(self.url(path)).bearer_auth(&self.token).json(body).send().await.expect("an answer")
    }

    /// Posts with an idempotency key.
    pub async fn post_once(&self, path: &str, key: &str, body: &impl serde::Serialize) -> reqwest::Response {
        let request = self.http.post(self.url(path)).bearer_auth(&self.token).header("idempotency-key", key);
        request.json(body).send().await.expect("an answer")
    }

    /// Follows one class; `after` resumes.
    pub async fn follow(
        &self,
        class: &ClassId,
        after: Option<FeedCursor>,
    ) -> Result<ClassStream, tungstenite::Error> {
        let path = self.url(&format!("/classes/{class}/arrivals/stream"));
        let after = after.map(|cursor| format!("?after={cursor}")).unwrap_or_default();
        let mut request = format!("{path}{after}").replacen("http", "ws", 1).into_client_request()?;
        let protocols = format!("arrivals.v1, bearer.{}", self.token);
        let protocols = HeaderValue::from_str(&protocols).expect("a token is a header value");
        request.headers_mut().insert("sec-websocket-protocol", protocols);
        let (socket, _) = tokio_tungstenite::connect_async(request).await?;
        Ok(ClassStream { socket })
    }
}

/// An open WebSocket of one class.
pub struct ClassStream {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl ClassStream {
    /// The next frame; `None` once the socket has ended.
    pub async fn next(&mut self) -> Option<StreamFrame<ClassArrival>> {
        loop {
            match self.socket.next().await?.ok()? {
                Message::Text(text) => {
                    return Some(serde_json::from_str(&text).expect("a frame of the protocol"));
                }
                Message::Close(_) => return None,
                _ => {}
            }
        }
    }

    /// Reads to the end; returns the close code, if there was one.
    pub async fn end(&mut self) -> Option<u16> {
        let reading = async {
            loop {
                if let Message::Close(frame) = self.socket.next().await?.ok()? {
                    return frame.map(|frame| frame.code.into());
                }
            }
        };
        tokio::time::timeout(PATIENCE, reading).await.expect("an end in time")
    }

    /// Reads until the stream is up to date; returns the cursor to resume from and the arrivals.
    pub async fn until_live(&mut self) -> (FeedCursor, Vec<ClassArrival>) {
        let mut shown = Vec::new();
        loop {
            match tokio::time::timeout(PATIENCE, self.next())
                .await
                .expect("a frame in time")
                .expect("an open socket")
            {
                StreamFrame::Arrival(arrival) => shown.push(arrival),
                StreamFrame::Live { cursor } => return (cursor, shown),
            }
        }
    }

    /// The next arrival that `wanted` accepts.
    pub async fn arrival(&mut self, wanted: impl Fn(&ClassArrival) -> bool) -> ClassArrival {
        let search = async {
            loop {
                match self.next().await.expect("an open socket") {
                    StreamFrame::Arrival(arrival) if wanted(&arrival) => return arrival,
                    _ => {}
                }
            }
        };
        tokio::time::timeout(PATIENCE, search).await.expect("the arrival in time")
    }
}
