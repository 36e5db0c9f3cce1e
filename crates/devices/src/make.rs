//! What a make of devices is: one folder, which implements [`DeviceMake`], and one row of [`MAKES`](crate::makes::MAKES).

use std::time::Duration;

use domain::time::Timestamp;

use crate::message::DeviceMessage;

/// A make's driver. It decodes and encodes; it decides nothing.
pub trait DeviceMake: Sync {
    /// Name in a gateway's configuration, for example `zhenshi-http`; a valid [`MakeId`](domain::ids::MakeId).
    fn id(&self) -> &'static str;

    /// Chinese and English name for display, for example `海康威视 Hikvision (ISAPI)`.
    fn title(&self) -> &'static str;

    fn connection(&self) -> DeviceConnection;

    fn opening(&self) -> OpeningMethod;

    /// Behaviour of barrier and camera at an exit without a gateway, by the maker's documents.
    fn unattended_exit(&self) -> UnattendedExit;

    fn decode(&self, message: &InboundMessage<'_>) -> DeviceMessage;

    /// The response to a post; unused by makes that do not post.
    fn reply(&self, _reply: &DeviceReply<'_>) -> ReplyBody {
        ReplyBody::default()
    }
}

/// A message as it arrived.
#[derive(Debug, Clone, Copy)]
pub struct InboundMessage<'a> {
    /// Path with query of a post, topic of a publication, or path of a stream.
    pub address: &'a str,
    /// HTTP method; `POST` for a message that is no request.
    pub method: &'a str,
    pub content_type: Option<&'a str>,
    /// Cut at [`InboundMessage::MAX_BODY`]; then `is_truncated` is set.
    pub body: &'a [u8],
    pub is_truncated: bool,
    pub received_at: Timestamp,
    /// Unique id of this receipt, for messages with neither number nor time.
    pub arrival: &'a str,
}

impl InboundMessage<'_> {
    /// Bytes; a reading with two pictures in base64 has some 3 MB.
    pub const MAX_BODY: usize = 16 * 1024 * 1024;
}

/// How the gateway receives the device's messages.
#[derive(Clone, Copy)]
pub enum DeviceConnection {
    /// The device posts to the gateway's address. It is identified by its source address, and by channel or
    /// serial number where several devices share one.
    Posts,
    /// The device publishes on the garage's broker.
    Publishes(&'static dyn BrokerTopics),
    /// The gateway connects to the device's control address and reads a stream of events.
    Streams(EventStream),
}

/// Topics of a make on the garage's broker. `serial` is the serial number or camera name in the lane's configuration.
pub trait BrokerTopics: Sync {
    /// Filters that the device publishes on, for subscriptions and the broker's permissions.
    fn published_by(&self, serial: &str) -> Vec<String>;

    /// Filters that the device subscribes to.
    fn subscribed_by(&self, serial: &str) -> Vec<String>;

    /// Whether the message is from the device with this serial.
    fn is_from(&self, serial: &str, topic: &str, payload: &[u8]) -> bool;

    /// Whether one client may serve several lanes, distinguished in the payload (Frigate).
    fn is_shared(&self) -> bool {
        false
    }

    /// The open command for a device that last published on `last_topic`; `None` if the make has no such command.
    fn open_command(&self, _target: &PublishTarget<'_>) -> Option<PublishedCommand> {
        None
    }
}

#[derive(Debug, Clone, Copy)]
pub struct PublishTarget<'a> {
    pub serial: &'a str,
    pub last_topic: Option<&'a str>,
    pub command_id: &'a str,
    pub now: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedCommand {
    pub topic: String,
    pub payload: Vec<u8>,
}

/// An event stream that the gateway requests: an endless `multipart/*` response.
#[derive(Clone, Copy)]
pub struct EventStream {
    /// Path with query for a channel.
    pub path: fn(channel: u32) -> String,
    /// The connection is dead after this time without a byte; makes send heartbeats.
    pub silence: Duration,
}

/// How the lane's barrier is opened.
#[derive(Clone, Copy)]
pub enum OpeningMethod {
    /// The response to the reading opens it.
    Reply,
    /// A message on the device's topic opens it ([`BrokerTopics::open_command`]).
    Publish,
    /// A request to the device's control address opens it.
    Request(OpenRequest),
    /// The device has no barrier: the lane's configuration names a relay.
    Relay,
}

/// A request that opens a barrier.
#[derive(Clone, Copy)]
pub struct OpenRequest {
    /// Method, path with query, and body for a channel.
    pub request: fn(channel: u32) -> (&'static str, String, String),
    /// Whether a response with a success status confirms the opening; `Err` contains the device's response.
    pub confirm: fn(body: &[u8]) -> Result<(), String>,
}

/// Behaviour at an exit while no gateway responds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnattendedExit {
    /// The device can open by its own list, as its document describes.
    OwnList(&'static str),
    /// The device does not open: the barrier needs a push button or its own fall-back mode.
    StaysShut(&'static str),
    /// The maker does not document it.
    NotKnown,
}

/// Content of the response to a device's post.
#[derive(Debug, Clone, Copy, Default)]
pub struct DeviceReply<'a> {
    pub open: bool,
    /// [`crate::message::PlateReading::resume_after`] of a stored reading that was received.
    pub resume_after: Option<i64>,
    /// Text for the device's speech output.
    pub speech: Option<&'a str>,
}

/// A response body with its content type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReplyBody {
    pub content_type: &'static str,
    pub body: Vec<u8>,
}

impl ReplyBody {
    pub fn json(value: &serde_json::Value) -> Self {
        Self { content_type: "application/json", body: value.to_string().into_bytes() }
    }
}
