//! Cameras of another make that are clients of the garage's own broker: what they publish becomes what a native controller says. Who one
//! is, is told by its topic, on which the broker lets nobody else publish.
//!
//! A camera has no word for the life of a command: it is told to open with QoS 0, so that the broker keeps it for nobody.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use devices::zhenshi::mqtt::{self, Layout};
use domain::device::Quirk;
use domain::ids::LaneId;
use domain::time::Timestamp;
use protocol::mqtt::{MAX_EVENT_BYTES, RejectCode};
use uuid::Uuid;

use super::last::LastCar;
use super::translate::{self, Said};
use super::{FromDevice, Notice};
use crate::config::{Inputs, Lane, Make};
use crate::event::Refusal;
use crate::metric::Meter;
use crate::mqtt::Message;

/// Without pictures, which are to be switched off; as much as the garage's broker lets through.
const LARGEST: usize = 2 * MAX_EVENT_BYTES;

/// The cameras of a garage, by serial number.
#[derive(Debug, Default)]
pub(crate) struct Cameras(HashMap<String, Camera>);

#[derive(Debug)]
struct Camera {
    lane: Lane,
    inputs: Inputs,
    last: LastCar,
    /// As it wrote its topics last.
    layout: Mutex<Layout>,
}

impl Cameras {
    pub fn new(lanes: &[Lane]) -> Self {
        let camera = |lane: &Lane| match &lane.make {
            Make::Publishing(publishing) => {
                let (lane, inputs) = (lane.clone(), publishing.inputs);
                let layout = Mutex::new(Layout::Present);
                Some((publishing.serial.clone(), Camera { lane, inputs, last: LastCar::default(), layout }))
            }
            Make::Native | Make::Posting(_) => None,
        };
        Self(lanes.iter().filter_map(camera).collect())
    }

    /// What to subscribe to.
    pub fn filters(&self) -> impl Iterator<Item = String> {
        self.0.keys().flat_map(|serial| mqtt::says(serial))
    }

    /// Bytes of a message that are worth keeping; none if there are no cameras.
    pub fn largest(&self) -> usize {
        if self.0.is_empty() { 0 } else { LARGEST }
    }

    /// Whose device has published on this topic.
    pub fn lane_of(&self, topic: &str) -> Option<&Lane> {
        let (_, serial, _) = mqtt::topic(topic)?;
        self.0.get(serial).map(|camera| &camera.lane)
    }

    /// What a camera has said; `None` if it was none.
    pub fn read(&self, message: &Message, now: Timestamp, meter: &Meter) -> Option<Vec<FromDevice>> {
        let (layout, serial, kind) = mqtt::topic(&message.topic)?;
        let camera = self.0.get(serial)?;
        *camera.layout() = layout;
        if message.retained {
            // Of any age, and by its own account of none.
            meter.device_said("retained");
            return Some(Vec::new());
        }
        let device = &camera.lane.device;
        Some(match mqtt::parse(serial, kind, &message.payload) {
            Ok(read) => {
                let mut notice = Notice::of(&read, now);
                if layout == Layout::Old {
                    notice.quirks.insert(Quirk::OldTopics);
                }
                let noticed = FromDevice::Noticed { lane: camera.lane.clone(), notice };
                let said = read.told.iter().map(|told| {
                    let last = camera.last.event();
                    translate::said(told, camera.inputs, last.as_ref(), now).checked(
                        device,
                        &message.payload,
                        now,
                    )
                });
                let said = said.filter_map(|said| camera.told(said, message, meter));
                std::iter::once(noticed).chain(said).collect()
            }
            Err(unreadable) => {
                let (detail, body) = (unreadable.to_string(), &message.payload);
                vec![FromDevice::Refused(Refusal::of_device(
                    device.clone(),
                    RejectCode::NotJson,
                    &detail,
                    body,
                ))]
            }
        })
    }

    /// Topic and payload that open the lane's barrier.
    pub fn open(&self, lane: &LaneId, now: Timestamp) -> Option<(String, Vec<u8>)> {
        let (serial, camera) = self.0.iter().find(|(_, camera)| camera.lane.id == *lane)?;
        camera.last.let_in();
        let id = Uuid::new_v4().simple().to_string();
        Some(mqtt::open((*camera.layout(), serial), &id, now))
    }
}

impl Camera {
    fn layout(&self) -> MutexGuard<'_, Layout> {
        self.layout.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn told(&self, said: Result<Said, Box<Refusal>>, message: &Message, meter: &Meter) -> Option<FromDevice> {
        let (lane, at) = (self.lane.clone(), message.at);
        match said {
            Ok(Said::Car(event, asks)) => {
                let event = self.last.named(event, asks.live, at);
                Some(FromDevice::Event { lane, event, at })
            }
            Ok(Said::Signal(event)) => Some(FromDevice::Event { lane, event, at }),
            Ok(Said::Status(status)) => Some(FromDevice::Status { lane, status }),
            Ok(Said::Other(what)) => {
                meter.device_said(what);
                None
            }
            Err(refusal) => Some(FromDevice::Refused(*refusal)),
        }
    }
}
