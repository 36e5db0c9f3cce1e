//! Opens the barrier of a make that does not open by a reply: sends a request to the device or to a relay, and retries
//! while the car waits.
//!
//! A request that could not be sent within the reading's lifetime is never sent later (invariant 6).

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use devices::make::OpeningMethod;
use domain::ids::LaneId;
use reqwest::Method;
use service::retry::RetryBackoff;
use tokio::sync::Mutex;
use tokio::time::timeout_at;

use super::device_http::{DeviceHttpClient, DeviceHttpError};
use crate::config::{DeviceControlConfig, GatewayConfig, LaneConfig, LaneMake};

/// Deadline of one try, with its challenge. A camera on its own network replies in milliseconds or is busy.
const TRY: Duration = Duration::from_secs(2);
const RETRY_BASE: Duration = Duration::from_millis(200);
const RETRY_CAP: Duration = Duration::from_secs(1);

/// Maximum bytes read of a response; a status document has some 300.
const LARGEST_RESPONSE: usize = 16 * 1024;

/// Error of an open request; the barrier may not have opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BarrierOpenError {
    #[error("the device did not answer in time")]
    Late,
    #[error(transparent)]
    Device(#[from] DeviceHttpError),
    #[error("the device did not open: {0}")]
    Refused(String),
}

/// Openers of the lanes whose barrier is opened by a request.
#[derive(Clone, Default)]
pub(crate) struct DeviceOpeners(HashMap<LaneId, Arc<DeviceOpener>>);

impl DeviceOpeners {
    pub(crate) fn new(config: &GatewayConfig) -> Result<Self, reqwest::Error> {
        let http = DeviceHttpClient::client()?;
        let opener = |lane: &LaneConfig| {
            let control = config.controls.get(&lane.id)?;
            let request = DeviceOpenRequest::of(&lane.make, control)?;
            let device = DeviceHttpClient::new(http.clone(), control.clone());
            Some((lane.id.clone(), Arc::new(DeviceOpener { device, request, busy: Mutex::default() })))
        };
        Ok(Self(config.lanes.iter().filter_map(opener).collect()))
    }

    pub(crate) fn get(&self, lane: &LaneId) -> Option<&Arc<DeviceOpener>> {
        self.0.get(lane)
    }
}

/// The request to send, and the parser of its response.
struct DeviceOpenRequest {
    method: Method,
    path: String,
    body: String,
    confirm: fn(&[u8]) -> Result<(), String>,
}

impl DeviceOpenRequest {
    /// A configured relay takes precedence over the make's own request.
    fn of(make: &LaneMake, control: &DeviceControlConfig) -> Option<Self> {
        let LaneMake::Foreign(device) = make else { return None };
        if let Some((method, path)) = &control.relay {
            let (method, path) = (method.clone(), path.clone());
            return Some(Self { method, path, body: String::new(), confirm: |_| Ok(()) });
        }
        let OpeningMethod::Request(open) = device.make.driver().opening() else { return None };
        let (method, path, body) = (open.request)(control.channel);
        Some(Self { method: method.parse().ok()?, path, body, confirm: open.confirm })
    }
}

pub(crate) struct DeviceOpener {
    device: DeviceHttpClient,
    request: DeviceOpenRequest,
    busy: Mutex<()>,
}

impl DeviceOpener {
    /// Retries until `due`. Sends one request at a time; the request for the next car waits.
    pub(crate) async fn open(&self, due: Instant) -> Result<(), BarrierOpenError> {
        let due = due.into();
        let Ok(_busy) = timeout_at(due, self.busy.lock()).await else { return Err(BarrierOpenError::Late) };
        let mut backoff = RetryBackoff::new("barrier", RETRY_BASE, RETRY_CAP);
        loop {
            let until = due.min(tokio::time::Instant::now() + TRY);
            let error = match timeout_at(until, self.attempt()).await {
                Ok(Ok(())) => return Ok(()),
                Ok(Err(error)) => error,
                Err(_) => BarrierOpenError::Late,
            };
            let pause = backoff.next_delay();
            if tokio::time::Instant::now() + pause >= due {
                return Err(error);
            }
            tracing::debug!(%error, "open request failed; retrying");
            tokio::time::sleep(pause).await;
        }
    }

    async fn attempt(&self) -> Result<(), BarrierOpenError> {
        let DeviceOpenRequest { method, path, body, confirm } = &self.request;
        let mut response = self.device.send(method, path, body).await?;
        let mut document = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(DeviceHttpError::from)? {
            document.extend_from_slice(&chunk);
            if document.len() > LARGEST_RESPONSE {
                break;
            }
        }
        confirm(&document).map_err(BarrierOpenError::Refused)
    }
}
