//! The HTTP server on which a camera of some makes takes opening requests (digest authentication, MD5).

use std::collections::HashMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use md5::{Digest, Md5};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

const REALM: &str = "IP Camera";
const NONCE: &str = "4e6f6e6365";

/// A request that passed authentication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BarrierRequest {
    pub method: String,
    /// The path with its query.
    pub path: String,
    pub body: String,
}

impl BarrierRequest {
    /// True if the request raises the barrier.
    pub fn opens(&self) -> bool {
        let hikvision = self.method == "PUT"
            && self.path.starts_with("/ISAPI/Parking/channels/")
            && self.path.ends_with("/barrierGate")
            && self.body.contains("<ctrlMode>open</ctrlMode>");
        hikvision || self.path.starts_with("/cgi-bin/trafficSnap.cgi?action=openStrobe")
    }
}

/// Serves until it is dropped.
pub struct BarrierServer {
    address: SocketAddr,
    asked: watch::Receiver<Vec<BarrierRequest>>,
    serving: JoinHandle<()>,
}

struct BarrierServerState {
    username: String,
    password: String,
    asked: watch::Sender<Vec<BarrierRequest>>,
}

impl Drop for BarrierServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl BarrierServer {
    /// Listens on a free port of this machine.
    pub async fn start(username: &str, password: &str) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (sender, asked) = watch::channel(Vec::new());
        let door = BarrierServerState {
            username: username.to_owned(),
            password: password.to_owned(),
            asked: sender,
        };
        let router = Router::new().fallback(answer).with_state(Arc::new(door));
        let serving = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::warn!(%error, "simulated barrier stopped serving");
            }
        });
        Ok(Self { address, asked, serving })
    }

    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The requests so far.
    pub fn asked(&self) -> Vec<BarrierRequest> {
        self.asked.borrow().clone()
    }

    /// Waits for so many requests and returns the latest.
    pub async fn asked_times(&self, times: usize) -> Option<BarrierRequest> {
        let mut asked = self.asked.clone();
        let asked = asked.wait_for(|asked| asked.len() >= times).await.ok()?;
        asked.last().cloned()
    }
}

async fn answer(
    State(door): State<Arc<BarrierServerState>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: String,
) -> Response {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if !given.is_some_and(|given| door.lets_in(given, &method, &uri)) {
        return (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, digest_challenge())]).into_response();
    }
    let asked = BarrierRequest { method: method.to_string(), path: uri.to_string(), body };
    let status = if asked.opens() { StatusCode::OK } else { StatusCode::NOT_FOUND };
    door.asked.send_modify(|all| all.push(asked));
    status.into_response()
}

impl BarrierServerState {
    fn lets_in(&self, given: &str, method: &Method, uri: &Uri) -> bool {
        is_digest_of((&self.username, &self.password), given, method, uri)
    }
}

pub(super) fn digest_challenge() -> String {
    format!(r#"Digest realm="{REALM}", qop="auth", nonce="{NONCE}", algorithm=MD5"#)
}

/// RFC 7616, 3.4.1: the response proves the knowledge of the password.
pub(super) fn is_digest_of(
    (username, password): (&str, &str),
    given: &str,
    method: &Method,
    uri: &Uri,
) -> bool {
    let Some(given) = given.strip_prefix("Digest ") else { return false };
    let given: HashMap<&str, &str> = given
        .split(',')
        .filter_map(|pair| pair.trim().split_once('='))
        .map(|(name, value)| (name, value.trim_matches('"')))
        .collect();
    let of = |name| given.get(name).copied().unwrap_or("");
    if of("username") != username || of("nonce") != NONCE || *uri != of("uri") {
        return false;
    }
    let user = hash(&format!("{username}:{REALM}:{password}"));
    let request = hash(&format!("{method}:{uri}"));
    let response = hash(&format!("{user}:{NONCE}:{}:{}:auth:{request}", of("nc"), of("cnonce")));
    of("qop") == "auth" && of("response") == response
}

fn hash(text: &str) -> String {
    Md5::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use super::*;

    #[test]
    fn only_who_knows_the_password_is_let_in() {
        let door = BarrierServerState {
            username: "admin".into(),
            password: "secret".into(),
            asked: watch::channel(Vec::new()).0,
        };
        let uri: Uri = "/ISAPI/Parking/channels/1/barrierGate".parse().unwrap();
        let of = |password: &str| {
            let who = hash(&format!("admin:{REALM}:{password}"));
            let response = hash(&format!("{who}:{NONCE}:00000001:c:auth:{}", hash(&format!("PUT:{uri}"))));
            format!(
                r#"Digest username="admin", nonce="{NONCE}", uri="{uri}", qop=auth, nc=00000001, cnonce="c", response="{response}""#
            )
        };
        assert!(door.lets_in(&of("secret"), &Method::PUT, &uri));
        assert!(!door.lets_in(&of("another"), &Method::PUT, &uri));
        assert!(!door.lets_in(&of("secret"), &Method::GET, &uri));
        assert!(!door.lets_in("Basic YWRtaW46c2VjcmV0", &Method::PUT, &uri));
    }
}
