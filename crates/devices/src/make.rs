//! The makes that a lane's device may be of. One row of [`MAKES`] and one folder are all that a make is.

use std::time::Duration;

use domain::ids::MakeId;
use domain::time::Timestamp;

use crate::message::DeviceMessage;

/// Every make but the native protocol.
pub static MAKES: &[&dyn DeviceMake] = &[
    &crate::zhenshi::ZhenshiPushCamera,
    &crate::zhenshi::ZhenshiBrokerCamera,
    &crate::hikvision::HikvisionCamera,
    &crate::dahua::DahuaCamera,
    &crate::huaxia::HuaxiaCamera,
    &crate::huaxia_mode2::HuaxiaModeTwoMake,
    &crate::huaxia_mqtt::HuaxiaMqttMake,
    &crate::qianlima_mqtt::QianlimaMqttMake,
    &crate::hikvision_stream::HikvisionStreamMake,
    &crate::dahua_stream::DahuaStreamMake,
    &crate::frigate::FrigateMake,
];

/// The make with this id.
pub fn find(id: &str) -> Option<&'static dyn DeviceMake> {
    MAKES.iter().copied().find(|make| make.id() == id)
}

/// A make's driver. It decodes and encodes and decides nothing.
pub trait DeviceMake: Sync {
    /// The name in a gateway's configuration, for example `zhenshi-http`; a [`MakeId`].
    fn id(&self) -> &'static str;

    /// Chinese and English name for a person, for example `海康威视 Hikvision (ISAPI)`.
    fn title(&self) -> &'static str;

    fn connection(&self) -> DeviceConnection;

    fn opening(&self) -> OpeningMethod;

    /// What barrier and camera do at an exit while the gateway is gone, by the maker's documents.
    fn unattended_exit(&self) -> UnattendedExit;

    fn decode(&self, message: &InboundMessage<'_>) -> DeviceMessage;

    /// The response to a post; makes that do not post never need it.
    fn reply(&self, _reply: &DeviceReply<'_>) -> ReplyBody {
        ReplyBody::default()
    }
}

/// A message as it arrived.
#[derive(Debug, Clone, Copy)]
pub struct InboundMessage<'a> {
    /// Path with query of a post, topic of a publication, path of a stream.
    pub address: &'a str,
    /// HTTP method; `POST` for everything that is no request.
    pub method: &'a str,
    pub content_type: Option<&'a str>,
    /// Cut at [`InboundMessage::MAX_BODY`]; then `is_truncated`.
    pub body: &'a [u8],
    pub is_truncated: bool,
    pub received_at: Timestamp,
    /// Unique per arrival, for messages that have neither number nor time.
    pub arrival: &'a str,
}

impl InboundMessage<'_> {
    /// Bytes; a reading with two pictures in base64 has some 3 MB.
    pub const MAX_BODY: usize = 16 * 1024 * 1024;
}

/// How messages come from the device.
#[derive(Clone, Copy)]
pub enum DeviceConnection {
    /// The device posts to the gateway's address. It is identified by source address, and channel or serial where several share one.
    Posts,
    /// The device publishes on the garage's broker.
    Publishes(&'static dyn BrokerTopics),
    /// The gateway connects to the device's control address and reads a stream of events.
    Streams(EventStream),
}

/// Topics of a make on the garage's broker. `serial` is what the lane's configuration names: serial number or camera name.
pub trait BrokerTopics: Sync {
    /// Filters that the device publishes on, for subscriptions and the broker's permissions.
    fn published_by(&self, serial: &str) -> Vec<String>;

    /// Filters that the device subscribes to.
    fn subscribed_by(&self, serial: &str) -> Vec<String>;

    /// Whether the message is of the device with this serial.
    fn is_from(&self, serial: &str, topic: &str, payload: &[u8]) -> bool;

    /// Whether devices may also be one client for several lanes, distinguished in the payload (Frigate).
    fn is_shared(&self) -> bool {
        false
    }

    /// The command that opens, for a device that last wrote on `last_topic`; `None` if the make takes no such command.
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

/// A stream of events that the gateway requests: parts of `multipart/*` without an end.
#[derive(Clone, Copy)]
pub struct EventStream {
    /// Path with query, for a channel.
    pub path: fn(channel: u32) -> String,
    /// Without a byte for longer, the connection is dead; makes send heartbeats.
    pub silence: Duration,
}

/// How the lane's barrier is opened.
#[derive(Clone, Copy)]
pub enum OpeningMethod {
    /// The reply to the reading opens it.
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
    /// Method, path with query, and body, for a channel.
    pub request: fn(channel: u32) -> (&'static str, String, String),
    /// Whether a response with a success status confirms the opening; `Err` says what the device answered.
    pub confirm: fn(body: &[u8]) -> Result<(), String>,
}

/// What happens at an exit while no gateway answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnattendedExit {
    /// The device can open by a list of its own, as its document describes.
    OwnList(&'static str),
    /// The device stays shut: the barrier needs a push button or a fall-back mode of its own.
    StaysShut(&'static str),
    /// The maker documents nothing.
    NotKnown,
}

/// What a device that posts is answered.
#[derive(Debug, Clone, Copy, Default)]
pub struct DeviceReply<'a> {
    pub open: bool,
    /// [`crate::message::PlateReading::resume_after`] of a stored reading that has arrived.
    pub resume_after: Option<i64>,
    /// Text to be spoken.
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

/// The id of a make of the table as the wire carries it.
pub fn make_id(make: &dyn DeviceMake) -> MakeId {
    // A test holds that every id of the table parses.
    MakeId::parse(make.id()).unwrap_or_default()
}
