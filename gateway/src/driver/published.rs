//! Devices of other makes that are clients of the garage's broker. A device is identified by its topic, on which the
//! broker lets no other client publish. Where one client reports for several cameras, the camera's name in the message
//! identifies it.
//!
//! The protocol of such a device has no command lifetime. Open commands are published with QoS 0, so that the broker
//! stores none.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use devices::make::{BrokerTopics, DeviceConnection, InboundMessage, PublishTarget, PublishedCommand};
use devices::message::UnknownContent;
use domain::ids::LaneId;
use domain::time::Timestamp;
use protocol::alarm::LaneAlarmKind;
use protocol::mqtt::RejectCode;
use uuid::Uuid;

use super::DriverMessage;
use super::lane_device::{self, LaneDevice, LaneDeviceMatch};
use crate::config::LaneConfig;
use crate::driver::stream::lane_messages;
use crate::metric::GatewayMetrics;
use crate::mqtt::{MAX_PAYLOAD, MqttMessage};
use crate::unrecognized::unread_message;

/// Maximum payload without pictures, which must be disabled in the device.
const LARGEST: usize = MAX_PAYLOAD;

/// The devices of a garage that publish on its broker.
#[derive(Default)]
pub(crate) struct BrokerCameras {
    cameras: Vec<BrokerCamera>,
    arrivals: AtomicU64,
}

struct BrokerCamera {
    place: LaneDevice,
    serial: String,
    topics: &'static dyn BrokerTopics,
    /// The topic of its last message.
    last_topic: Mutex<Option<String>>,
}

impl BrokerCameras {
    pub(crate) fn new(lanes: &[LaneConfig]) -> Self {
        let camera = |place: LaneDevice| {
            let DeviceConnection::Publishes(topics) = place.make().connection() else { return None };
            let serial = place.device.serial.clone()?;
            Some(BrokerCamera { place, serial, topics, last_topic: Mutex::default() })
        };
        Self {
            cameras: LaneDevice::of_lanes(lanes).filter_map(camera).collect(),
            arrivals: AtomicU64::new(0),
        }
    }

    /// Topic filters to subscribe to.
    pub(crate) fn filters(&self) -> impl Iterator<Item = String> {
        self.cameras.iter().flat_map(|camera| camera.topics.published_by(&camera.serial))
    }

    /// Maximum bytes kept of a message; 0 if there are no cameras.
    pub(crate) fn largest(&self) -> usize {
        if self.cameras.is_empty() { 0 } else { LARGEST }
    }

    /// The lanes whose device has published this message.
    pub(crate) fn lanes_of(&self, topic: &str, payload: &[u8]) -> impl Iterator<Item = &LaneConfig> {
        self.cameras
            .iter()
            .filter(move |camera| camera.topics.is_from(&camera.serial, topic, payload))
            .map(|camera| &camera.place.lane)
    }

    /// Decodes a device's message; `None` if no device publishes on its topic.
    pub(crate) fn read(
        &self,
        message: &MqttMessage,
        now: Timestamp,
        meter: &GatewayMetrics,
    ) -> Option<Vec<DriverMessage>> {
        let is_from =
            |camera: &&BrokerCamera| camera.topics.is_from(&camera.serial, &message.topic, &message.payload);
        let cameras: Vec<&BrokerCamera> = self.cameras.iter().filter(is_from).collect();
        if cameras.is_empty() {
            return None;
        }
        for camera in &cameras {
            let mut last = camera.last_topic.lock().unwrap_or_else(PoisonError::into_inner);
            *last = Some(message.topic.clone());
        }
        if message.retained {
            // The message may be of any age and carries no age of its own.
            meter.device_said("retained");
            return Some(Vec::new());
        }
        Some(self.decoded(&cameras, message, now, meter))
    }

    fn decoded(
        &self,
        cameras: &[&BrokerCamera],
        message: &MqttMessage,
        now: Timestamp,
        meter: &GatewayMetrics,
    ) -> Vec<DriverMessage> {
        let arrival = format!("{:x}.{:x}", now.micros(), self.arrivals.fetch_add(1, Ordering::Relaxed));
        let inbound = InboundMessage {
            address: &message.topic,
            method: "POST",
            content_type: None,
            body: &message.payload,
            is_truncated: message.payload.len() > LARGEST,
            received_at: now,
            arrival: &arrival,
        };
        let places: Vec<&LaneDevice> = cameras.iter().map(|camera| &camera.place).collect();
        let Some((make, decoded)) = lane_device::decode(&places, &inbound) else { return Vec::new() };
        match lane_device::choose(&places, make, &decoded) {
            LaneDeviceMatch::One(place) => lane_messages(place, (&inbound, &decoded), message.at, meter),
            LaneDeviceMatch::Unclear(fault) => {
                let resembles_reading = lane_device::may_be_reading(&decoded);
                let messages = places.iter().flat_map(|place| {
                    let unknown = UnknownContent { fault: fault.clone(), resembles_reading };
                    let what = (unknown, RejectCode::NotUnderstood);
                    let unread = unread_message(make.id(), (&inbound, &decoded), what, message.at);
                    let (lane, kind) = (place.lane.clone(), LaneAlarmKind::UnknownChannel);
                    [
                        DriverMessage::Alarm { lane: lane.clone(), kind, detail: fault.clone() },
                        DriverMessage::NotUnderstood { lane, message: unread, verdict: None },
                    ]
                });
                messages.collect()
            }
        }
    }

    /// The command that opens the lane's barrier; `None` if no device of the lane accepts one.
    pub(crate) fn open(&self, lane: &LaneId, now: Timestamp) -> Option<PublishedCommand> {
        let camera = self.cameras.iter().find(|camera| camera.place.lane.id == *lane)?;
        let last = camera.last_topic.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let command_id = Uuid::new_v4().simple().to_string();
        camera.topics.open_command(&PublishTarget {
            serial: &camera.serial,
            last_topic: last.as_deref(),
            command_id: &command_id,
            now,
        })
    }
}
