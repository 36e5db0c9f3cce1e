//! A running server, and a client that reads every response as JSON.

use std::net::SocketAddr;

use axum::Router;
use protocol::uplink::{BatchReceipt, UplinkBatch};
use reqwest::header::{AUTHORIZATION, HeaderMap};
use reqwest::{Client, RequestBuilder};
use serde_json::Value;
use server::app::App;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::described;

/// Stops when dropped.
pub(crate) struct ServedRouter {
    pub address: SocketAddr,
    pub client: Client,
    stop: CancellationToken,
    _task: JoinHandle<std::io::Result<()>>,
}

#[derive(Debug)]
pub(crate) struct HttpReply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl HttpReply {
    pub(crate) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

pub(crate) async fn ask(request: RequestBuilder) -> HttpReply {
    let (client, request) = request.build_split();
    let request = request.unwrap();
    let (method, path) = (request.method().to_string(), request.url().path().to_owned());
    let response = client.execute(request).await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap();
    let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() };
    let reply = HttpReply { status, headers, body };
    described::require(&method, &path, status, reply.code());
    reply
}

impl ServedRouter {
    pub(crate) async fn start(app: App) -> Self {
        // Another test of this process may have installed it first.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let task = tokio::spawn(server::serve(app, listener, Router::new(), stop.clone()));
        Self { address, client: Client::builder().no_proxy().build().unwrap(), stop, _task: task }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) async fn get(&self, path: &str) -> HttpReply {
        ask(self.client.get(self.url(path))).await
    }

    /// Sends as the gateway with this token.
    pub(crate) async fn post_batch(&self, token: &str, batch: &UplinkBatch) -> HttpReply {
        let request = self.client.post(self.url("/gateway/v1/events")).json(batch);
        ask(request.header(AUTHORIZATION, format!("Bearer {token}"))).await
    }

    /// Sends a batch that the server must accept.
    pub(crate) async fn take(&self, token: &str, batch: &UplinkBatch) -> BatchReceipt {
        let answer = self.post_batch(token, batch).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        serde_json::from_value(answer.body).unwrap()
    }
}

impl Drop for ServedRouter {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
