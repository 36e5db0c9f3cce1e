//! A person's request, passed on as it came.

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, header};

use super::call::{ServerCall, ServerReply};
use super::client::ServerClient;
use super::error::ServerCallError;
use crate::session::SessionToken;

/// What reaches the server, besides the session. The caller has checked and bounded each part.
#[derive(Debug)]
pub struct ProxiedRequest {
    /// The path below `/internal/v1` with its parameters' names: the metric's label.
    pub route: &'static str,
    pub method: Method,
    /// The segments below `/internal/v1`; each is encoded.
    pub path: Vec<String>,
    pub query: Option<String>,
    pub headers: HeaderMap,
    pub body: Option<Bytes>,
}

impl ServerClient {
    /// Returns a success as the server sent it.
    pub async fn pass(
        &self,
        request: ProxiedRequest,
        session: &SessionToken,
    ) -> Result<ServerReply, ServerCallError> {
        let mut url = self.address(&request.path);
        url.set_query(request.query.as_deref());
        let mut builder = self.http.request(request.method, url).headers(request.headers);
        if let Some(body) = request.body {
            builder = builder.body(body);
        }
        let reply = ServerCall::new(request.route, builder).session(session).send().await?;
        if reply.body.is_empty() || is_json(&reply.headers) {
            Ok(reply)
        } else {
            Err(ServerCallError::NotJson)
        }
    }
}

/// A page of a balancer in the server's place has another type.
fn is_json(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"application/json"))
}
