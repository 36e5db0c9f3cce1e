//! The HTTP endpoint to which devices post. Devices are identified by source address, and by channel or serial number
//! where several lanes share one address. The identity that a message claims is only compared.
//!
//! The reply is sent as soon as the decision is made. It waits a short time for the disk, because the device forgets
//! the event after the reply. A stored reading is acknowledged only once it is on disk. Any message from a lane's own
//! address receives a reply in its make's format: any path, any method, any size.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use devices::make::{DeviceReply, InboundMessage};
use devices::message::{DeviceMessage, UnknownContent};
use domain::access::{AccessDecision, display_text};
use domain::time::{Clock, Timestamp};
use futures_util::StreamExt;
use protocol::alarm::LaneAlarmKind;
use protocol::mqtt::{ControllerEvent, RejectCode};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{timeout, timeout_at};

use super::lane_device::{self, LaneDevice, LaneDeviceMatch};
use super::translate::{self, LaneMessage, ReplyContext};
use super::{DeviceObservation, DriverMessage, EventNote, PendingReplies, UnrecognizedMessageReply};
use crate::config::GatewayConfig;
use crate::metric::GatewayMetrics;
use crate::unrecognized::unread_message;

/// Deadline for a decision, which is made in memory. After it the reply requests a resend.
const DECIDE: Duration = Duration::from_secs(1);

/// Deadline for the disk while a car waits for the reply. After it the barrier opens without waiting for the disk.
const STORE_LIVE: Duration = Duration::from_millis(200);

/// Deadline for the disk when no car waits.
const STORE_KEPT: Duration = Duration::from_secs(5);

/// Deadline for a body; bytes that arrive later are cut.
const BODY: Duration = Duration::from_secs(5);

/// State that requests share; cheap to clone.
#[derive(Clone)]
pub(crate) struct DevicePostEndpoint(Arc<DevicePostState>);

struct DevicePostState {
    places: HashMap<IpAddr, Vec<LaneDevice>>,
    desk: PendingReplies,
    lanes: mpsc::Sender<DriverMessage>,
    clock: Arc<dyn Clock>,
    meter: GatewayMetrics,
    arrivals: AtomicU64,
}

/// Result of one post.
#[derive(Debug, Default)]
struct DevicePostReply {
    open: bool,
    resume_after: Option<i64>,
    speech: Option<String>,
    /// Not on disk: the device must resend the event.
    again: bool,
}

impl DevicePostEndpoint {
    pub(crate) fn new(
        config: &GatewayConfig,
        (desk, lanes): (PendingReplies, mpsc::Sender<DriverMessage>),
        clock: Arc<dyn Clock>,
        meter: GatewayMetrics,
    ) -> Self {
        let mut places: HashMap<IpAddr, Vec<LaneDevice>> = HashMap::new();
        for place in LaneDevice::of_lanes(&config.lanes) {
            if let Some(address) = place.device.address {
                places.entry(address).or_default().push(place);
            }
        }
        Self(Arc::new(DevicePostState { places, desk, lanes, clock, meter, arrivals: AtomicU64::new(0) }))
    }

    pub(crate) fn router(self) -> Router {
        // Accepts the path and method that are configured in the device, whatever they are.
        Router::new().route("/", any(posted)).route("/{*path}", any(posted)).with_state(self)
    }
}

async fn posted(
    State(DevicePostEndpoint(door)): State<DevicePostEndpoint>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let at = Instant::now();
    let Some(places) = door.places.get(&peer.ip().to_canonical()) else {
        door.meter.device_refused("stranger");
        tracing::warn!(garage.id = %door.meter.garage(), %peer, "rejected request from unknown device address");
        return StatusCode::FORBIDDEN.into_response();
    };
    let (parts, body) = request.into_parts();
    let (body, is_truncated) = read(body).await;
    let now = door.clock.now();
    let arrival = format!("{:x}.{:x}", now.micros(), door.arrivals.fetch_add(1, Ordering::Relaxed));
    let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let inbound = InboundMessage {
        address: parts.uri.path_and_query().map_or("/", |path| path.as_str()),
        method: parts.method.as_str(),
        content_type,
        body: &body,
        is_truncated,
        received_at: now,
        arrival: &arrival,
    };
    let places: Vec<&LaneDevice> = places.iter().collect();
    door.deliver(&places, &inbound, at).await
}

/// Reads the body within the deadline and the size limit; returns it and whether it is truncated.
async fn read(body: Body) -> (Vec<u8>, bool) {
    let (mut stream, mut bytes) = (body.into_data_stream(), Vec::new());
    let due = tokio::time::Instant::now() + BODY;
    while let Ok(Some(chunk)) = timeout_at(due, stream.next()).await {
        let Ok(chunk) = chunk else { return (bytes, true) };
        let room = InboundMessage::MAX_BODY - bytes.len();
        if chunk.len() > room {
            bytes.extend_from_slice(chunk.get(..room).unwrap_or_default());
            return (bytes, true);
        }
        bytes.extend_from_slice(&chunk);
    }
    let is_late = tokio::time::Instant::now() >= due;
    (bytes, is_late)
}

impl DevicePostState {
    async fn deliver(&self, places: &[&LaneDevice], inbound: &InboundMessage<'_>, at: Instant) -> Response {
        let Some((make, message)) = lane_device::decode(places, inbound) else {
            return StatusCode::FORBIDDEN.into_response();
        };
        let answer = match lane_device::choose(places, make, &message) {
            LaneDeviceMatch::One(place) => self.contents(place, (inbound, &message), at).await,
            LaneDeviceMatch::Unclear(fault) => {
                let of_make = places.iter().filter(|place| place.make().id() == make.id());
                let mut answer = DevicePostReply::default();
                for place in of_make {
                    let kind = LaneAlarmKind::UnknownChannel;
                    let lane = place.lane.clone();
                    self.send(DriverMessage::Alarm { lane, kind, detail: fault.clone() }).await;
                    let resembles_reading = lane_device::may_be_reading(&message);
                    let unknown = UnknownContent { fault: fault.clone(), resembles_reading };
                    answer.open |= self.not_understood(place, (inbound, &message), unknown, at).await;
                }
                answer
            }
        };
        if answer.again && !answer.open {
            return again();
        }
        let reply = DeviceReply {
            open: answer.open,
            resume_after: answer.resume_after,
            speech: answer.speech.as_deref(),
        };
        let reply = make.reply(&reply);
        let mut response = reply.body.into_response();
        if !reply.content_type.is_empty() {
            let content_type = HeaderValue::from_static(reply.content_type);
            response.headers_mut().insert(header::CONTENT_TYPE, content_type);
        }
        response
    }

    async fn contents(
        &self,
        place: &LaneDevice,
        (inbound, message): (&InboundMessage<'_>, &DeviceMessage),
        at: Instant,
    ) -> DevicePostReply {
        let now = inbound.received_at;
        let notice = DeviceObservation::of(message, now);
        if !notice.is_empty() {
            self.send(DriverMessage::Noticed { lane: place.lane.clone(), notice }).await;
        }
        let mut answer = DevicePostReply::default();
        for content in &message.contents {
            match translate::lane_message(content, &place.lane, place.device.inputs, now) {
                LaneMessage::Car { event, note, waits } => {
                    self.car(place, (event, note, waits), (at, now), &mut answer).await;
                }
                LaneMessage::Signal { event, note } => {
                    answer.again |= !self.signal(place, event, note, at).await;
                }
                LaneMessage::Status(status) => {
                    self.send(DriverMessage::Status { lane: place.lane.clone(), status }).await;
                }
                LaneMessage::Other(kind) => self.meter.device_said(kind),
                LaneMessage::NotUnderstood(unknown) => {
                    answer.open |= self.not_understood(place, (inbound, message), unknown, at).await;
                }
            }
        }
        answer
    }

    async fn car(
        &self,
        place: &LaneDevice,
        (event, note, waits): (ControllerEvent, EventNote, ReplyContext),
        (at, now): (Instant, Timestamp),
        answer: &mut DevicePostReply,
    ) {
        let mut expected = self.desk.expect(&place.lane.device, &event.event_id);
        let lane = place.lane.clone();
        if !self.send(DriverMessage::Event { lane, event, at, note }).await {
            answer.again = true;
            return;
        }
        let Ok(Ok(decision)) = timeout(DECIDE, &mut expected.decided).await else {
            answer.again = true;
            return;
        };
        let store = if waits.is_live { STORE_LIVE } else { STORE_KEPT };
        let is_stored = matches!(timeout(store, &mut expected.stored).await, Ok(Ok(())));
        if !is_stored {
            self.meter.device_unstored();
            answer.again |= !waits.is_live;
        }
        let decision = decision.filter(|_| waits.is_live);
        answer.open |= decision.is_some_and(AccessDecision::opens);
        answer.speech = decision.map(|decision| display_text(decision, place.lane.direction, now));
        answer.resume_after = waits.resume_after.filter(|_| is_stored);
    }

    /// No car waits: replies when the event is on disk. False if it is not stored in time.
    async fn signal(&self, place: &LaneDevice, event: ControllerEvent, note: EventNote, at: Instant) -> bool {
        let mut expected = self.desk.expect(&place.lane.device, &event.event_id);
        let lane = place.lane.clone();
        if !self.send(DriverMessage::Event { lane, event, at, note }).await {
            return false;
        }
        matches!(timeout(STORE_KEPT, &mut expected.stored).await, Ok(Ok(())))
    }

    /// Whether the reply opens.
    async fn not_understood(
        &self,
        place: &LaneDevice,
        (inbound, message): (&InboundMessage<'_>, &DeviceMessage),
        unknown: UnknownContent,
        at: Instant,
    ) -> bool {
        let code = reject_code(inbound);
        let unread = unread_message(place.make().id(), (inbound, message), (unknown, code), at);
        let (verdict_in, verdict) = oneshot::channel();
        let lane = place.lane.clone();
        self.send(DriverMessage::NotUnderstood { lane, message: unread, verdict: Some(verdict_in) }).await;
        match timeout(DECIDE, verdict).await {
            Ok(Ok(UnrecognizedMessageReply::OpenAfter(pause))) => {
                tokio::time::sleep(pause).await;
                true
            }
            Ok(Ok(UnrecognizedMessageReply::StaysShut) | Err(_)) | Err(_) => false,
        }
    }

    /// False if the lane loop does not accept it in time.
    async fn send(&self, message: DriverMessage) -> bool {
        matches!(timeout(DECIDE, self.lanes.send(message)).await, Ok(Ok(())))
    }
}

fn reject_code(inbound: &InboundMessage<'_>) -> RejectCode {
    let method = inbound.method;
    if inbound.is_truncated {
        RejectCode::TooLarge
    } else if method != Method::POST.as_str() && method != Method::PUT.as_str() {
        RejectCode::WrongAddress
    } else {
        RejectCode::NotUnderstood
    }
}

/// The event was not accepted: the device resends it.
fn again() -> Response {
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}
