//! Devices whose event stream the gateway reads: the gateway connects, and the device sends parts of a response that
//! does not end.
//!
//! Each lane has its own connection. A connection that is silent or ends is replaced. While none can be established,
//! the lane has an alarm.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use devices::event_stream::{EventStreamSplitter, StreamPart};
use devices::make::{DeviceConnection, EventStream, InboundMessage};
use devices::message::DeviceMessage;
use domain::time::Clock;
use protocol::alarm::LaneAlarmKind;
use protocol::mqtt::RejectCode;
use reqwest::{Method, Response, header};
use service::retry::RetryBackoff;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::device_http::{DeviceHttpClient, DeviceHttpError};
use super::lane_device::LaneDevice;
use super::translate::{self, LaneMessage};
use super::{DeviceObservation, DriverMessage};
use crate::cause::causes;
use crate::config::GatewayConfig;
use crate::metric::GatewayMetrics;
use crate::unrecognized::unread_message;

const RETRY_BASE: Duration = Duration::from_millis(500);
const RETRY_CAP: Duration = Duration::from_secs(10);
/// Deadline for the response's head.
const CONNECT: Duration = Duration::from_secs(10);
/// A part without a recognisable end is complete when no byte arrives for this long.
const PAUSE: Duration = Duration::from_secs(1);

/// The event streams of a garage.
pub(crate) struct LaneEventStreams {
    streams: Vec<LaneStream>,
    lanes: mpsc::Sender<DriverMessage>,
    clock: Arc<dyn Clock>,
    meter: GatewayMetrics,
}

struct LaneStream {
    place: LaneDevice,
    device: DeviceHttpClient,
    path: String,
    silence: Duration,
}

/// Error that ended a stream.
#[derive(Debug, thiserror::Error)]
enum DeviceStreamError {
    #[error("cannot connect to the device")]
    Connect(#[from] DeviceHttpError),
    #[error("the device does not answer")]
    Slow,
    #[error("the connection to the device broke")]
    Broken(#[from] reqwest::Error),
    #[error("the device has been silent for {0:?}")]
    Silent(Duration),
    #[error("the device ended the stream")]
    Ended,
    #[error("the lane loop takes nothing")]
    LaneLoop,
}

impl LaneEventStreams {
    pub(crate) fn new(
        config: &GatewayConfig,
        lanes: mpsc::Sender<DriverMessage>,
        clock: Arc<dyn Clock>,
        meter: GatewayMetrics,
    ) -> Result<Self, reqwest::Error> {
        let http = DeviceHttpClient::client()?;
        let stream = |place: LaneDevice| {
            let DeviceConnection::Streams(EventStream { path, silence }) = place.make().connection() else {
                return None;
            };
            let control = config.controls.get(&place.lane.id)?.clone();
            let path = path(control.channel);
            Some(LaneStream { place, device: DeviceHttpClient::new(http.clone(), control), path, silence })
        };
        let streams = LaneDevice::of_lanes(&config.lanes).filter_map(stream).collect();
        Ok(Self { streams, lanes, clock, meter })
    }

    pub(crate) async fn run(self, stop: CancellationToken) {
        let mut tasks = JoinSet::new();
        for stream in self.streams {
            let reader = DeviceStreamReader {
                lanes: self.lanes.clone(),
                clock: self.clock.clone(),
                meter: self.meter.clone(),
            };
            tasks.spawn(reader.run(stream, stop.clone()));
        }
        stop.cancelled().await;
        while tasks.join_next().await.is_some() {}
    }
}

/// Reads one lane's stream.
struct DeviceStreamReader {
    lanes: mpsc::Sender<DriverMessage>,
    clock: Arc<dyn Clock>,
    meter: GatewayMetrics,
}

impl DeviceStreamReader {
    async fn run(self, stream: LaneStream, stop: CancellationToken) {
        let mut backoff = RetryBackoff::new("device_stream", RETRY_BASE, RETRY_CAP);
        let arrivals = AtomicU64::new(0);
        while let Some(ended) = stop.run_until_cancelled(self.read(&stream, &arrivals, &mut backoff)).await {
            let Err(error) = ended else { return };
            if backoff.attempts() == 0 {
                let cause = causes(&error);
                tracing::warn!(garage.id = %self.meter.garage(), lane.id = %stream.place.lane.id, %error, cause, "device event stream failed; reconnecting");
            }
            let (lane, kind) = (stream.place.lane.clone(), LaneAlarmKind::DeviceUnreachable);
            let _ = self.lanes.send(DriverMessage::Alarm { lane, kind, detail: error.to_string() }).await;
            let delay = backoff.next_delay();
            if stop.run_until_cancelled(tokio::time::sleep(delay)).await.is_none() {
                return;
            }
        }
    }

    /// Runs one connection from its request to its end.
    async fn read(
        &self,
        stream: &LaneStream,
        arrivals: &AtomicU64,
        backoff: &mut RetryBackoff,
    ) -> Result<(), DeviceStreamError> {
        let sent = stream.device.send(&Method::GET, &stream.path, "");
        let mut response = timeout(CONNECT, sent).await.map_err(|_| DeviceStreamError::Slow)??;
        backoff.reset();
        let (lane, kind) = (stream.place.lane.clone(), LaneAlarmKind::DeviceUnreachable);
        self.send(DriverMessage::AlarmEnded { lane, kind }).await?;
        let mut splitter = EventStreamSplitter::new(content_type(&response), InboundMessage::MAX_BODY);
        let mut last_byte = Instant::now();
        loop {
            match timeout(PAUSE, response.chunk()).await {
                Ok(chunk) => {
                    let Some(chunk) = chunk? else { break };
                    last_byte = Instant::now();
                    for part in splitter.push(&chunk) {
                        self.part(stream, &part, arrivals).await?;
                    }
                }
                Err(_) => {
                    if let Some(part) = splitter.pause() {
                        self.part(stream, &part, arrivals).await?;
                    }
                    if last_byte.elapsed() > stream.silence {
                        return Err(DeviceStreamError::Silent(stream.silence));
                    }
                }
            }
        }
        if let Some(part) = splitter.finish() {
            self.part(stream, &part, arrivals).await?;
        }
        Err(DeviceStreamError::Ended)
    }

    async fn part(
        &self,
        stream: &LaneStream,
        part: &StreamPart,
        arrivals: &AtomicU64,
    ) -> Result<(), DeviceStreamError> {
        let (at, now) = (Instant::now(), self.clock.now());
        let arrival = format!("{:x}.{:x}", now.micros(), arrivals.fetch_add(1, Ordering::Relaxed));
        let inbound = InboundMessage {
            address: &stream.path,
            method: "POST",
            content_type: part.content_type.as_deref(),
            body: &part.body,
            is_truncated: part.is_truncated,
            received_at: now,
            arrival: &arrival,
        };
        let decoded = stream.place.make().decode(&inbound);
        // It belongs to another channel of the same device; that lane has its own stream.
        let channels = stream.place.device.channel.as_ref().zip(decoded.channel.as_ref());
        if channels.is_some_and(|(wanted, claimed)| wanted != claimed) {
            self.meter.device_said("other_channel");
            return Ok(());
        }
        for message in lane_messages(&stream.place, (&inbound, &decoded), at, &self.meter) {
            self.send(message).await?;
        }
        Ok(())
    }

    async fn send(&self, message: DriverMessage) -> Result<(), DeviceStreamError> {
        self.lanes.send(message).await.map_err(|_| DeviceStreamError::LaneLoop)
    }
}

fn content_type(response: &Response) -> Option<&str> {
    response.headers().get(header::CONTENT_TYPE)?.to_str().ok()
}

/// Sends the contents of a message without a pending reply to the lane loop.
pub(super) fn lane_messages(
    place: &LaneDevice,
    (inbound, decoded): (&InboundMessage<'_>, &DeviceMessage),
    at: Instant,
    meter: &GatewayMetrics,
) -> Vec<DriverMessage> {
    let now = inbound.received_at;
    let lane = || place.lane.clone();
    let notice = DeviceObservation::of(decoded, now);
    let noticed = (!notice.is_empty()).then(|| DriverMessage::Noticed { lane: lane(), notice });
    let message = |content| match translate::lane_message(content, &place.lane, place.device.inputs, now) {
        LaneMessage::Car { event, note, .. } | LaneMessage::Signal { event, note } => {
            Some(DriverMessage::Event { lane: lane(), event, at, note })
        }
        LaneMessage::Status(status) => Some(DriverMessage::Status { lane: lane(), status }),
        LaneMessage::Other(kind) => {
            meter.device_said(kind);
            None
        }
        LaneMessage::NotUnderstood(unknown) => {
            let code = if inbound.is_truncated { RejectCode::TooLarge } else { RejectCode::NotUnderstood };
            let unread = unread_message(place.make().id(), (inbound, decoded), (unknown, code), at);
            Some(DriverMessage::NotUnderstood { lane: lane(), message: unread, verdict: None })
        }
    };
    noticed.into_iter().chain(decoded.contents.iter().filter_map(message)).collect()
}
