//! The TOML form of a [`Config`]; `gateway.example.toml` explains each line.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::ids::{DeviceId, GarageId, LaneId};
use domain::occupancy::{Direction, PassBy};
use process::config::{ConfigError, Secret, SecretSource, load};
use process::telemetry::LogFormat;
use serde::Deserialize;

use super::{Config, Lane, Mqtt, PLAN_POLL, Server};

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
    #[serde(default)]
    lane: Vec<LanePart>,
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
    token: SecretSource,
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
            lanes: self.lane.iter().map(LanePart::lane).collect(),
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
        let token = self.server.token.resolve("server.token")?;
        Ok(Server {
            url: self.server.url.clone(),
            token,
            ca_file: self.server.ca_file.clone(),
            plan_poll: plan_poll
                .map_err(|e| ConfigError::invalid("server.plan_poll_seconds", e.to_string()))?,
        })
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

    /// Each controller with its password; only the broker's files need them.
    pub fn device_passwords(&self) -> Result<Vec<(DeviceId, Secret)>, ConfigError> {
        let one = |(index, lane): (usize, &LanePart)| {
            let field = format!("lane[{index}].device_password");
            let Some(source) = &lane.device_password else {
                return Err(ConfigError::invalid(field, "is needed to write the broker's files"));
            };
            Ok((lane.device.clone(), source.resolve(&field)?))
        };
        self.lane.iter().enumerate().map(one).collect()
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

impl LanePart {
    fn lane(&self) -> Lane {
        Lane {
            id: self.id.clone(),
            name: self.name.clone(),
            direction: self.direction,
            device: self.device.clone(),
            pass_by: self.pass_by,
        }
    }
}
