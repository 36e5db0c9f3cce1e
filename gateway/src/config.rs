//! Configuration of one gateway: its garage, its broker, its server, its lanes.
//!
//! A [`GatewayConfig`] holds plain values, so that one process can run many gateways. [`mod@file`] reads it from TOML. In both
//! cases [`GatewayConfig::validate`] names the invalid field.

mod devices;
pub mod file;
mod fire;

use std::collections::HashMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ::devices::confidence::ConfidenceScale;
use ::devices::make::{DeviceMake, OpeningMethod};
use ::devices::makes::{self, make_id};
use domain::fire::FireInputs;
use domain::ids::{DeviceId, GarageId, LaneId, MakeId};
use domain::occupancy::{LaneDirection, PassDetection};
use domain::vehicle::TravelDirection;
use service::config::{ConfigError, SecretText};

/// The plan changes a few times a day. An operator who has changed it waits 5 s without wondering.
pub const PLAN_POLL: Duration = Duration::from_secs(5);

/// A lane has some ten cars a minute, and a controller resends its stored events at 50 a second.
pub const EVENTS_PER_SECOND: u32 = 100;

/// A barrier needs longer to move.
pub const UNREAD_PAUSE: Duration = Duration::from_secs(1);

/// Upper bound of the setting: a higher rate would be no limit.
const MOST_EVENTS_PER_SECOND: u32 = 1_000_000;

/// Names of broker users that are not controllers.
const RESERVED: [&str; 2] = ["gateway", "sign"];

/// Everything that a gateway needs to run.
#[derive(Debug, Clone)]
pub struct GatewayConfig {
    pub garage: GarageId,
    /// Holds the outbox; created if missing. One gateway per folder.
    pub data_dir: PathBuf,
    pub mqtt: MqttConfig,
    pub server: DistrictServerConfig,
    /// Address for health and metrics; `None` serves none.
    pub http: Option<SocketAddr>,
    /// Address to which devices without MQTT post, in the garage's own network.
    pub devices: Option<SocketAddr>,
    /// For the lanes whose devices the gateway calls to open the barrier or to read events.
    pub controls: HashMap<LaneId, DeviceControlConfig>,
    /// Per device, in the long run; a burst may have ten times as many.
    pub events_per_second: u32,
    /// Minimum interval between two commands of one exit for messages that were not understood.
    pub unread_pause: Duration,
    /// The devices whose fire input opens every lane.
    pub fire_inputs: FireInputs,
    pub lanes: Vec<LaneConfig>,
}

/// The broker on this box or in the garage's own network. The connection has no TLS.
#[derive(Debug, Clone)]
pub struct MqttConfig {
    pub host: String,
    pub port: u16,
    pub username: String,
    pub password: SecretText,
}

/// The district's server.
#[derive(Debug, Clone)]
pub struct DistrictServerConfig {
    /// Without a path: `https://parking.example`. Plain HTTP only to a loopback address.
    pub url: String,
    /// Issued by the server's administrator; `None` for an enrolled box, whose credential is in the data folder.
    pub token: Option<SecretText>,
    /// PEM certificates to trust besides the system's.
    pub ca_file: Option<PathBuf>,
    pub plan_poll: Duration,
}

/// One lane with its controller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaneConfig {
    pub id: LaneId,
    pub name: String,
    pub direction: LaneDirection,
    pub device: DeviceId,
    pub pass_by: PassDetection,
    pub make: LaneMake,
    pub reading: ReadingRules,
}

impl LaneConfig {
    /// Whether the barrier's device confirms an opening, so that a car counts only then.
    pub fn confirms_opening(&self) -> bool {
        match &self.make {
            LaneMake::Native => false,
            LaneMake::Foreign(device) => {
                matches!(device.make.driver().opening(), OpeningMethod::Request(_) | OpeningMethod::Relay)
            }
        }
    }

    /// The device of another make; `None` for the native protocol.
    pub const fn foreign(&self) -> Option<&ForeignDevice> {
        match &self.make {
            LaneMake::Native => None,
            LaneMake::Foreign(device) => Some(device),
        }
    }
}

/// Rules for the readings of a lane's camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadingRules {
    /// Percent; a reading below it goes to a person for review.
    pub min_confidence: u8,
    pub scale: ConfidenceScale,
    /// Uses the confidence of the least certain character where the make reports it, else the confidence of the whole
    /// plate.
    pub by_worst_character: bool,
    /// The direction of travel of a car in this lane; absent: any.
    pub travel: Option<TravelDirection>,
    /// Readings within this time may be of one car. Zero: each reading is a car of its own.
    pub same_car: Duration,
}

/// Cameras report several results for one car. No car enters, leaves and enters again within this time.
pub const SAME_CAR: Duration = Duration::from_secs(10);

impl Default for ReadingRules {
    fn default() -> Self {
        Self {
            min_confidence: domain::access::MIN_CONFIDENCE,
            scale: ConfidenceScale::Auto,
            by_worst_character: false,
            travel: None,
            same_car: SAME_CAR,
        }
    }
}

/// The protocol of a lane's device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum LaneMake {
    /// The native protocol (`docs/mqtt.md`).
    #[default]
    Native,
    Foreign(ForeignDevice),
}

impl LaneMake {
    /// The make's id on the wire.
    pub fn id(&self) -> MakeId {
        match self {
            Self::Native => MakeId::default(),
            Self::Foreign(device) => make_id(device.make.driver()),
        }
    }

    /// The make's display name.
    pub fn title(&self) -> Option<&'static str> {
        match self {
            Self::Native => None,
            Self::Foreign(device) => Some(device.make.driver().title()),
        }
    }
}

/// An entry of the table of makes.
#[derive(Clone, Copy)]
pub struct MakeRow(&'static dyn DeviceMake);

impl MakeRow {
    /// Finds the make with this id.
    pub fn find(id: &str) -> Option<Self> {
        makes::find(id).map(Self)
    }

    pub fn driver(self) -> &'static dyn DeviceMake {
        self.0
    }
}

impl PartialEq for MakeRow {
    fn eq(&self, other: &Self) -> bool {
        self.0.id() == other.0.id()
    }
}

impl Eq for MakeRow {}

impl fmt::Debug for MakeRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.id())
    }
}

/// A device of another make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignDevice {
    pub make: MakeRow,
    /// Source address of its posts; several lanes may share one.
    pub address: Option<IpAddr>,
    /// Part of its topics, or compared with the serial number in its messages.
    pub serial: Option<String>,
    /// Channel, line or camera name where one device serves several lanes.
    pub channel: Option<String>,
    pub inputs: DeviceInputs,
}

/// Inputs that are wired to a camera.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DeviceInputs {
    /// The loop behind the barrier.
    pub loop_input: Option<u8>,
    /// The fire alarm.
    pub fire_input: Option<u8>,
}

/// Access to a device that the gateway calls: to open the barrier or to read events.
#[derive(Debug, Clone)]
pub struct DeviceControlConfig {
    /// Scheme, host and port.
    pub url: reqwest::Url,
    pub username: String,
    pub password: SecretText,
    /// The barrier's channel at the device.
    pub channel: u32,
    /// Method, and path with query, of a request that replaces the make's own opening request, for example of a network
    /// relay.
    pub relay: Option<(reqwest::Method, String)>,
}

impl GatewayConfig {
    /// Checks across fields; the error names the field to change.
    pub fn validate(&self) -> Result<(), ConfigError> {
        validate_url(&self.server.url)?;
        validate_lanes(&self.lanes)?;
        devices::validate(self)?;
        fire::validate(&self.fire_inputs, &self.lanes)?;
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

fn validate_lanes(lanes: &[LaneConfig]) -> Result<(), ConfigError> {
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

/// Whether a request to `url` stays on this machine (loopback).
pub(crate) fn is_loopback(url: &reqwest::Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests;
