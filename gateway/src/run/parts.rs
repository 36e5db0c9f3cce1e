//! The tasks of one gateway and the channels between them.

use std::fs::File;
use std::sync::Arc;

use domain::ids::DeviceId;
use domain::time::Clock;
use service::ProcessReadiness;
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::{GatewayTasks, spawn};
use crate::acknowledgement;
use crate::box_clock::BoxClock;
use crate::config::{GatewayConfig, LaneMake};
use crate::credential::CredentialRenewalTask;
use crate::disk;
use crate::driver::{BrokerCameras, DeviceOpeners, DriverMessage, PendingReplies};
use crate::event::MessageIntake;
use crate::fire::FireWatch;
use crate::garage::{GarageState, StoredPlan};
use crate::identity::BoxIdentity;
use crate::inbound::InboundMessages;
use crate::lane::{LaneLoop, LaneTasks};
use crate::metric::GatewayMetrics;
use crate::mqtt::BrokerPublisher;
use crate::order::{BarrierOpener, RemoteOpenPoll};
use crate::outbox::OpenedOutbox;
use crate::outbox::entry::{OutboxEntry, OutboxReply};
use crate::outbox::reader::OutboxReader;
use crate::outbox::writer::{EpochReply, OutboxReplySender, OutboxWriter, OutboxWriterInputs};
use crate::plan::PlanPoll;
use crate::server::DistrictServerClient;
use crate::sign;
use crate::uplink::UplinkTask;
use crate::watchdog::{self, LoopHeartbeat};

/// Records between the lane loop and the disk. If full, an event stays with its controller.
const ENTRIES: usize = 4_096;
/// Acknowledgements between the disk and the broker. If full, a controller resends its event.
const ANSWERS: usize = 8_192;

/// What the tasks share.
pub(super) struct GatewayParts {
    pub(super) garage: Arc<GarageState>,
    pub(super) config: GatewayConfig,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) box_clock: Arc<BoxClock>,
    pub(super) readiness: ProcessReadiness,
    pub(super) meter: GatewayMetrics,
    pub(super) identity: Arc<BoxIdentity>,
    pub(super) server: DistrictServerClient,
    pub(super) broker: BrokerPublisher,
    pub(super) desk: PendingReplies,
    pub(super) openers: DeviceOpeners,
    pub(super) cameras: Arc<BrokerCameras>,
    pub(super) devices_in: mpsc::Sender<DriverMessage>,
}

impl GatewayParts {
    /// Starts every task except the broker's; returns the lock of the data folder.
    pub(super) fn spawn(
        self,
        outbox: OpenedOutbox,
        (inbound, devices): (InboundMessages, mpsc::Receiver<DriverMessage>),
        stop: &CancellationToken,
        tasks: &mut GatewayTasks,
    ) -> File {
        let (entries_in, entries) = mpsc::channel(ENTRIES);
        let (answers_in, answers) = mpsc::channel(ANSWERS);
        let (receipts_in, receipts) = watch::channel(None);
        let (plans_in, plans) = watch::channel(None);
        let (waiting_in, waiting) = watch::channel(outbox.backlog);
        let committed = Arc::new(Notify::new());
        let writer = OutboxWriter {
            file: outbox.file,
            db: outbox.write,
            last_seq: outbox.last_seq,
            backlog: outbox.backlog,
            behind: outbox.behind,
            garage: self.garage.clone(),
            answers: answers_in.clone(),
            committed: committed.clone(),
            waiting: waiting_in,
            meter: self.meter.clone(),
            check: self.readiness.check("outbox"),
        };
        let inputs = OutboxWriterInputs { entries, receipts, plans };
        spawn(tasks, "outbox", writer.run(inputs, stop.clone()));
        let heartbeat = LoopHeartbeat::default();
        spawn(tasks, "watchdog", watchdog::run(heartbeat.clone(), stop.clone()));
        let lanes = self.lane_loop(entries_in.clone(), answers_in, heartbeat);
        spawn(tasks, "lanes", lanes.run(inbound, devices, stop.clone()));
        let uplink = self.uplink(outbox.reader, (committed, waiting), receipts_in);
        spawn(tasks, "uplink", uplink.run(stop.clone()));
        let plan = self.plan_poll(plans_in);
        spawn(tasks, "plan", plan.run(stop.clone()));
        let opener = Arc::new(self.barrier_opener(entries_in));
        spawn(tasks, "fire", self.fire_watch(opener.clone()).run(stop.clone()));
        spawn(tasks, "orders", self.order_poll(opener).run(stop.clone()));
        self.spawn_rest(answers, stop, tasks);
        outbox.lock
    }

    fn lane_loop(
        &self,
        entries: mpsc::Sender<OutboxEntry>,
        answers: OutboxReplySender,
        heartbeat: LoopHeartbeat,
    ) -> LaneLoop {
        LaneLoop {
            intake: MessageIntake::new(self.config.garage.clone(), self.config.lanes.clone()),
            garage: self.garage.clone(),
            clock: self.clock.clone(),
            box_clock: self.box_clock.clone(),
            broker: self.broker.clone(),
            desk: self.desk.clone(),
            cameras: self.cameras.clone(),
            openers: self.openers.clone(),
            openings: self.devices_in.clone(),
            entries,
            answers,
            meter: self.meter.clone(),
            events_per_second: self.config.events_per_second,
            unread_pace: self.config.unread_pause,
            tasks: LaneTasks::default(),
            heartbeat,
        }
    }

    fn barrier_opener(&self, entries: mpsc::Sender<OutboxEntry>) -> BarrierOpener {
        BarrierOpener {
            lanes: self.config.lanes.clone(),
            openers: self.openers.clone(),
            cameras: self.cameras.clone(),
            garage: self.garage.clone(),
            clock: self.clock.clone(),
            box_clock: self.box_clock.clone(),
            broker: self.broker.clone(),
            entries,
            meter: self.meter.clone(),
        }
    }

    fn fire_watch(&self, hand: Arc<BarrierOpener>) -> FireWatch {
        FireWatch {
            folder: self.config.data_dir.clone(),
            lanes: self.config.lanes.clone(),
            garage: self.garage.clone(),
            hand,
            meter: self.meter.clone(),
        }
    }

    fn order_poll(&self, hand: Arc<BarrierOpener>) -> RemoteOpenPoll {
        let (server, garage) = (self.server.clone(), self.garage.clone());
        RemoteOpenPoll { server, garage, hand, meter: self.meter.clone() }
    }

    fn uplink(
        &self,
        reader: OutboxReader,
        (committed, waiting): (Arc<Notify>, watch::Receiver<i64>),
        receipts: watch::Sender<Option<EpochReply>>,
    ) -> UplinkTask {
        UplinkTask {
            server: self.server.clone(),
            reader,
            garage: self.garage.clone(),
            clock: self.clock.clone(),
            box_clock: self.box_clock.clone(),
            started_at: self.clock.now(),
            has_no_fire_input: self.config.has_no_fire_input(),
            lanes: self.config.lanes.clone(),
            committed,
            waiting,
            receipts,
            meter: self.meter.clone(),
        }
    }

    fn plan_poll(&self, store: watch::Sender<Option<Arc<StoredPlan>>>) -> PlanPoll {
        PlanPoll {
            server: self.server.clone(),
            garage: self.garage.clone(),
            every: self.config.server.plan_poll,
            store,
            clock: self.clock.clone(),
            meter: self.meter.clone(),
        }
    }

    /// Starts the tasks that depend on no other one but the outbox's replies.
    fn spawn_rest(
        self,
        answers: mpsc::Receiver<(DeviceId, OutboxReply)>,
        stop: &CancellationToken,
        tasks: &mut GatewayTasks,
    ) {
        let Self { garage, config, clock, meter, identity, server, broker, desk, .. } = self;
        let posting = config.lanes.iter().filter(|lane| lane.make != LaneMake::Native);
        let posting = posting.map(|lane| lane.device.clone()).collect();
        let acknowledgements = acknowledgement::run(answers, (posting, desk), broker.clone(), meter.clone());
        spawn(tasks, "answers", acknowledgements);
        let renewal = CredentialRenewalTask { server, identity, meter: meter.clone() };
        spawn(tasks, "credential", renewal.run(stop.clone()));
        spawn(tasks, "disk", disk::watch(config.data_dir, meter.clone(), stop.clone()));
        spawn(tasks, "sign", sign::run(garage, clock, broker, meter, stop.clone()));
    }
}
