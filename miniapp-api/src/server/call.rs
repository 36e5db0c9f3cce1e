//! One request and its response: a value, or the error.

use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, header};
use metrics::{counter, histogram};
use protocol::people::SESSION_HEADER;
use protocol::problem::ProblemDetails;
use reqwest::{RequestBuilder, Response, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::time::Instant;

use super::client::ServerClient;
use super::error::ServerCallError;
use crate::session::SessionToken;

/// A phone gives up after ten seconds: a later response is of no use.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// The server's code for an unknown service token; any other 401 concerns the person's session.
const SERVICE_REFUSED: &str = "service_unauthorized";

/// Larger than every response of the server: a page has 200 arrivals, a phone needs some 100 KB at most.
const LONGEST_ANSWER: usize = 8 * 1024 * 1024;

/// A request to be sent; `route` is the metric's label.
pub(super) struct ServerCall {
    route: &'static str,
    request: RequestBuilder,
    within: Duration,
}

/// A success.
#[derive(Debug)]
pub struct ServerReply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl ServerClient {
    /// `route` and `path` are below `/internal/v1`.
    pub(super) fn call(&self, route: &'static str, method: Method, path: &[&str]) -> ServerCall {
        ServerCall::new(route, self.http.request(method, self.address(path)))
    }

    /// Each segment is encoded.
    pub(super) fn address<S: AsRef<str>>(&self, path: &[S]) -> Url {
        let mut url = self.base.clone();
        // `Config` takes http and https addresses only, and those have path segments.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(["internal", "v1"]).extend(path);
        }
        url
    }
}

impl ServerCall {
    pub(super) fn new(route: &'static str, request: RequestBuilder) -> Self {
        Self { route, request, within: ANSWER_WITHIN }
    }

    pub(super) fn session(mut self, session: &SessionToken) -> Self {
        if let Some(value) = session.header() {
            self.request = self.request.header(SESSION_HEADER, value);
        }
        self
    }

    pub(super) fn query<T: Serialize + ?Sized>(mut self, query: &T) -> Self {
        self.request = self.request.query(query);
        self
    }

    pub(super) fn body<T: Serialize + ?Sized>(mut self, body: &T) -> Self {
        self.request = self.request.json(body);
        self
    }

    pub(super) fn within(mut self, within: Duration) -> Self {
        self.within = within;
        self
    }

    /// Sends, and parses a success as `T`.
    pub(super) async fn answer<T: DeserializeOwned>(self) -> Result<T, ServerCallError> {
        let reply = self.send().await?;
        serde_json::from_slice(&reply.body).map_err(ServerCallError::Garbled)
    }

    /// Sends the request and ignores the body of a success.
    pub(super) async fn done(self) -> Result<(), ServerCallError> {
        self.send().await.map(|_| ())
    }

    pub(super) async fn send(self) -> Result<ServerReply, ServerCallError> {
        let (route, started) = (self.route, Instant::now());
        let sent = self.request.timeout(self.within).send().await;
        let status = sent.as_ref().map_or(0, |response| response.status().as_u16());
        counter!("server_requests_total", "route" => route, "status" => status.to_string()).increment(1);
        histogram!("server_request_seconds", "route" => route).record(started.elapsed());
        receive(sent.map_err(unsent)?).await
    }
}

fn unsent(error: reqwest::Error) -> ServerCallError {
    // The address may hold ids of people, which the log must not contain.
    let error = error.without_url();
    if error.is_builder() { ServerCallError::Request(error) } else { ServerCallError::Unreachable(error) }
}

async fn receive(mut response: Response) -> Result<ServerReply, ServerCallError> {
    let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
    let body = bounded_body(response).await?;
    if status.is_success() {
        return Ok(ServerReply { status, headers, body });
    }
    let wait = headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    match serde_json::from_slice::<ProblemDetails>(&body) {
        Ok(problem) if problem.code == SERVICE_REFUSED => Err(ServerCallError::ServiceRefused),
        Ok(problem) => {
            let problem = Box::new(ProblemDetails { status: status.as_u16(), ..problem });
            Err(ServerCallError::Refused { problem, retry_after: wait })
        }
        Err(_) => Err(ServerCallError::Unexplained { status: status.as_u16() }),
    }
}

async fn bounded_body(mut response: Response) -> Result<Bytes, ServerCallError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unsent)? {
        if body.len() + chunk.len() > LONGEST_ANSWER {
            return Err(ServerCallError::Oversized { most: LONGEST_ANSWER });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.into())
}
