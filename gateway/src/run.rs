//! Wires one gateway, and stops it in order: first the intake, then the disk, then the acknowledgements, last the
//! broker.

mod parts;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::routing::get;
use axum::{Json, Router};
use domain::time::Clock;
use protocol::mqtt::{MAX_EVENT_BYTES, MqttTopic};
use service::config::ConfigError;
use service::{ProcessReadiness, SocketBindError};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::box_clock::BoxClock;
use crate::config::{GatewayConfig, LaneConfig};
use crate::driver::{BrokerCameras, DeviceOpeners, DevicePostEndpoint, LaneEventStreams, PendingReplies};
use crate::fire;
use crate::garage::GarageState;
use crate::identity::{BoxIdentity, BoxIdentityError};
use crate::inbound::InboundMessages;
use crate::metric::GatewayMetrics;
use crate::mqtt::{BrokerConnection, BrokerPublisher};
use crate::outbox::{OpenedOutbox, OutboxError};
use crate::server::{DistrictServerClient, ServerClientBuildError};
use parts::GatewayParts;

/// Messages of devices of other makes. If full, their requests wait and are resent.
const FROM_DEVICES: usize = 256;
/// Deadline after the stop for storing and acknowledging the accepted events.
const STOP_DEADLINE: Duration = Duration::from_secs(8);

/// Error that ended a gateway or prevented its start.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Outbox(#[from] OutboxError),
    #[error(transparent)]
    Identity(#[from] BoxIdentityError),
    #[error(transparent)]
    Client(#[from] ServerClientBuildError),
    #[error("no HTTP client for devices can be made")]
    Devices(#[from] reqwest::Error),
    #[error(transparent)]
    Bind(#[from] SocketBindError),
    #[error("the task `{0}` has ended by itself")]
    TaskEnded(&'static str),
    #[error("a task has failed")]
    TaskFailed(#[source] tokio::task::JoinError),
}

type GatewayTasks = JoinSet<&'static str>;

/// Runs one gateway until `shutdown` is cancelled, then stores and acknowledges the accepted events.
pub async fn run(
    config: GatewayConfig,
    clock: Arc<dyn Clock>,
    shutdown: CancellationToken,
) -> Result<(), GatewayError> {
    config.validate()?;
    let readiness = readiness();
    let meter = GatewayMetrics::new(config.garage.clone());
    let identity = Arc::new(BoxIdentity::load(&config)?);
    let server = DistrictServerClient::new(&config.server, identity.clone())?;
    let mut outbox = OpenedOutbox::open(&config.data_dir).await?;
    let garage = Arc::new(outbox.garage().with_fire_alarm(fire::restored(&config)));
    let stop = shutdown.child_token();
    let mut tasks = GatewayTasks::new();
    if let Some(listen) = config.http {
        let routes = service::http::operational_routes(readiness.clone());
        let routes = routes.merge(lane_routes(garage.clone(), config.lanes.clone(), clock.clone()));
        serve(("http", listen), routes, stop.clone(), &mut tasks).await?;
    }
    let desk = PendingReplies::default();
    let (devices_in, devices) = mpsc::channel(FROM_DEVICES);
    let openers = DeviceOpeners::new(&config)?;
    if let Some(listen) = config.devices {
        let ways = (desk.clone(), devices_in.clone());
        let door = DevicePostEndpoint::new(&config, ways, clock.clone(), meter.clone());
        serve(("devices", listen), door.router(), stop.clone(), &mut tasks).await?;
    }
    let streams = LaneEventStreams::new(&config, devices_in.clone(), clock.clone(), meter.clone())?;
    spawn(&mut tasks, "streams", streams.run(stop.clone()));
    let cameras = Arc::new(BrokerCameras::new(&config.lanes));
    let box_clock = Arc::new(BoxClock::restored(&config.data_dir));
    spawn(&mut tasks, "clock", box_clock.clone().run(clock.clone(), stop.clone()));
    let inbound = InboundMessages::default();
    let (connection, broker) = connection(&config, &cameras, inbound.clone(), meter.clone(), &readiness);
    let leave = CancellationToken::new();
    // A separate set: it ends when this future is dropped, else after all others.
    let mut link = GatewayTasks::new();
    spawn(&mut link, "mqtt", connection.run(leave.clone()));
    let parts = GatewayParts {
        garage,
        config,
        clock,
        box_clock,
        readiness,
        meter,
        identity,
        server,
        broker,
        desk,
        openers,
        cameras,
        devices_in,
    };
    let lock = parts.spawn(outbox, (inbound, devices), &stop, &mut tasks);
    let ended = supervise(&mut tasks, &stop).await;
    leave.cancel();
    let linked = link.join_next().await.transpose().map_err(GatewayError::TaskFailed);
    drop(lock);
    ended.and(linked.map(|_| ()))
}

/// Registered before the first request: a check that has not reported yet is not ready.
fn readiness() -> ProcessReadiness {
    let readiness = ProcessReadiness::new();
    readiness.check("mqtt");
    readiness.check("outbox");
    readiness
}

fn connection(
    config: &GatewayConfig,
    cameras: &BrokerCameras,
    inbound: InboundMessages,
    meter: GatewayMetrics,
    readiness: &ProcessReadiness,
) -> (BrokerConnection, BrokerPublisher) {
    let filters = MqttTopic::gateway_filters(&config.garage).into_iter().chain(cameras.filters()).collect();
    // One more byte shows that a payload was too large.
    let largest = cameras.largest().max(MAX_EVENT_BYTES) + 1;
    BrokerConnection::new(config.mqtt.clone(), filters, largest, inbound, meter, readiness)
}

/// Times of the last message of each device, which the self-test requests.
fn lane_routes(garage: Arc<GarageState>, lanes: Vec<LaneConfig>, clock: Arc<dyn Clock>) -> Router {
    let lanes: Arc<[LaneConfig]> = lanes.into();
    let answer = move || std::future::ready(Json(garage.lane_statuses(&lanes, clock.now())));
    Router::new().route("/lanes", get(answer))
}

fn spawn(tasks: &mut GatewayTasks, name: &'static str, task: impl Future<Output = ()> + Send + 'static) {
    tasks.spawn(async move {
        task.await;
        name
    });
}

async fn serve(
    (name, listen): (&'static str, SocketAddr),
    router: Router,
    stop: CancellationToken,
    tasks: &mut GatewayTasks,
) -> Result<(), GatewayError> {
    let listener = service::bind(listen).await?;
    spawn(tasks, name, async move {
        if let Err(error) = service::http::serve(listener, router, stop).await {
            tracing::error!(%error, name, "HTTP listener stopped");
        }
    });
    Ok(())
}

/// Waits for the stop, or for a task that ends before it; then for all tasks, within a deadline.
async fn supervise(tasks: &mut GatewayTasks, stop: &CancellationToken) -> Result<(), GatewayError> {
    let early = tokio::select! {
        // Checked first: tasks that end because of the stop have not failed.
        biased;
        () = stop.cancelled() => None,
        ended = tasks.join_next() => ended,
    };
    stop.cancel();
    let rest = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(STOP_DEADLINE, rest).await.is_err() {
        tracing::warn!("shutdown deadline passed with unacknowledged events; controllers resend");
        tasks.shutdown().await;
    }
    match early {
        None => Ok(()),
        Some(Ok(name)) => Err(GatewayError::TaskEnded(name)),
        Some(Err(error)) => Err(GatewayError::TaskFailed(error)),
    }
}
