//! What one gateway is told: its garage, its broker, its server, its lanes.
//!
//! A [`Config`] is plain values, so that one process can run many gateways; [`file`] reads it from TOML. Either way
//! [`Config::validate`] names the field at fault.

pub mod file;

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use domain::device;
use domain::ids::{DeviceId, GarageId, LaneId, MakeId};
use domain::occupancy::{Direction, PassBy};
use process::config::{ConfigError, Secret};

/// The plan changes a few times a day; 5 s is what an operator who changed it will wait without wondering.
pub const PLAN_POLL: Duration = Duration::from_secs(5);

/// A lane has some ten cars a minute, and a controller sends what it has kept at 50 a second.
pub const EVENTS_PER_SECOND: u32 = 100;

/// Beyond it the limit is none.
const MOST_EVENTS_PER_SECOND: u32 = 1_000_000;

/// Names that users of the broker other than controllers have.
const RESERVED: [&str; 2] = ["gateway", "sign"];

/// Characters; real ones have 17.
const MAX_SERIAL: usize = 64;

/// Everything that a gateway needs to run.
#[derive(Debug, Clone)]
pub struct Config {
    pub garage: GarageId,
    /// Holds the outbox; made if missing. One gateway a folder.
    pub data_dir: PathBuf,
    pub mqtt: Mqtt,
    pub server: Server,
    /// Where health and metrics are served; `None` serves none.
    pub http: Option<SocketAddr>,
    /// Where devices post that do not speak MQTT: an address in the garage's own network.
    pub devices: Option<SocketAddr>,
    /// Of the lanes whose devices are asked to open.
    pub controls: HashMap<LaneId, Control>,
    /// Of one device, in the long run; ten times as many may come at once.
    pub events_per_second: u32,
    pub lanes: Vec<Lane>,
}

/// The broker on this box or on the garage's own network: there is no TLS on this way.
#[derive(Debug, Clone)]
pub struct Mqtt {
    pub host: String,
    pub port: u16,
    pub username: String,
    pub password: Secret,
}

/// The district's server.
#[derive(Debug, Clone)]
pub struct Server {
    /// Without a path: `https://parking.example`. Plain HTTP only to a loopback address.
    pub url: String,
    /// Made by the server's administrator; `None` for a box that has enrolled, whose credential is in the data folder.
    pub token: Option<Secret>,
    /// PEM certificates to trust besides the system's.
    pub ca_file: Option<PathBuf>,
    pub plan_poll: Duration,
}

/// One lane with its controller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lane {
    pub id: LaneId,
    pub name: String,
    pub direction: Direction,
    pub device: DeviceId,
    pub pass_by: PassBy,
    pub make: Make,
}

/// How what stands at a lane speaks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Make {
    /// The native protocol (`docs/mqtt.md`).
    #[default]
    Native,
    Posting(Posting),
    Publishing(Publishing),
}

impl Make {
    /// As the wire carries it.
    pub fn id(&self) -> MakeId {
        let name = match self {
            Self::Native => device::NATIVE_MAKE,
            Self::Publishing(_) => "zhenshi-mqtt",
            Self::Posting(posting) => match posting.dialect {
                Dialect::Zhenshi => "zhenshi-http",
                Dialect::Huaxia => "huaxia",
                Dialect::Hikvision => "hikvision",
                Dialect::Dahua => "dahua",
            },
        };
        MakeId::parse(name).unwrap_or_default()
    }
}

/// A device that posts what it sees and does what the answer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    pub dialect: Dialect,
    /// From which it posts; that is how it is known.
    pub address: IpAddr,
    /// Compared with what it says of itself.
    pub serial: Option<String>,
    pub inputs: Inputs,
}

/// A Zhenshi camera on the garage's broker, with a user of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publishing {
    /// Part of its topics.
    pub serial: String,
    pub inputs: Inputs,
}

/// What is wired to a camera.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Inputs {
    /// The loop behind the barrier.
    pub loop_input: Option<u8>,
    /// The fire alarm.
    pub fire_input: Option<u8>,
}

/// `docs/devices/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    Zhenshi,
    Huaxia,
    Hikvision,
    Dahua,
}

impl Dialect {
    /// Whether the answer to a reading opens the barrier; else a request to the device does.
    pub const fn opens_by_answer(self) -> bool {
        matches!(self, Self::Zhenshi | Self::Huaxia)
    }
}

/// How a device is reached that is asked to open.
#[derive(Debug, Clone)]
pub struct Control {
    /// Scheme, host and port.
    pub url: reqwest::Url,
    pub username: String,
    pub password: Secret,
}

impl Config {
    /// Checks across fields; the error names the one to change.
    pub fn validate(&self) -> Result<(), ConfigError> {
        validate_url(&self.server.url)?;
        validate_lanes(&self.lanes)?;
        validate_serials(&self.lanes)?;
        self.validate_devices()?;
        if self.server.plan_poll < Duration::from_millis(100) {
            return Err(ConfigError::invalid("server.plan_poll_seconds", "must be 0.1 or more"));
        }
        if !(1..=MOST_EVENTS_PER_SECOND).contains(&self.events_per_second) {
            return Err(ConfigError::invalid("limits.events_per_second", "must be 1 to 1000000"));
        }
        if self.mqtt.host.trim().is_empty() {
            return Err(ConfigError::invalid("mqtt.host", "must not be empty"));
        }
        Ok(())
    }
}

impl Config {
    fn validate_devices(&self) -> Result<(), ConfigError> {
        let mut addresses = HashMap::new();
        for (index, lane) in self.lanes.iter().enumerate() {
            let Make::Posting(posting) = &lane.make else { continue };
            if self.devices.is_none() {
                return Err(ConfigError::invalid(
                    "devices.listen",
                    format!("is needed for lane `{}`, whose device posts", lane.id),
                ));
            }
            if let Some(other) = addresses.insert(posting.address, &lane.id) {
                let message = format!("`{}` is already the device of lane `{other}`", posting.address);
                return Err(ConfigError::invalid(format!("lane[{index}].address"), message));
            }
            if !posting.dialect.opens_by_answer() && !self.controls.contains_key(&lane.id) {
                let message = "is needed for this make: it opens by a request to the device";
                return Err(ConfigError::invalid(format!("lane[{index}].control"), message));
            }
            validate_inputs(index, posting.inputs)?;
            if lane.pass_by == PassBy::Loop && posting.inputs.loop_input.is_none() {
                let message = "is needed where cars are counted by the loop; or set pass_by = \"plate\"";
                return Err(ConfigError::invalid(format!("lane[{index}].loop_input"), message));
            }
        }
        Ok(())
    }
}

fn validate_inputs(index: usize, inputs: Inputs) -> Result<(), ConfigError> {
    if inputs.fire_input.is_some() && inputs.fire_input == inputs.loop_input {
        let message = "is the loop's input: the fire alarm needs its own";
        return Err(ConfigError::invalid(format!("lane[{index}].fire_input"), message));
    }
    Ok(())
}

/// Each is a level of a topic, and names one camera.
fn validate_serials(lanes: &[Lane]) -> Result<(), ConfigError> {
    let mut known = HashMap::new();
    for (index, lane) in lanes.iter().enumerate() {
        let Make::Publishing(publishing) = &lane.make else { continue };
        let field = format!("lane[{index}].serial");
        let serial = &publishing.serial;
        if serial.is_empty()
            || serial.len() > MAX_SERIAL
            || !serial.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        {
            return Err(ConfigError::invalid(field, "must be 1 to 64 letters, digits and hyphens"));
        }
        if let Some(other) = known.insert(serial, &lane.id) {
            let message = format!("`{serial}` is already the camera of lane `{other}`");
            return Err(ConfigError::invalid(field, message));
        }
        validate_inputs(index, publishing.inputs)?;
    }
    Ok(())
}

fn validate_lanes(lanes: &[Lane]) -> Result<(), ConfigError> {
    if lanes.is_empty() {
        return Err(ConfigError::invalid("lane", "a gateway needs at least one [[lane]]"));
    }
    for (index, lane) in lanes.iter().enumerate() {
        let earlier = || lanes.iter().take(index);
        if RESERVED.contains(&lane.device.as_str()) {
            let message = format!("`{}` is reserved; name the controller otherwise", lane.device);
            return Err(ConfigError::invalid(format!("lane[{index}].device"), message));
        }
        if let Some(other) = earlier().find(|other| other.device == lane.device) {
            let message = format!("`{}` is already the controller of lane `{}`", lane.device, other.id);
            return Err(ConfigError::invalid(format!("lane[{index}].device"), message));
        }
        if earlier().any(|other| other.id == lane.id) {
            let message = format!("`{}` is the id of another lane", lane.id);
            return Err(ConfigError::invalid(format!("lane[{index}].id"), message));
        }
    }
    Ok(())
}

fn validate_url(url: &str) -> Result<(), ConfigError> {
    let invalid = |message: &str| ConfigError::invalid("server.url", message);
    let parsed: reqwest::Url = url.parse().map_err(|_| invalid("not an address; write https://host"))?;
    match parsed.scheme() {
        "https" => {}
        "http" if is_loopback(&parsed) => {}
        "http" => return Err(invalid("plain http only to a loopback address; write https://")),
        _ => return Err(invalid("must begin with https://")),
    }
    if parsed.host_str().is_none_or(str::is_empty) {
        return Err(invalid("has no host"));
    }
    if parsed.path() != "/" || parsed.query().is_some() || !parsed.username().is_empty() {
        return Err(invalid("only scheme, host and port; no path, query or user"));
    }
    Ok(())
}

/// Whether a request to `url` stays on this machine.
pub(crate) fn is_loopback(url: &reqwest::Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
#[path = "config/tests.rs"]
mod tests;
