//! The MQTT broker inside `standalone`, for one school or a trial; larger installations run Mosquitto or a cluster.
//!
//! This module and its children are the only place that names the broker crate (`docs/decisions/0003-embedded-broker.md`).
//!
//! - The broker is a pipe, not a store: nothing outlives the process, nor does a session outlive its connection, so a
//!   command is never replayed to a controller that was away (invariant 6). Events are safe by the protocol's own
//!   acknowledgements (invariant 2); whoever publishes a retained message publishes it again after a start.
//! - Every client logs in with its own name and password, and may do only what its user was granted.
//! - It listens on the one address it was given, or fails to start.
//! - Memory, connections and waits are bounded by the constants below.

mod denials;
mod door;
mod filter;
mod users;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use mqtt5::broker::config::StorageBackend;
use mqtt5::broker::{BrokerConfig, BrokerShutdownHandle, MqttBroker, ResourceLimits, StorageConfig};
use tokio::task::JoinHandle;

use door::Door;
use users::Users;

/// What the log filter must contain: the crate warns once for every refused packet, naming the topic, and a broken
/// controller would fill the log; refusals are counted and logged in bursts here instead.
pub const LOG_DIRECTIVE: &str = "mqtt5=error";

/// Largest MQTT packet; a real event has some 300 bytes. A client that announces more is cut, alone.
pub const MAX_PACKET_BYTES: usize = 64 * 1024;

/// Logged-in clients at once.
pub const MAX_CONNECTIONS: usize = 2_000;

/// New sockets a second. The crate cuts a socket that sends no CONNECT after 10 s and does not count it as a client
/// before, so this also bounds silent sockets, to 5,000.
const MAX_NEW_SOCKETS_PER_SECOND: u32 = 500;

/// Topics remembered for one MQTT 5 connection.
const TOPIC_ALIASES: u16 = 16;

/// Unfinished QoS 2 publishes of one client; clients in use send at most 100 at once.
const RECEIVE_MAXIMUM: u16 = 256;

const MAX_SUBSCRIPTIONS_PER_CLIENT: usize = 256;

/// One open-space topic per garage, with room for whatever else a site publishes.
const MAX_RETAINED: usize = 10_000;

/// Messages waiting for one slow reader; when full the crate drops, and the protocol's acknowledgements repeat.
const QUEUED_MESSAGES: usize = 10_000;
const QUEUED_BYTES: usize = 8 * 1024 * 1024;

/// The crate itself waits up to 5 s for its connections; silent sockets would use all of it.
const STOP_DEADLINE: Duration = Duration::from_secs(4);

const START_DEADLINE: Duration = Duration::from_secs(10);

/// One MQTT user and what it was granted, as topic filters.
#[derive(Clone)]
pub struct BrokerUser {
    pub username: String,
    pub password: String,
    pub publish: Vec<String>,
    pub subscribe: Vec<String>,
}

impl BrokerUser {
    /// `password` should be random and long: the broker does not slow down guessing.
    pub fn new(
        username: impl Into<String>,
        password: impl Into<String>,
        publish: Vec<String>,
        subscribe: Vec<String>,
    ) -> Self {
        Self { username: username.into(), password: password.into(), publish, subscribe }
    }
}

impl std::fmt::Debug for BrokerUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BrokerUser")
            .field("username", &self.username)
            .field("publish", &self.publish)
            .field("subscribe", &self.subscribe)
            .finish_non_exhaustive()
    }
}

/// Why the broker did not start.
#[derive(Debug, thiserror::Error)]
pub enum BrokerError {
    #[error("the MQTT broker cannot listen on {address}")]
    Listen {
        address: SocketAddr,
        #[source]
        source: std::io::Error,
    },
    #[error("the MQTT user {username:?} has an empty name or password")]
    EmptyCredential { username: String },
    #[error("the MQTT user {username:?} is listed twice")]
    DuplicateUser { username: String },
    #[error("{filter:?}, granted to the MQTT user {username:?}, is no topic filter")]
    Filter { username: String, filter: String },
    #[error("the system gave no random numbers")]
    Random,
    #[error("the MQTT broker did not start")]
    Start(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the MQTT broker was not ready within {} s", START_DEADLINE.as_secs())]
    NotReady,
}

/// A running broker. Dropping it stops it without waiting.
#[derive(Debug)]
pub struct Broker {
    address: SocketAddr,
    shutdown: ShutdownHandle,
    task: JoinHandle<()>,
}

struct ShutdownHandle(BrokerShutdownHandle);

impl std::fmt::Debug for ShutdownHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ShutdownHandle")
    }
}

impl Broker {
    /// Listens on exactly `address` (port 0 for any) and returns when clients can connect.
    pub async fn start(address: SocketAddr, users: Vec<BrokerUser>) -> Result<Self, BrokerError> {
        let door = Door::new(Users::new(users)?);
        probe(address)?;
        let mut broker = MqttBroker::with_config(configuration(address))
            .await
            .map_err(|e| BrokerError::Start(e.into()))?
            .with_auth_provider(Arc::new(door));
        broker.resource_monitor().update_limits(limits());
        let address = broker.local_addr().ok_or(BrokerError::NotReady)?;
        let shutdown = ShutdownHandle(broker.shutdown_handle());
        let mut ready = broker.ready_receiver();
        let task = tokio::spawn(async move {
            if let Err(error) = broker.run().await {
                tracing::error!(%error, "the MQTT broker ended by itself");
            }
        });
        let broker = Self { address, shutdown, task };
        match tokio::time::timeout(START_DEADLINE, ready.wait_for(|ready| *ready)).await {
            Ok(Ok(_)) => Ok(broker),
            Ok(Err(_)) | Err(_) => Err(BrokerError::NotReady),
        }
    }

    /// The address with the port that the system chose for port 0.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// False once the broker has ended by itself: a health check should say so.
    pub fn is_running(&self) -> bool {
        !self.task.is_finished()
    }

    /// Closes the port and the connections, within 5 s; the port can be used again at once.
    pub async fn stop(mut self) {
        self.shutdown.0.shutdown();
        if tokio::time::timeout(STOP_DEADLINE, &mut self.task).await.is_err() {
            tracing::warn!("MQTT clients did not let go in time, the broker is stopped without them");
        }
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.shutdown.0.shutdown();
        self.task.abort();
    }
}

/// The crate reports a taken port as text only; trying it first gives the cause as an `io::Error`.
fn probe(address: SocketAddr) -> Result<(), BrokerError> {
    std::net::TcpListener::bind(address).map(drop).map_err(|source| BrokerError::Listen { address, source })
}

/// The crate's defaults bind every address, allow 256 MB packets and write sessions to a folder.
///
/// `AuthConfig` stays at its default, which allows everybody: the crate accepts a provider of our own only after it has
/// built one, and refuses to build a stricter one without files. `with_auth_provider` replaces it before the port opens.
fn configuration(address: SocketAddr) -> BrokerConfig {
    let storage = StorageConfig::new()
        .with_backend(StorageBackend::Memory)
        .with_max_queued_messages_per_client(QUEUED_MESSAGES)
        .with_max_queued_bytes_per_client(QUEUED_BYTES);
    let mut config = BrokerConfig::default()
        .with_bind_address(address)
        .with_max_clients(MAX_CONNECTIONS)
        .with_max_packet_size(MAX_PACKET_BYTES)
        .with_session_expiry(Duration::ZERO)
        .with_storage(storage)
        .with_sys_topics_enabled(false)
        .with_server_receive_maximum(RECEIVE_MAXIMUM)
        .with_max_subscriptions_per_client(MAX_SUBSCRIPTIONS_PER_CLIENT)
        .with_max_retained_messages(MAX_RETAINED)
        .with_client_channel_capacity(1_000);
    config.topic_alias_maximum = TOPIC_ALIASES;
    config.shared_subscription_available = false;
    config
}

/// All controllers of a site may stand behind one router, so one address may have every connection.
fn limits() -> ResourceLimits {
    ResourceLimits {
        max_connections: MAX_CONNECTIONS,
        max_connections_per_ip: MAX_CONNECTIONS,
        max_message_rate_per_client: 0,
        max_bandwidth_per_client: 0,
        max_connection_rate: MAX_NEW_SOCKETS_PER_SECOND,
        rate_limit_window: Duration::from_secs(1),
    }
}
