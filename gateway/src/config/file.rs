//! The TOML form of a [`GatewayConfig`]; `gateway.example.toml` explains each line.

use std::collections::{BTreeSet, HashMap};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use devices::confidence::ConfidenceScale;
use devices::make::DeviceConnection;
use devices::makes::MAKES;
use domain::fire::FireInputs;
use domain::ids::{DeviceId, GarageId, LaneId, MakeId};
use domain::occupancy::{LaneDirection, PassDetection};
use domain::vehicle::TravelDirection;
use reqwest::Method;
use serde::Deserialize;
use service::config::{ConfigError, SecretSource, SecretText, load};
use service::telemetry::LogFormat;

use super::{
    DeviceControlConfig, DeviceInputs, DistrictServerConfig, EVENTS_PER_SECOND, ForeignDevice, GatewayConfig,
    LaneConfig, LaneMake, MakeRow, MqttConfig, PLAN_POLL, ReadingRules, SAME_CAR, UNREAD_PAUSE,
};

/// The file as written; secrets are not yet resolved from their sources.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GatewayConfigFile {
    pub garage: GarageId,
    pub data_dir: PathBuf,
    #[serde(default)]
    pub log_format: LogFormat,
    mqtt: MqttPart,
    server: ServerPart,
    http: Option<HttpPart>,
    devices: Option<HttpPart>,
    #[serde(default)]
    limits: LimitsPart,
    fire: Option<FirePart>,
    #[serde(default)]
    lane: Vec<LanePart>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct FirePart {
    inputs: BTreeSet<DeviceId>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct LimitsPart {
    events_per_second: u32,
    /// Minimum interval between two commands of one exit for messages that were not understood.
    unread_pause_seconds: f64,
}

impl Default for LimitsPart {
    fn default() -> Self {
        Self { events_per_second: EVENTS_PER_SECOND, unread_pause_seconds: UNREAD_PAUSE.as_secs_f64() }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct MqttPart {
    #[serde(default = "local_host")]
    host: String,
    #[serde(default = "mqtt_port")]
    port: u16,
    username: Option<String>,
    password: SecretSource,
    sign_password: Option<SecretSource>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct ServerPart {
    url: String,
    token: Option<SecretSource>,
    ca_file: Option<PathBuf>,
    plan_poll_seconds: Option<f64>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct HttpPart {
    listen: SocketAddr,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct LanePart {
    id: LaneId,
    name: String,
    direction: LaneDirection,
    device: DeviceId,
    #[serde(default)]
    pass_by: PassDetection,
    device_password: Option<SecretSource>,
    #[serde(default)]
    make: MakeId,
    address: Option<IpAddr>,
    serial: Option<String>,
    channel: Option<ChannelPart>,
    #[serde(default = "usual_confidence")]
    min_confidence: u8,
    #[serde(default)]
    confidence_scale: ConfidenceScale,
    #[serde(default)]
    confidence_by: ConfidenceBy,
    /// The direction of travel of a car in this lane, as the camera reports it.
    travel: Option<TravelDirection>,
    same_car_seconds: Option<u32>,
    loop_input: Option<u8>,
    fire_input: Option<u8>,
    control: Option<ControlPart>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct ControlPart {
    url: String,
    username: String,
    password: SecretSource,
    /// The barrier's channel at the device. Default: the lane's channel if that is a number, else 1.
    channel: Option<u32>,
    /// Method, and path with query, that replace the make's own opening request: `GET /relay/0?turn=on&timer=1`.
    open: Option<String>,
}

/// A channel is a number or a name.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum ChannelPart {
    Number(u32),
    Name(String),
}

impl ChannelPart {
    fn text(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Name(name) => name.clone(),
        }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ConfidenceBy {
    #[default]
    Plate,
    WorstCharacter,
}

const fn usual_confidence() -> u8 {
    domain::access::MIN_CONFIDENCE
}

fn local_host() -> String {
    "127.0.0.1".to_owned()
}

const fn mqtt_port() -> u16 {
    1883
}

impl GatewayConfigFile {
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        load(path)
    }

    /// Resolves the secrets of a running gateway and validates everything.
    pub fn config(&self) -> Result<GatewayConfig, ConfigError> {
        let config = GatewayConfig {
            garage: self.garage.clone(),
            data_dir: self.data_dir.clone(),
            mqtt: self.mqtt()?,
            server: self.server()?,
            http: self.http.as_ref().map(|http| http.listen),
            devices: self.devices.as_ref().map(|devices| devices.listen),
            controls: self.controls()?,
            events_per_second: self.limits.events_per_second,
            unread_pause: Duration::try_from_secs_f64(self.limits.unread_pause_seconds)
                .map_err(|e| ConfigError::invalid("limits.unread_pause_seconds", e.to_string()))?,
            fire_inputs: self
                .fire
                .as_ref()
                .map_or(FireInputs::Unnamed, |fire| FireInputs::Named(fire.inputs.clone())),
            lanes: self.lane.iter().enumerate().map(LanePart::lane).collect::<Result<_, _>>()?,
        };
        config.validate()?;
        Ok(config)
    }

    fn mqtt(&self) -> Result<MqttConfig, ConfigError> {
        let username = self.mqtt.username.clone().unwrap_or_else(|| format!("{}.gateway", self.garage));
        Ok(MqttConfig {
            host: self.mqtt.host.clone(),
            port: self.mqtt.port,
            username,
            password: self.gateway_password()?,
        })
    }

    fn server(&self) -> Result<DistrictServerConfig, ConfigError> {
        let seconds = self.server.plan_poll_seconds;
        let plan_poll = seconds.map_or(Ok(PLAN_POLL), Duration::try_from_secs_f64);
        let token = self.server.token.as_ref().map(|token| token.resolve("server.token")).transpose()?;
        Ok(DistrictServerConfig {
            url: self.server.url.clone(),
            token,
            ca_file: self.server.ca_file.clone(),
            plan_poll: plan_poll
                .map_err(|e| ConfigError::invalid("server.plan_poll_seconds", e.to_string()))?,
        })
    }

    fn controls(&self) -> Result<HashMap<LaneId, DeviceControlConfig>, ConfigError> {
        let mut controls = HashMap::new();
        for (index, lane) in self.lane.iter().enumerate() {
            if let Some(part) = &lane.control {
                let control = part.control(&format!("lane[{index}].control"), lane.channel.as_ref())?;
                controls.insert(lane.id.clone(), control);
            }
        }
        Ok(controls)
    }

    /// The gateway's own password at the broker.
    pub fn gateway_password(&self) -> Result<SecretText, ConfigError> {
        Ok(self.mqtt.password.resolve("mqtt.password")?)
    }

    /// The password of the garage's guidance signs, if it has any; only the broker's files need it.
    pub fn sign_password(&self) -> Result<Option<SecretText>, ConfigError> {
        let source = self.mqtt.sign_password.as_ref();
        Ok(source.map(|source| source.resolve("mqtt.sign_password")).transpose()?)
    }

    /// Each controller, and each camera with its serial number, with its broker password. Only the broker's files need
    /// them.
    pub fn device_passwords(
        &self,
    ) -> Result<Vec<(DeviceId, Option<DeviceBrokerUser>, SecretText)>, ConfigError> {
        let one = |(index, lane): (usize, &LanePart)| {
            let field = format!("lane[{index}].device_password");
            let Some(source) = &lane.device_password else {
                return Err(ConfigError::invalid(field, "is needed to write the broker's files"));
            };
            let topics = lane.make().ok().and_then(|make| DeviceBrokerUser::of(&make));
            Ok((lane.device.clone(), topics, source.resolve(&field)?))
        };
        let at_broker = |(_, lane): &(usize, &LanePart)| match lane.make() {
            Ok(LaneMake::Native) => true,
            Ok(make) => DeviceBrokerUser::of(&make).is_some(),
            Err(_) => false,
        };
        self.lane.iter().enumerate().filter(at_broker).map(one).collect()
    }

    /// Resolves the secrets that only the broker's files need, as far as they are configured.
    pub fn check_device_passwords(&self) -> Result<(), ConfigError> {
        self.sign_password()?;
        for (index, lane) in self.lane.iter().enumerate() {
            if let Some(source) = &lane.device_password {
                source.resolve(&format!("lane[{index}].device_password"))?;
            }
        }
        Ok(())
    }

    pub fn mqtt_port(&self) -> u16 {
        self.mqtt.port
    }
}

/// A device of another make that is a client of the garage's broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceBrokerUser {
    /// Topic filters on which it publishes.
    pub publish: Vec<String>,
    /// Topic filters to which it subscribes.
    pub subscribe: Vec<String>,
}

impl DeviceBrokerUser {
    fn of(make: &LaneMake) -> Option<Self> {
        let LaneMake::Foreign(device) = make else { return None };
        let DeviceConnection::Publishes(topics) = device.make.driver().connection() else { return None };
        let serial = device.serial.as_deref()?;
        Some(Self { publish: topics.published_by(serial), subscribe: topics.subscribed_by(serial) })
    }
}

impl ControlPart {
    fn control(&self, field: &str, lane: Option<&ChannelPart>) -> Result<DeviceControlConfig, ConfigError> {
        let whole = |url: &reqwest::Url| {
            let bare = url.path() == "/" && url.query().is_none() && url.username().is_empty();
            bare && matches!(url.scheme(), "http" | "https")
        };
        let Some(url) = self.url.parse().ok().filter(whole) else {
            let message = "must be scheme, host and port of the device, as in http://192.168.1.66";
            return Err(ConfigError::invalid(format!("{field}.url"), message));
        };
        let password = self.password.resolve(&format!("{field}.password"))?;
        let of_lane = || lane.and_then(|channel| channel.text().parse().ok()).unwrap_or(1);
        Ok(DeviceControlConfig {
            url,
            username: self.username.clone(),
            password,
            channel: self.channel.unwrap_or_else(of_lane),
            relay: self.open.as_deref().map(|open| relay(field, open)).transpose()?,
        })
    }
}

fn relay(field: &str, open: &str) -> Result<(Method, String), ConfigError> {
    let parts = open.split_once(' ').and_then(|(method, path)| Some((method.parse().ok()?, path.trim())));
    match parts {
        Some((method, path)) if path.starts_with('/') => Ok((method, path.to_owned())),
        _ => {
            let message = "must be a method and a path, as in `GET /relay/0?turn=on&timer=1`";
            Err(ConfigError::invalid(format!("{field}.open"), message))
        }
    }
}

impl LanePart {
    fn lane((index, part): (usize, &Self)) -> Result<LaneConfig, ConfigError> {
        let make = part
            .make()
            .map_err(|(field, message)| ConfigError::invalid(format!("lane[{index}].{field}"), message))?;
        Ok(LaneConfig {
            id: part.id.clone(),
            name: part.name.clone(),
            direction: part.direction,
            device: part.device.clone(),
            pass_by: part.pass_by,
            make,
            reading: part.reading(),
        })
    }

    fn reading(&self) -> ReadingRules {
        ReadingRules {
            min_confidence: self.min_confidence,
            scale: self.confidence_scale,
            by_worst_character: self.confidence_by == ConfidenceBy::WorstCharacter,
            travel: self.travel,
            same_car: self.same_car_seconds.map_or(SAME_CAR, |seconds| Duration::from_secs(seconds.into())),
        }
    }

    /// The invalid field and the reason, if the fields contradict each other.
    fn make(&self) -> Result<LaneMake, (&'static str, String)> {
        if self.make.is_native() {
            return self.native();
        }
        let Some(make) = MakeRow::find(self.make.as_str()) else {
            let known: Vec<&str> = MAKES.iter().map(|make| make.id()).collect();
            return Err(("make", format!("`{}` is none of native, {}", self.make, known.join(", "))));
        };
        let posts = matches!(make.driver().connection(), DeviceConnection::Posts);
        if self.address.is_some() && !posts {
            return Err((
                "address",
                "is for makes that post; this one is known by its user at the broker or its `control`".into(),
            ));
        }
        let inputs = DeviceInputs { loop_input: self.loop_input, fire_input: self.fire_input };
        let channel = self.channel.as_ref().map(ChannelPart::text);
        let (address, serial) = (self.address, self.serial.clone());
        Ok(LaneMake::Foreign(ForeignDevice { make, address, serial, channel, inputs }))
    }

    fn native(&self) -> Result<LaneMake, (&'static str, String)> {
        let given = [
            ("address", self.address.is_some()),
            ("serial", self.serial.is_some()),
            ("channel", self.channel.is_some()),
            ("loop_input", self.loop_input.is_some()),
            ("fire_input", self.fire_input.is_some()),
            ("control", self.control.is_some()),
        ];
        match given.iter().find(|(_, given)| *given) {
            Some((field, _)) => Err((field, "is only for devices of other makes: set `make` too".into())),
            None => Ok(LaneMake::Native),
        }
    }
}
