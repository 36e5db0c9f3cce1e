//! One request and its response: a value, or the error.

use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, Method};
use metrics::{counter, histogram};
use protocol::people::SESSION_HEADER;
use protocol::problem::ProblemDetails;
use reqwest::{RequestBuilder, Response};
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

/// A request to be sent; `route` is the metric's label.
pub(super) struct ServerCall {
    route: &'static str,
    request: RequestBuilder,
    within: Duration,
}

impl ServerClient {
    /// `path` is below `/internal/v1`; each segment is encoded.
    pub(super) fn call(&self, route: &'static str, method: Method, path: &[&str]) -> ServerCall {
        let mut url = self.base.clone();
        // `Config` takes http and https addresses only, and those have path segments.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(["internal", "v1"]).extend(path);
        }
        ServerCall { route, request: self.http.request(method, url), within: ANSWER_WITHIN }
    }
}

impl ServerCall {
    pub fn session(mut self, session: &SessionToken) -> Self {
        if let Some(value) = session.header() {
            self.request = self.request.header(SESSION_HEADER, value);
        }
        self
    }

    pub fn query<T: Serialize + ?Sized>(mut self, query: &T) -> Self {
        self.request = self.request.query(query);
        self
    }

    pub fn body<T: Serialize + ?Sized>(mut self, body: &T) -> Self {
        self.request = self.request.json(body);
        self
    }

    /// Passes one of the phone's headers on.
    pub fn header(mut self, name: HeaderName, value: Option<HeaderValue>) -> Self {
        if let Some(value) = value {
            self.request = self.request.header(name, value);
        }
        self
    }

    pub fn within(mut self, within: Duration) -> Self {
        self.within = within;
        self
    }

    /// Sends, and parses a success as `T`.
    pub async fn answer<T: DeserializeOwned>(self) -> Result<T, ServerCallError> {
        let body = self.send().await?;
        serde_json::from_slice(&body).map_err(ServerCallError::Garbled)
    }

    /// Sends the request and ignores the body of a success.
    pub async fn done(self) -> Result<(), ServerCallError> {
        self.send().await.map(|_| ())
    }

    async fn send(self) -> Result<Vec<u8>, ServerCallError> {
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

async fn receive(response: Response) -> Result<Vec<u8>, ServerCallError> {
    let status = response.status();
    let body = response.bytes().await.map_err(unsent)?;
    if status.is_success() {
        return Ok(body.to_vec());
    }
    match serde_json::from_slice::<ProblemDetails>(&body) {
        Ok(problem) if problem.code == SERVICE_REFUSED => Err(ServerCallError::ServiceRefused),
        Ok(problem) => {
            Err(ServerCallError::Refused(Box::new(ProblemDetails { status: status.as_u16(), ..problem })))
        }
        Err(_) => Err(ServerCallError::Unexplained { status: status.as_u16() }),
    }
}
