//! Wires one gateway, and stops it in order: first the intake, then the disk, then the acknowledgements, last the
//! broker.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::routing::get;
use axum::{Json, Router};
use domain::time::Clock;
use protocol::mqtt::{MAX_EVENT_BYTES, MqttTopic};
use service::config::ConfigError;
use service::{ProcessReadiness, SocketBindError};
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::acknowledgement;
use crate::box_clock::BoxClock;
use crate::config::{GatewayConfig, LaneConfig, LaneMake};
use crate::credential::CredentialRenewalTask;
use crate::disk;
use crate::driver::{
    BrokerCameras, DeviceOpeners, DevicePostEndpoint, DriverMessage, LaneEventStreams, PendingReplies,
};
use crate::event::MessageIntake;
use crate::fire::{self, FireWatch};
use crate::garage::GarageState;
use crate::identity::{BoxIdentity, BoxIdentityError};
use crate::inbound::InboundMessages;
use crate::lane::{LaneLoop, LaneTasks};
use crate::metric::GatewayMetrics;
use crate::mqtt::{BrokerConnection, BrokerPublisher};
use crate::order::{BarrierOpener, RemoteOpenPoll};
use crate::outbox::entry::OutboxReply;
use crate::outbox::writer::{OutboxWriter, OutboxWriterInputs};
use crate::outbox::{OpenedOutbox, OutboxError};
use crate::plan::PlanPoll;
use crate::server::{DistrictServerClient, ServerClientBuildError};
use crate::sign;
use crate::uplink::UplinkTask;
use crate::watchdog::{self, LoopHeartbeat};

/// Records between the lane loop and the disk. If full, an event stays with its controller.
const ENTRIES: usize = 4_096;
/// Messages of devices of other makes. If full, their requests wait and are resent.
const FROM_DEVICES: usize = 256;
/// Acknowledgements between the disk and the broker. If full, a controller resends its event.
const ANSWERS: usize = 8_192;
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
    let readiness = ProcessReadiness::new();
    // Registered before the first request: a check that has not reported yet is not ready.
    readiness.check("mqtt");
    readiness.check("outbox");
    let meter = GatewayMetrics::new(config.garage.clone());
    let identity = Arc::new(BoxIdentity::load(&config)?);
    let server = DistrictServerClient::new(&config.server, identity.clone())?;
    let mut outbox = OpenedOutbox::open(&config.data_dir).await?;
    let fire = fire::restored(&config.data_dir).with_inputs(config.fire_inputs.clone());
    let garage = Arc::new(outbox.garage().with_fire_alarm(fire));
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

struct GatewayParts {
    garage: Arc<GarageState>,
    config: GatewayConfig,
    clock: Arc<dyn Clock>,
    box_clock: Arc<BoxClock>,
    readiness: ProcessReadiness,
    meter: GatewayMetrics,
    identity: Arc<BoxIdentity>,
    server: DistrictServerClient,
    broker: BrokerPublisher,
    desk: PendingReplies,
    openers: DeviceOpeners,
    cameras: Arc<BrokerCameras>,
    devices_in: mpsc::Sender<DriverMessage>,
}

impl GatewayParts {
    /// Starts every task except the broker's; returns the lock of the data folder.
    #[expect(clippy::too_many_lines, reason = "it only connects the tasks with each other")]
    fn spawn(
        self,
        outbox: OpenedOutbox,
        (inbound, devices): (InboundMessages, mpsc::Receiver<DriverMessage>),
        stop: &CancellationToken,
        tasks: &mut GatewayTasks,
    ) -> std::fs::File {
        let Self {
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
        } = self;
        let (entries_in, entries) = mpsc::channel(ENTRIES);
        let (answers_in, answers) = mpsc::channel::<(_, OutboxReply)>(ANSWERS);
        let (receipts_in, receipts) = watch::channel(None);
        let (plans_in, plans) = watch::channel(None);
        let (waiting_in, waiting) = watch::channel(outbox.backlog);
        let committed = Arc::new(Notify::new());
        let posting = config.lanes.iter().filter(|lane| lane.make != LaneMake::Native);
        let posting = posting.map(|lane| lane.device.clone()).collect();
        let writer = OutboxWriter {
            file: outbox.file,
            db: outbox.write,
            last_seq: outbox.last_seq,
            backlog: outbox.backlog,
            behind: outbox.behind,
            garage: garage.clone(),
            answers: answers_in.clone(),
            committed: committed.clone(),
            waiting: waiting_in,
            meter: meter.clone(),
            check: readiness.check("outbox"),
        };
        let heartbeat = LoopHeartbeat::default();
        let lanes = LaneLoop {
            intake: MessageIntake::new(config.garage.clone(), config.lanes.clone()),
            garage: garage.clone(),
            clock: clock.clone(),
            box_clock: box_clock.clone(),
            broker: broker.clone(),
            desk: desk.clone(),
            cameras: cameras.clone(),
            openers: openers.clone(),
            openings: devices_in,
            entries: entries_in.clone(),
            answers: answers_in,
            meter: meter.clone(),
            events_per_second: config.events_per_second,
            unread_pace: config.unread_pause,
            tasks: LaneTasks::default(),
            heartbeat: heartbeat.clone(),
        };
        let hand = BarrierOpener {
            lanes: config.lanes.clone(),
            openers,
            cameras,
            garage: garage.clone(),
            clock: clock.clone(),
            box_clock: box_clock.clone(),
            broker: broker.clone(),
            entries: entries_in,
            meter: meter.clone(),
        };
        let hand = Arc::new(hand);
        let fire = FireWatch {
            folder: config.data_dir.clone(),
            lanes: config.lanes.clone(),
            garage: garage.clone(),
            hand: hand.clone(),
            meter: meter.clone(),
        };
        let orders =
            RemoteOpenPoll { server: server.clone(), garage: garage.clone(), hand, meter: meter.clone() };
        let has_no_fire_input = config.has_no_fire_input();
        let uplink = UplinkTask {
            server: server.clone(),
            reader: outbox.reader,
            garage: garage.clone(),
            clock: clock.clone(),
            box_clock,
            started_at: clock.now(),
            has_no_fire_input,
            lanes: config.lanes,
            committed,
            waiting,
            receipts: receipts_in,
            meter: meter.clone(),
        };
        let renewal = CredentialRenewalTask { server: server.clone(), identity, meter: meter.clone() };
        let every = config.server.plan_poll;
        let plan = PlanPoll {
            server,
            garage: garage.clone(),
            every,
            store: plans_in,
            clock: clock.clone(),
            meter: meter.clone(),
        };
        let disk = disk::watch(config.data_dir, meter.clone(), stop.clone());
        spawn(tasks, "watchdog", watchdog::run(heartbeat, stop.clone()));
        let inbox = OutboxWriterInputs { entries, receipts, plans };
        spawn(tasks, "outbox", writer.run(inbox, stop.clone()));
        spawn(tasks, "lanes", lanes.run(inbound, devices, stop.clone()));
        spawn(tasks, "uplink", uplink.run(stop.clone()));
        spawn(tasks, "plan", plan.run(stop.clone()));
        spawn(tasks, "credential", renewal.run(stop.clone()));
        spawn(tasks, "disk", disk);
        spawn(tasks, "fire", fire.run(stop.clone()));
        spawn(tasks, "orders", orders.run(stop.clone()));
        spawn(
            tasks,
            "answers",
            acknowledgement::run(answers, (posting, desk), broker.clone(), meter.clone()),
        );
        spawn(tasks, "sign", sign::run(garage, clock, broker, meter, stop.clone()));
        outbox.lock
    }
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
