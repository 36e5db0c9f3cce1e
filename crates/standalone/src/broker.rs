//! The MQTT broker of `standalone`, for one school or a trial. Larger installations use Mosquitto or a cluster.
//!
//! Only this module and its children use the broker crate (`docs/decisions/0003-embedded-broker.md`).
//!
//! - The broker stores nothing: no message outlives the process and no session outlives its connection, so a command is
//!   never replayed to a controller after a reconnect (invariant 6). The protocol's own acknowledgements protect events
//!   (invariant 2). A client that publishes a retained message must publish it again after a restart.
//! - Every client authenticates with its own name and password and has only its user's permissions.
//! - It listens on exactly one address, or fails to start.
//! - Memory, connections and waits are bounded by the constants below.

mod auth_provider;
mod denials;
mod filter;
mod users;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use mqtt5::broker::config::StorageBackend;
use mqtt5::broker::{BrokerConfig, BrokerShutdownHandle, MqttBroker, ResourceLimits, StorageConfig};
use tokio::task::JoinHandle;

use auth_provider::BrokerAuthProvider;
use users::BrokerUserTable;

/// Required directive of the log filter. The crate logs a warning with the topic for every refused packet, so a broken
/// controller would fill the log. This module counts refusals instead and logs one per burst.
pub const LOG_DIRECTIVE: &str = "mqtt5=error";

/// Largest MQTT packet; a real event has some 300 bytes. The broker disconnects a client that announces more.
pub const MAX_PACKET_BYTES: usize = 64 * 1024;

/// Most authenticated clients at once.
pub const MAX_CONNECTIONS: usize = 2_000;

/// Most new sockets per second. The crate closes a socket without a CONNECT after 10 s and does not count it as a client
/// before. So this also bounds silent sockets, to 5,000.
const MAX_NEW_SOCKETS_PER_SECOND: u32 = 500;

/// Most topic aliases of one MQTT 5 connection.
const TOPIC_ALIASES: u16 = 16;

/// Most unfinished QoS 2 publishes of one client; known clients send at most 100 at once.
const RECEIVE_MAXIMUM: u16 = 256;

const MAX_SUBSCRIPTIONS_PER_CLIENT: usize = 256;

/// Most retained messages: one open-space topic per garage, with room for other topics of a site.
const MAX_RETAINED: usize = 10_000;

/// Most queued messages of one slow client. When full the crate drops messages; unacknowledged ones are sent again by the
/// protocol.
const QUEUED_MESSAGES: usize = 10_000;
const QUEUED_BYTES: usize = 8 * 1024 * 1024;

/// The crate itself waits up to 5 s for its connections, and silent sockets would use all of that time.
const STOP_DEADLINE: Duration = Duration::from_secs(4);

const START_DEADLINE: Duration = Duration::from_secs(10);

/// One MQTT user with its permissions as topic filters.
#[derive(Clone)]
pub struct BrokerUserSpec {
    pub username: String,
    pub password: String,
    pub publish: Vec<String>,
    pub subscribe: Vec<String>,
}

impl BrokerUserSpec {
    /// `password` should be random and long: the broker does not limit log-in attempts.
    pub fn new(
        username: impl Into<String>,
        password: impl Into<String>,
        publish: Vec<String>,
        subscribe: Vec<String>,
    ) -> Self {
        Self { username: username.into(), password: password.into(), publish, subscribe }
    }
}

impl std::fmt::Debug for BrokerUserSpec {
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
pub struct EmbeddedBroker {
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

impl EmbeddedBroker {
    /// Listens on exactly `address` (port 0 for any free port) and returns when clients can connect.
    pub async fn start(address: SocketAddr, users: Vec<BrokerUserSpec>) -> Result<Self, BrokerError> {
        let door = BrokerAuthProvider::new(BrokerUserTable::new(users)?);
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
                tracing::error!(%error, "MQTT broker stopped unexpectedly");
            }
        });
        let broker = Self { address, shutdown, task };
        match tokio::time::timeout(START_DEADLINE, ready.wait_for(|ready| *ready)).await {
            Ok(Ok(_)) => Ok(broker),
            Ok(Err(_)) | Err(_) => Err(BrokerError::NotReady),
        }
    }

    /// The listen address, with the system's port for port 0.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// False once the broker has stopped unexpectedly; for health checks.
    pub fn is_running(&self) -> bool {
        !self.task.is_finished()
    }

    /// Closes the port and the connections within 5 s; the port is free again at once.
    pub async fn stop(mut self) {
        self.shutdown.0.shutdown();
        if tokio::time::timeout(STOP_DEADLINE, &mut self.task).await.is_err() {
            tracing::warn!("MQTT broker stop timed out; aborting its connections");
        }
    }
}

impl Drop for EmbeddedBroker {
    fn drop(&mut self) {
        self.shutdown.0.shutdown();
        self.task.abort();
    }
}

/// Binds the port once before the start: the crate reports a taken port only as text, but here an `io::Error` is needed.
fn probe(address: SocketAddr) -> Result<(), BrokerError> {
    std::net::TcpListener::bind(address).map(drop).map_err(|source| BrokerError::Listen { address, source })
}

/// The crate's defaults bind every address, allow 256 MB packets and write sessions to a folder.
///
/// `AuthConfig` keeps its default, which allows every client: the crate first builds its own provider, and cannot build a
/// stricter one without files. `with_auth_provider` replaces it before the port opens.
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

/// All controllers of a site may be behind one router, so one address may have every connection.
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
