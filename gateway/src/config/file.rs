//! The TOML form of a [`Config`]; `gateway.example.toml` explains each line.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::ids::{DeviceId, GarageId, LaneId};
use domain::occupancy::{Direction, PassBy};
use process::config::{ConfigError, Secret, SecretSource, load};
use process::telemetry::LogFormat;
use serde::Deserialize;

use super::{
    Config, Control, Dialect, EVENTS_PER_SECOND, Inputs, Lane, Make, Mqtt, PLAN_POLL, Posting, Publishing,
    Server,
};

/// The file as written: secrets are still where they come from.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
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
    #[serde(default)]
    lane: Vec<LanePart>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct LimitsPart {
    events_per_second: u32,
}

impl Default for LimitsPart {
    fn default() -> Self {
        Self { events_per_second: EVENTS_PER_SECOND }
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
    direction: Direction,
    device: DeviceId,
    #[serde(default)]
    pass_by: PassBy,
    device_password: Option<SecretSource>,
    #[serde(default)]
    make: MakeName,
    address: Option<IpAddr>,
    serial: Option<String>,
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
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum MakeName {
    #[default]
    Native,
    ZhenshiHttp,
    ZhenshiMqtt,
    Huaxia,
    Hikvision,
    Dahua,
}

fn local_host() -> String {
    "127.0.0.1".to_owned()
}

const fn mqtt_port() -> u16 {
    1883
}

impl File {
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        load(path)
    }

    /// Resolves the secrets that a running gateway needs, and checks everything.
    pub fn config(&self) -> Result<Config, ConfigError> {
        let config = Config {
            garage: self.garage.clone(),
            data_dir: self.data_dir.clone(),
            mqtt: self.mqtt()?,
            server: self.server()?,
            http: self.http.as_ref().map(|http| http.listen),
            devices: self.devices.as_ref().map(|devices| devices.listen),
            controls: self.controls()?,
            events_per_second: self.limits.events_per_second,
            lanes: self.lane.iter().enumerate().map(LanePart::lane).collect::<Result<_, _>>()?,
        };
        config.validate()?;
        Ok(config)
    }

    fn mqtt(&self) -> Result<Mqtt, ConfigError> {
        let username = self.mqtt.username.clone().unwrap_or_else(|| format!("{}.gateway", self.garage));
        Ok(Mqtt {
            host: self.mqtt.host.clone(),
            port: self.mqtt.port,
            username,
            password: self.gateway_password()?,
        })
    }

    fn server(&self) -> Result<Server, ConfigError> {
        let seconds = self.server.plan_poll_seconds;
        let plan_poll = seconds.map_or(Ok(PLAN_POLL), Duration::try_from_secs_f64);
        let token = self.server.token.as_ref().map(|token| token.resolve("server.token")).transpose()?;
        Ok(Server {
            url: self.server.url.clone(),
            token,
            ca_file: self.server.ca_file.clone(),
            plan_poll: plan_poll
                .map_err(|e| ConfigError::invalid("server.plan_poll_seconds", e.to_string()))?,
        })
    }

    fn controls(&self) -> Result<HashMap<LaneId, Control>, ConfigError> {
        let mut controls = HashMap::new();
        for (index, lane) in self.lane.iter().enumerate() {
            if let Some(part) = &lane.control {
                controls.insert(lane.id.clone(), part.control(&format!("lane[{index}].control"))?);
            }
        }
        Ok(controls)
    }

    /// The gateway's own password at the broker.
    pub fn gateway_password(&self) -> Result<Secret, ConfigError> {
        Ok(self.mqtt.password.resolve("mqtt.password")?)
    }

    /// Of the garage's guidance signs, if it has any; only the broker's files need it.
    pub fn sign_password(&self) -> Result<Option<Secret>, ConfigError> {
        let source = self.mqtt.sign_password.as_ref();
        Ok(source.map(|source| source.resolve("mqtt.sign_password")).transpose()?)
    }

    /// Each controller of the broker, and each camera with its serial number, with its password; only the broker's files
    /// need them.
    pub fn device_passwords(&self) -> Result<Vec<(DeviceId, Option<String>, Secret)>, ConfigError> {
        let one = |(index, lane): (usize, &LanePart)| {
            let field = format!("lane[{index}].device_password");
            let Some(source) = &lane.device_password else {
                return Err(ConfigError::invalid(field, "is needed to write the broker's files"));
            };
            let serial = lane.serial.clone().filter(|_| lane.make == MakeName::ZhenshiMqtt);
            Ok((lane.device.clone(), serial, source.resolve(&field)?))
        };
        let at_broker =
            |(_, lane): &(usize, &LanePart)| matches!(lane.make, MakeName::Native | MakeName::ZhenshiMqtt);
        self.lane.iter().enumerate().filter(at_broker).map(one).collect()
    }

    /// Resolves what is only there for the broker's files, as far as it is given.
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

impl ControlPart {
    fn control(&self, field: &str) -> Result<Control, ConfigError> {
        let whole = |url: &reqwest::Url| {
            let bare = url.path() == "/" && url.query().is_none() && url.username().is_empty();
            bare && matches!(url.scheme(), "http" | "https")
        };
        let Some(url) = self.url.parse().ok().filter(whole) else {
            let message = "must be scheme, host and port of the device, as in http://192.168.1.66";
            return Err(ConfigError::invalid(format!("{field}.url"), message));
        };
        let password = self.password.resolve(&format!("{field}.password"))?;
        Ok(Control { url, username: self.username.clone(), password })
    }
}

impl LanePart {
    fn lane((index, part): (usize, &Self)) -> Result<Lane, ConfigError> {
        let make = part
            .make()
            .map_err(|(field, message)| ConfigError::invalid(format!("lane[{index}].{field}"), message))?;
        Ok(Lane {
            id: part.id.clone(),
            name: part.name.clone(),
            direction: part.direction,
            device: part.device.clone(),
            pass_by: part.pass_by,
            make,
        })
    }

    /// The field at fault and why, if it does not go together.
    fn make(&self) -> Result<Make, (&'static str, &'static str)> {
        let dialect = match self.make {
            MakeName::Native => {
                let given = [
                    ("address", self.address.is_some()),
                    ("serial", self.serial.is_some()),
                    ("loop_input", self.loop_input.is_some()),
                    ("fire_input", self.fire_input.is_some()),
                    ("control", self.control.is_some()),
                ];
                return match given.iter().find(|(_, given)| *given) {
                    Some((field, _)) => Err((field, "is only for devices of other makes: set `make` too")),
                    None => Ok(Make::Native),
                };
            }
            MakeName::ZhenshiMqtt => return self.publishing().map(Make::Publishing),
            MakeName::ZhenshiHttp => Dialect::Zhenshi,
            MakeName::Huaxia => Dialect::Huaxia,
            MakeName::Hikvision => Dialect::Hikvision,
            MakeName::Dahua => Dialect::Dahua,
        };
        let address = self
            .address
            .ok_or(("address", "is needed for this make: the address from which the device posts"))?;
        Ok(Make::Posting(Posting { dialect, address, serial: self.serial.clone(), inputs: self.inputs() }))
    }

    const fn inputs(&self) -> Inputs {
        Inputs { loop_input: self.loop_input, fire_input: self.fire_input }
    }

    fn publishing(&self) -> Result<Publishing, (&'static str, &'static str)> {
        if self.address.is_some() {
            return Err(("address", "is for devices that post: this one is known by its user at the broker"));
        }
        if self.control.is_some() {
            return Err(("control", "is for devices that are asked over HTTP"));
        }
        let serial = self.serial.clone();
        let serial =
            serial.ok_or(("serial", "is needed for this make: it is part of the camera's topics"))?;
        Ok(Publishing { serial, inputs: self.inputs() })
    }
}
