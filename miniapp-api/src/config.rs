//! The configuration file; `miniapp-api.example.toml` describes every field.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use reqwest::Url;
use serde::Deserialize;
use service::config::{ConfigError, SecretSource, load};
use service::telemetry::LogFormat;

use crate::door::IpNetwork;
use crate::{server, wechat};

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MiniappConfig {
    pub http: MiniappHttpConfig,
    pub server: ServerClientConfig,
    pub wechat: WechatConfig,
    #[serde(default)]
    pub limits: MiniappLimitsConfig,
    #[serde(default)]
    pub log: MiniappLogConfig,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MiniappHttpConfig {
    pub listen: SocketAddr,
    /// Where health and metrics are served. Without it they share the API's listener.
    pub operations_listen: Option<SocketAddr>,
    #[serde(default)]
    pub allowed_origins: Vec<String>,
    #[serde(default)]
    pub trusted_proxies: Vec<IpNetwork>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerClientConfig {
    pub url: String,
    pub token: SecretSource,
    pub ca_file: Option<PathBuf>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WechatConfig {
    #[serde(default = "wechat_base_url")]
    pub base_url: String,
    pub appid: String,
    pub secret: SecretSource,
}

fn wechat_base_url() -> String {
    wechat::BASE_URL.to_owned()
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MiniappLimitsConfig {
    pub sockets: usize,
    pub sockets_per_session: usize,
    pub log_ins_per_minute: u32,
    pub reservations_per_minute: u32,
    pub quotes_per_minute: u32,
}

impl Default for MiniappLimitsConfig {
    fn default() -> Self {
        let hub = crate::hub::SocketLimits::default();
        Self {
            sockets: hub.sockets,
            sockets_per_session: hub.sockets_per_session,
            log_ins_per_minute: 10,
            reservations_per_minute: 20,
            quotes_per_minute: 120,
        }
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MiniappLogConfig {
    pub format: LogFormat,
}

/// Validated configuration with its secrets read: enough to start a process.
#[derive(Debug, Clone)]
pub struct MiniappSettings {
    pub server: server::ServerClientSettings,
    pub wechat: wechat::WechatSettings,
}

impl MiniappConfig {
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        load(path)
    }

    /// Checks what serde cannot check, and reads the secrets.
    pub fn settings(&self) -> Result<MiniappSettings, ConfigError> {
        self.check_limits()?;
        self.check_origins()?;
        if self.wechat.appid.trim().is_empty() {
            return Err(ConfigError::invalid("wechat.appid", "must not be empty"));
        }
        let server = server::ServerClientSettings {
            url: address("server.url", &self.server.url)?,
            token: self.server.token.resolve("server.token")?,
            ca_file: self.server.ca_file.clone(),
        };
        let wechat = wechat::WechatSettings {
            base_url: address("wechat.base_url", &self.wechat.base_url)?,
            app_id: self.wechat.appid.clone(),
            secret: self.wechat.secret.resolve("wechat.secret")?,
        };
        Ok(MiniappSettings { server, wechat })
    }

    fn check_limits(&self) -> Result<(), ConfigError> {
        let positive = [
            ("limits.sockets", self.limits.sockets > 0),
            ("limits.sockets_per_session", self.limits.sockets_per_session > 0),
            ("limits.log_ins_per_minute", self.limits.log_ins_per_minute > 0),
            ("limits.reservations_per_minute", self.limits.reservations_per_minute > 0),
            ("limits.quotes_per_minute", self.limits.quotes_per_minute > 0),
        ];
        match positive.iter().find(|(_, good)| !good) {
            Some((field, _)) => Err(ConfigError::invalid(*field, "must be 1 or more")),
            None => Ok(()),
        }
    }

    fn check_origins(&self) -> Result<(), ConfigError> {
        for (n, origin) in self.http.allowed_origins.iter().enumerate() {
            let parsed = Url::parse(origin).map(|url| url.origin().ascii_serialization());
            if parsed.ok().as_deref() != Some(origin.as_str()) {
                let message = format!("{origin:?} is not an origin, such as https://pickup.example.com");
                return Err(ConfigError::invalid(format!("http.allowed_origins[{n}]"), message));
            }
        }
        Ok(())
    }
}

/// Tokens and names travel to this address, so plain HTTP is allowed only within this machine.
fn address(field: &str, text: &str) -> Result<Url, ConfigError> {
    let wrong = |message: &str| ConfigError::invalid(field, format!("{text:?} {message}"));
    let url = Url::parse(text).map_err(|_| wrong("is not an address, such as https://server.example.com"))?;
    let loopback = match url.host_str() {
        Some(host) => host == "localhost" || is_loopback(host),
        None => return Err(wrong("names no host")),
    };
    match url.scheme() {
        "https" => Ok(url),
        "http" if loopback => Ok(url),
        "http" => Err(wrong("must be https, except on this machine (127.0.0.1, localhost)")),
        _ => Err(wrong("must be https")),
    }
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests;
