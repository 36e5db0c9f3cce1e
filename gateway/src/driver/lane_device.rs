//! Finds the lane of a message where several lanes share an address, a device or a topic.

use devices::make::{DeviceMake, InboundMessage};
use devices::message::{DeviceMessage, MessageContent};

use crate::config::{ForeignDevice, LaneConfig};

/// A lane with its device.
#[derive(Debug, Clone)]
pub(super) struct LaneDevice {
    pub lane: LaneConfig,
    pub device: ForeignDevice,
}

impl LaneDevice {
    /// The lanes whose device is of another make.
    pub(super) fn of_lanes(lanes: &[LaneConfig]) -> impl Iterator<Item = Self> {
        lanes.iter().filter_map(|lane| Some(Self { lane: lane.clone(), device: lane.foreign()?.clone() }))
    }

    pub(super) fn make(&self) -> &'static dyn DeviceMake {
        self.device.make.driver()
    }

    /// Whether a message with this serial number and channel can belong to this lane's device.
    fn accepts(&self, message: &DeviceMessage) -> bool {
        let fits = |wanted: &Option<String>, claimed: &Option<String>| {
            wanted.as_ref().zip(claimed.as_ref()).is_none_or(|(wanted, claimed)| wanted == claimed)
        };
        fits(&self.device.serial, &message.serial) && fits(&self.device.channel, &message.channel)
    }

    /// Whether the message matches all configured identifiers of this lane.
    fn is_named_by(&self, message: &DeviceMessage) -> bool {
        let is = |wanted: &Option<String>, claimed: &Option<String>| wanted.is_none() || wanted == claimed;
        is(&self.device.serial, &message.serial) && is(&self.device.channel, &message.channel)
    }
}

/// The lane of a message, or the reason why it is ambiguous.
pub(super) enum LaneDeviceMatch<'a> {
    One(&'a LaneDevice),
    /// The fault, which is reported for every lane behind the address.
    Unclear(String),
}

/// Decodes with the makes of these lanes; the first that understands the message wins.
pub(super) fn decode(
    places: &[&LaneDevice],
    inbound: &InboundMessage<'_>,
) -> Option<(&'static dyn DeviceMake, DeviceMessage)> {
    let mut first = None;
    let mut tried: Vec<&'static str> = Vec::new();
    for place in places {
        let make = place.make();
        if tried.contains(&make.id()) {
            continue;
        }
        tried.push(make.id());
        let message = make.decode(inbound);
        if is_understood(&message) {
            return Some((make, message));
        }
        first.get_or_insert((make, message));
    }
    first
}

fn is_understood(message: &DeviceMessage) -> bool {
    !message.contents.iter().any(|content| matches!(content, MessageContent::NotUnderstood(_)))
}

/// Finds the lane of a decoded message among the lanes of its make.
pub(super) fn choose<'a>(
    places: &[&'a LaneDevice],
    make: &dyn DeviceMake,
    message: &DeviceMessage,
) -> LaneDeviceMatch<'a> {
    let of_make: Vec<&LaneDevice> =
        places.iter().copied().filter(|place| place.make().id() == make.id()).collect();
    let accepting: Vec<&LaneDevice> =
        of_make.iter().copied().filter(|place| place.accepts(message)).collect();
    match accepting.as_slice() {
        [only] => return LaneDeviceMatch::One(only),
        [] => {}
        _ => {
            let mut named = accepting.iter().filter(|place| place.is_named_by(message));
            if let (Some(only), None) = (named.next(), named.next()) {
                return LaneDeviceMatch::One(only);
            }
        }
    }
    // A message that reports no car belongs to the device, not to a lane.
    if let Some(first) = of_make.first().filter(|_| !concerns_a_lane(message)) {
        return LaneDeviceMatch::One(first);
    }
    LaneDeviceMatch::Unclear(fault(message))
}

fn concerns_a_lane(message: &DeviceMessage) -> bool {
    let concerns = |content: &MessageContent| {
        matches!(
            content,
            MessageContent::Reading(_) | MessageContent::Signal(_) | MessageContent::NotUnderstood(_)
        )
    };
    message.contents.iter().any(concerns)
}

fn fault(message: &DeviceMessage) -> String {
    let claimed = |value: &Option<String>| value.as_deref().unwrap_or("none").to_owned();
    format!(
        "no lane of this address has the serial `{}` and the channel `{}` that the message names",
        claimed(&message.serial),
        claimed(&message.channel)
    )
}

/// Whether a message with an ambiguous lane may report a car.
pub(super) fn may_be_reading(message: &DeviceMessage) -> bool {
    message.contents.iter().any(|content| match content {
        MessageContent::Reading(_) => true,
        MessageContent::NotUnderstood(unknown) => unknown.resembles_reading,
        MessageContent::Signal(_) | MessageContent::Health(_) | MessageContent::NoReading(_) => false,
    })
}
