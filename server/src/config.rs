//! The configuration file; `server.example.toml` describes every field.

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::Path;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use service::config::{ConfigError, SecretSource, SecretText, load};
use service::telemetry::LogFormat;

use crate::app::operator::CookiePolicy;
use crate::app::public_sites::FeedSettings;
use crate::app::retention::RetentionPeriods;
use store::seal::SealingKeyring;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// A number of connections that a small PostgreSQL can give to each of several replicas.
const CONNECTIONS: u32 = 8;

/// One connection writes, one listens for wake-ups, one is left to read.
const FEWEST_CONNECTIONS: u32 = 3;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerConfigFile {
    pub database: DatabaseConfig,
    pub secrets: ServerSecrets,
    pub http: ServerHttpConfig,
    #[serde(default)]
    pub sessions: SessionConfig,
    #[serde(default)]
    pub retention: RetentionDays,
    #[serde(default)]
    pub public_feed: PublicFeedConfig,
    #[serde(default)]
    pub log: ServerLogConfig,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseConfig {
    pub url: DatabaseUrl,
    #[serde(default = "connections")]
    pub connections: u32,
}

fn connections() -> u32 {
    CONNECTIONS
}

/// A path contains no secret; a PostgreSQL URL contains a password.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum DatabaseUrl {
    Plain(String),
    Secret(SecretSource),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerSecrets {
    /// 32 random bytes in base64, made by `server new-key`.
    pub data_key: SecretSource,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerHttpConfig {
    pub listen: SocketAddr,
    /// The address that browsers use: over TLS, or on this machine. The operators' cookie depends on it.
    pub public_url: String,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SessionConfig {
    pub days: u32,
}

impl Default for SessionConfig {
    fn default() -> Self {
        Self { days: 30 }
    }
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RetentionDays {
    pub plates_days: u32,
    pub arrivals_days: u32,
    pub audit_days: u32,
}

impl Default for RetentionDays {
    fn default() -> Self {
        Self { plates_days: 30, arrivals_days: 180, audit_days: 730 }
    }
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PublicFeedConfig {
    /// A count that was not confirmed for longer is published as "no data".
    pub max_age_minutes: u32,
}

impl Default for PublicFeedConfig {
    fn default() -> Self {
        Self { max_age_minutes: 3 }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerLogConfig {
    pub format: LogFormat,
    pub filter: String,
}

impl Default for ServerLogConfig {
    fn default() -> Self {
        Self { format: LogFormat::Text, filter: "info,sqlx=warn".to_owned() }
    }
}

/// A validated configuration whose secrets have been read.
pub struct CheckedServerConfig {
    pub database_url: SecretText,
    pub connections: u32,
    pub keys: SealingKeyring,
    pub listen: SocketAddr,
    pub cookies: CookiePolicy,
    pub session_ttl: Duration,
    pub retention: RetentionPeriods,
    pub feed: FeedSettings,
    pub log: ServerLogConfig,
}

impl ServerConfigFile {
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        load(path)
    }

    /// Reads the secrets and validates the values that the types cannot.
    pub fn check(self) -> Result<CheckedServerConfig, ConfigError> {
        if self.database.connections < FEWEST_CONNECTIONS {
            let message = format!("must be at least {FEWEST_CONNECTIONS}");
            return Err(ConfigError::invalid("database.connections", message));
        }
        let days = |field: &str, days: u32| match days {
            0 => Err(ConfigError::invalid(field, "must be at least 1")),
            days => Ok(DAY * days),
        };
        Ok(CheckedServerConfig {
            database_url: database_url(&self.database.url)?,
            connections: self.database.connections,
            keys: keyring(&self.secrets.data_key)?,
            listen: self.http.listen,
            cookies: cookies(&self.http.public_url)?,
            session_ttl: days("sessions.days", self.sessions.days)?,
            retention: RetentionPeriods {
                plates: days("retention.plates_days", self.retention.plates_days)?,
                arrivals: days("retention.arrivals_days", self.retention.arrivals_days)?,
                audit: days("retention.audit_days", self.retention.audit_days)?,
            },
            feed: feed(self.public_feed, self.http.public_url)?,
            log: self.log,
        })
    }
}

/// A gateway reports every few seconds. A count older than half an hour is out of date for operators too.
const MAX_AGE_MINUTES: RangeInclusive<u32> = 1..=30;

fn feed(feed: PublicFeedConfig, public_url: String) -> Result<FeedSettings, ConfigError> {
    let minutes = feed.max_age_minutes;
    if !MAX_AGE_MINUTES.contains(&minutes) {
        return Err(ConfigError::invalid("public_feed.max_age_minutes", "must be 1 to 30"));
    }
    let max_age = Duration::from_secs(60) * minutes;
    Ok(FeedSettings { max_age, public_url: Some(public_url) })
}

/// Plain HTTP is allowed on this machine only, because it exposes passwords to anyone on the network path.
fn cookies(public_url: &str) -> Result<CookiePolicy, ConfigError> {
    let loopback = ["http://localhost", "http://127.", "http://[::1]"];
    if public_url.starts_with("https://") {
        Ok(CookiePolicy::HttpsOnly)
    } else if loopback.iter().any(|start| public_url.starts_with(start)) {
        Ok(CookiePolicy::LoopbackHttp)
    } else {
        let message = "must begin with https://, or with http:// for this machine alone";
        Err(ConfigError::invalid("http.public_url", message))
    }
}

fn database_url(url: &DatabaseUrl) -> Result<SecretText, ConfigError> {
    const FIELD: &str = "database.url";
    let url = match url {
        DatabaseUrl::Plain(url) if url.starts_with("sqlite:") => SecretText::new(url.clone()),
        DatabaseUrl::Plain(url) if url.starts_with("postgres") && has_password(url) => {
            let message = "has a password in it: put it into a file and write `{ file = \"...\" }`";
            return Err(ConfigError::invalid(FIELD, message));
        }
        DatabaseUrl::Plain(url) => SecretText::new(url.clone()),
        DatabaseUrl::Secret(source) => source.resolve(FIELD)?,
    };
    let known = ["sqlite:", "postgres:", "postgresql:"];
    if !known.iter().any(|scheme| url.expose().starts_with(scheme)) {
        return Err(ConfigError::invalid(FIELD, "must begin with sqlite: or postgres:"));
    }
    Ok(url)
}

/// `postgres://user:password@host/...`
fn has_password(url: &str) -> bool {
    let authority = url.split("://").nth(1).and_then(|rest| rest.split('/').next());
    let user = authority.and_then(|authority| authority.rsplit_once('@')).map(|(user, _)| user);
    user.is_some_and(|user| user.contains(':')) || url.contains("password=")
}

fn keyring(source: &SecretSource) -> Result<SealingKeyring, ConfigError> {
    const FIELD: &str = "secrets.data_key";
    let text = source.resolve(FIELD)?;
    let invalid =
        || ConfigError::invalid(FIELD, "must be 32 bytes in base64, as `server new-key` makes them");
    let bytes = STANDARD.decode(text.expose()).map_err(|_| invalid())?;
    let key: [u8; SealingKeyring::KEY_LEN] = bytes.try_into().map_err(|_| invalid())?;
    SealingKeyring::new(&key).map_err(|_| invalid())
}

#[cfg(test)]
mod tests {
    use protocol::public::COUNT_MAX_AGE;

    use super::*;

    fn checked(toml: &str) -> Result<CheckedServerConfig, String> {
        let dir = tempfile::tempdir().unwrap();
        let (path, key) = (dir.path().join("server.toml"), dir.path().join("data.key"));
        std::fs::write(&key, STANDARD.encode([7; 32])).unwrap();
        std::fs::write(&path, toml.replace("KEY", &key.display().to_string())).unwrap();
        ServerConfigFile::load(&path).and_then(ServerConfigFile::check).map_err(|error| error.to_string())
    }

    const GOOD: &str = r#"
        [database]
        url = "sqlite:/tmp/server.sqlite"
        [secrets]
        data_key = { file = "KEY" }
        [http]
        listen = "127.0.0.1:8480"
        public_url = "https://parking.example.org"
    "#;

    #[test]
    fn the_shortest_configuration_is_enough() {
        let config = checked(GOOD).unwrap();
        assert_eq!(config.session_ttl, DAY * 30);
        assert_eq!(config.retention, RetentionPeriods::default());
        assert_eq!(config.feed.max_age, COUNT_MAX_AGE);
    }

    #[test]
    fn mistakes_name_their_field() {
        let cases = [
            (GOOD.replace("sqlite:/tmp", "mysql:/tmp"), "`database.url`"),
            (
                GOOD.replace("sqlite:/tmp/server.sqlite", "postgres://a:b@c/d"),
                "`database.url`: has a password",
            ),
            (GOOD.replace("https://", "http://"), "`http.public_url`"),
            (GOOD.replace("[secrets]", "connections = 1\n[secrets]"), "`database.connections`"),
            (format!("{GOOD}\n[retention]\nplates_days = 0"), "`retention.plates_days`"),
            (format!("{GOOD}\n[retention]\nplate_days = 1"), "`retention.plate_days`"),
            (format!("{GOOD}\n[public_feed]\nmax_age_minutes = 31"), "`public_feed.max_age_minutes`"),
            (GOOD.replace("127.0.0.1:8480", "nowhere"), "`http.listen`"),
        ];
        for (toml, field) in cases {
            let message = checked(&toml).err().unwrap();
            assert!(message.contains(field), "{message}");
        }
    }

    #[test]
    fn a_short_key_is_refused_without_showing_it() {
        let dir = tempfile::tempdir().unwrap();
        let key = dir.path().join("short.key");
        std::fs::write(&key, STANDARD.encode([7; 16])).unwrap();
        let message = checked(&GOOD.replace("KEY", &key.display().to_string())).err().unwrap();
        assert!(message.contains("`secrets.data_key`") && !message.contains("BwcH"), "{message}");
    }

    #[test]
    fn the_example_file_reads() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("server.example.toml");
        ServerConfigFile::load(&path).unwrap();
    }
}
