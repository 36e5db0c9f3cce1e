//! Checks lanes with devices of other makes: each message must belong to one lane, and each barrier must have a way to
//! open.

use std::net::IpAddr;

use ::devices::make::{DeviceConnection, OpeningMethod};
use domain::occupancy::PassDetection;
use service::config::ConfigError;

use super::{ForeignDevice, GatewayConfig, LaneConfig};

/// Maximum characters; real serial numbers have 17.
const MAX_SERIAL: usize = 64;

pub(super) fn validate(config: &GatewayConfig) -> Result<(), ConfigError> {
    for (index, lane) in config.lanes.iter().enumerate() {
        if !(1..=100).contains(&lane.reading.min_confidence) {
            return invalid(index, "min_confidence", "must be 1 to 100");
        }
        let Some(device) = lane.foreign() else { continue };
        inputs(index, lane, device)?;
        match device.make.driver().connection() {
            DeviceConnection::Posts => posts(config, index, device)?,
            DeviceConnection::Publishes(topics) => publishes(config, index, device, topics.is_shared())?,
            DeviceConnection::Streams(_) => streams(config, index, lane)?,
        }
        opening(config, index, lane, device)?;
    }
    Ok(())
}

fn invalid(index: usize, field: &str, message: impl Into<String>) -> Result<(), ConfigError> {
    Err(ConfigError::invalid(format!("lane[{index}].{field}"), message.into()))
}

fn inputs(index: usize, lane: &LaneConfig, device: &ForeignDevice) -> Result<(), ConfigError> {
    let inputs = device.inputs;
    if inputs.fire_input.is_some() && inputs.fire_input == inputs.loop_input {
        return invalid(index, "fire_input", "is the loop's input: the fire alarm needs its own");
    }
    let posts = matches!(device.make.driver().connection(), DeviceConnection::Posts);
    if posts && lane.pass_by == PassDetection::Loop && inputs.loop_input.is_none() {
        let message = "is needed where cars are counted by the loop; or set pass_by = \"plate\"";
        return invalid(index, "loop_input", message);
    }
    Ok(())
}

fn posts(config: &GatewayConfig, index: usize, device: &ForeignDevice) -> Result<(), ConfigError> {
    let Some(address) = device.address else {
        return invalid(index, "address", "is needed for this make: the address from which the device posts");
    };
    if config.devices.is_none() {
        let message = format!("is needed for lane[{index}], whose device posts");
        return Err(ConfigError::invalid("devices.listen", message));
    }
    for (other, earlier) in at_address(config, address).take_while(|(other, _)| *other < index) {
        apart(index, device, other, earlier)?;
    }
    Ok(())
}

fn at_address(config: &GatewayConfig, address: IpAddr) -> impl Iterator<Item = (usize, &ForeignDevice)> {
    let devices = config.lanes.iter().enumerate().filter_map(|(index, lane)| Some((index, lane.foreign()?)));
    devices.filter(move |(_, device)| device.address == Some(address))
}

/// Two lanes behind one address need a field that distinguishes their messages.
fn apart(
    index: usize,
    device: &ForeignDevice,
    other: usize,
    earlier: &ForeignDevice,
) -> Result<(), ConfigError> {
    let differ = |a: &Option<String>, b: &Option<String>| a.is_some() && b.is_some() && a != b;
    if differ(&device.serial, &earlier.serial) || differ(&device.channel, &earlier.channel) {
        return Ok(());
    }
    let message = format!(
        "lane[{other}] has the same address, and nothing tells their messages apart: give both a `channel` (one device for \
         several lanes) or a `serial` (several devices behind one address) of their own"
    );
    invalid(index, "address", message)
}

fn publishes(
    config: &GatewayConfig,
    index: usize,
    device: &ForeignDevice,
    is_shared: bool,
) -> Result<(), ConfigError> {
    let Some(serial) = &device.serial else {
        return invalid(
            index,
            "serial",
            "is needed for this make: it names the device in its topics or messages",
        );
    };
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || (is_shared && c == '_');
    if serial.is_empty() || serial.len() > MAX_SERIAL || !serial.chars().all(allowed) {
        return invalid(index, "serial", "must be 1 to 64 letters, digits and hyphens");
    }
    let earlier = config.lanes.iter().take(index).filter_map(|lane| Some((lane, lane.foreign()?)));
    let same = |other: &ForeignDevice| {
        other.make == device.make
            && other.serial == device.serial
            && (other.channel.is_none() || device.channel.is_none() || other.channel == device.channel)
    };
    if let Some((other, _)) = earlier.into_iter().find(|(_, other)| same(other)) {
        let message =
            format!("`{serial}` is already the device of lane `{}`: give both lanes a `channel`", other.id);
        return invalid(index, "serial", message);
    }
    Ok(())
}

fn streams(config: &GatewayConfig, index: usize, lane: &LaneConfig) -> Result<(), ConfigError> {
    if config.controls.contains_key(&lane.id) {
        return Ok(());
    }
    invalid(index, "control", "is needed for this make: the gateway reads the device's events there")
}

fn opening(
    config: &GatewayConfig,
    index: usize,
    lane: &LaneConfig,
    device: &ForeignDevice,
) -> Result<(), ConfigError> {
    let control = config.controls.get(&lane.id);
    match device.make.driver().opening() {
        OpeningMethod::Request(_) if control.is_none() => {
            invalid(index, "control", "is needed for this make: it opens by a request to the device")
        }
        OpeningMethod::Relay if control.is_none_or(|control| control.relay.is_none()) => {
            let message = "is needed for this make, which has no barrier: the request to the relay that opens, as in \
                           `control = { url = \"http://192.168.1.70\", open = \"GET /relay/0?turn=on&timer=1\", ... }`";
            invalid(index, "control.open", message)
        }
        OpeningMethod::Request(_) | OpeningMethod::Relay | OpeningMethod::Reply | OpeningMethod::Publish => {
            Ok(())
        }
    }
}
