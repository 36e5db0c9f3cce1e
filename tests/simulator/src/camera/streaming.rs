//! A camera that serves a stream of events over HTTP and opens its barrier by request, on a free port of this machine.
//!
//! It stands for Hikvision (`alertStream`, `barrierGate`) and Dahua (`snapManager.cgi`, `eventManager.cgi`, `openStrobe`):
//! the test sends the bytes of the parts. Every request needs the password, by digest or basic authentication.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::net::TcpListener;
use tokio::sync::{broadcast, watch};
use tokio::task::JoinHandle;

use super::barrier::{BarrierRequest, digest_challenge, is_digest_of};

/// Parts that a slow reader may lag behind; then its stream ends.
const BACKLOG: usize = 1_024;
const STREAMS: [&str; 3] =
    ["/ISAPI/Event/notification/alertStream", "/cgi-bin/snapManager.cgi", "/cgi-bin/eventManager.cgi"];
/// The response of Hikvision and Dahua to a successful request.
const HIKVISION_DONE: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ResponseStatus version=\"2.0\" xmlns=\"http://www.hikvision.com/ver20/XMLSchema\">\
<requestURL>/ISAPI/Parking/channels/1/barrierGate</requestURL><statusCode>1</statusCode><statusString>OK</statusString><subStatusCode>ok</subStatusCode></ResponseStatus>";
const DAHUA_DONE: &str = "OK\r\n";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CameraAuthentication {
    Digest,
    Basic,
}

#[derive(Debug, Clone)]
pub struct StreamingCameraConfig {
    pub username: String,
    pub password: String,
    pub authentication: CameraAuthentication,
    /// Content type of the stream, for example `multipart/mixed; boundary=boundary`.
    pub content_type: String,
}

/// The camera's response to the next opening requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpeningReply {
    /// It opens.
    Done,
    /// It answers 503 so many times, then opens.
    Busy { times: u32 },
    /// It answers 200 with this body and stays shut.
    Failed { body: String },
}

/// Serves until it is dropped.
pub struct StreamingCamera {
    address: SocketAddr,
    shared: Arc<StreamingCameraState>,
    serving: JoinHandle<()>,
}

struct StreamingCameraState {
    config: StreamingCameraConfig,
    parts: broadcast::Sender<StreamInstruction>,
    streams: watch::Sender<usize>,
    requests: watch::Sender<Vec<BarrierRequest>>,
    opened: watch::Sender<usize>,
    answer: watch::Sender<OpeningReply>,
}

#[derive(Debug, Clone)]
enum StreamInstruction {
    Send(Bytes),
    End,
}

impl Drop for StreamingCamera {
    fn drop(&mut self) {
        self.serving.abort();
        // A stream outlives the server's task.
        self.end_streams();
    }
}

impl StreamingCamera {
    pub async fn start(config: StreamingCameraConfig) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(StreamingCameraState {
            config,
            parts: broadcast::channel(BACKLOG).0,
            streams: watch::channel(0).0,
            requests: watch::channel(Vec::new()).0,
            opened: watch::channel(0).0,
            answer: watch::channel(OpeningReply::Done).0,
        });
        let router = Router::new().fallback(answer).with_state(Arc::clone(&shared));
        let serving = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::warn!(%error, "simulated streaming camera stopped serving");
            }
        });
        Ok(Self { address, shared, serving })
    }

    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Writes bytes to every open stream and returns how many there are.
    pub fn send(&self, bytes: impl Into<Bytes>) -> usize {
        self.shared.parts.send(StreamInstruction::Send(bytes.into())).unwrap_or(0)
    }

    /// Ends every open stream; a client connects again.
    pub fn end_streams(&self) {
        // No stream is open: nothing to end.
        let _ = self.shared.parts.send(StreamInstruction::End);
    }

    /// Waits until so many streams have been opened since the start.
    pub async fn streamed_times(&self, times: usize) -> bool {
        self.shared.streams.subscribe().wait_for(|streams| *streams >= times).await.is_ok()
    }

    /// Sets the response to all further opening requests.
    pub fn answer_openings(&self, answer: OpeningReply) {
        self.shared.answer.send_replace(answer);
    }

    /// Requests with the right password that are not for a stream.
    pub fn requests(&self) -> Vec<BarrierRequest> {
        self.shared.requests.borrow().clone()
    }

    /// Waits for so many requests and returns the latest.
    pub async fn requested_times(&self, times: usize) -> Option<BarrierRequest> {
        let mut requests = self.shared.requests.subscribe();
        let requests = requests.wait_for(|requests| requests.len() >= times).await.ok()?;
        requests.last().cloned()
    }

    /// How often the barrier was opened.
    pub fn opened(&self) -> usize {
        *self.shared.opened.borrow()
    }

    /// Waits until the barrier was opened so often.
    pub async fn opened_times(&self, times: usize) -> bool {
        self.shared.opened.subscribe().wait_for(|opened| *opened >= times).await.is_ok()
    }
}

async fn answer(
    State(camera): State<Arc<StreamingCameraState>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: String,
) -> Response {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if !given.is_some_and(|given| camera.is_authorized(given, &method, &uri)) {
        let challenge = match camera.config.authentication {
            CameraAuthentication::Digest => digest_challenge(),
            CameraAuthentication::Basic => "Basic realm=\"IP Camera\"".to_owned(),
        };
        return (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, challenge)]).into_response();
    }
    if method == Method::GET && STREAMS.contains(&uri.path()) {
        return camera.stream();
    }
    camera.request(BarrierRequest { method: method.to_string(), path: uri.to_string(), body })
}

impl StreamingCameraState {
    fn is_authorized(&self, given: &str, method: &Method, uri: &Uri) -> bool {
        let StreamingCameraConfig { username, password, authentication, .. } = &self.config;
        match authentication {
            CameraAuthentication::Digest => is_digest_of((username, password), given, method, uri),
            CameraAuthentication::Basic => {
                given.strip_prefix("Basic ")
                    == Some(STANDARD.encode(format!("{username}:{password}")).as_str())
            }
        }
    }

    fn stream(&self) -> Response {
        let parts = self.parts.subscribe();
        self.streams.send_modify(|streams| *streams += 1);
        let bytes = futures_util::stream::unfold(parts, async |mut parts| match parts.recv().await {
            Ok(StreamInstruction::Send(bytes)) => Some((Ok::<_, io::Error>(bytes), parts)),
            Ok(StreamInstruction::End) | Err(_) => None,
        });
        ([(header::CONTENT_TYPE, self.config.content_type.clone())], Body::from_stream(bytes)).into_response()
    }

    fn request(&self, asked: BarrierRequest) -> Response {
        let is_opening = asked.opens();
        let is_hikvision = asked.path.starts_with("/ISAPI/");
        self.requests.send_modify(|requests| requests.push(asked));
        if !is_opening {
            return StatusCode::NOT_FOUND.into_response();
        }
        let mut current = OpeningReply::Done;
        self.answer.send_modify(|answer| {
            current = answer.clone();
            if let OpeningReply::Busy { times } = answer {
                *times = times.saturating_sub(1);
            }
        });
        match current {
            OpeningReply::Busy { times } if times > 0 => StatusCode::SERVICE_UNAVAILABLE.into_response(),
            OpeningReply::Failed { body } => body.into_response(),
            OpeningReply::Done | OpeningReply::Busy { .. } => {
                self.opened.send_modify(|opened| *opened += 1);
                if is_hikvision { HIKVISION_DONE } else { DAHUA_DONE }.into_response()
            }
        }
    }
}

#[cfg(test)]
mod tests;
