//! A garage that names its fire inputs, and one bad device.

use domain::access::AccessDecision;
use domain::fire::FireInputs;
use domain::ids::{DeviceId, LaneId};
use domain::time::Timestamp;
use protocol::alarm::{GatewayAlarm, GatewayAlarmKind, LaneAlarm, LaneAlarmKind};
use protocol::mqtt::{ControllerCommandKind, EventKind};
use protocol::order::{FireEndOrder, RemoteOrderCause, RemoteOrderOutcome, RemoteOrderResult};
use testkit::wait;
use uuid::Uuid;

use crate::controller::{Controller, SOON, plate};
use crate::fire::{STRANGER, opened, ordered, signal};
use crate::site::Site;

impl Site {
    pub(crate) async fn with_fire_inputs(inputs: &[&str]) -> Self {
        let mut site = Self::open().await;
        site.stop().await;
        let inputs = inputs.iter().map(|device| DeviceId::parse(device).unwrap());
        site.fire_inputs = FireInputs::Named(inputs.collect());
        site.start().await;
        site.served().await;
        site
    }

    /// Waits until the last report to the server has this alarm of a lane, or has none of the kind.
    async fn lane_alarms(&self, lane: &str, kind: LaneAlarmKind, count: usize) -> Vec<LaneAlarm> {
        wait::until(SOON, "the alarms of a lane", async || {
            let lanes = self.district.books(|books| Some(books.last.as_ref()?.status.lanes.clone()))?;
            let status = lanes.into_iter().find(|status| status.lane.as_str() == lane)?;
            let alarms: Vec<_> = status.alarms.into_iter().filter(|alarm| alarm.kind == kind).collect();
            (alarms.len() == count).then_some(alarms)
        })
        .await
    }

    pub(crate) async fn lane_alarm(&self, lane: &str, kind: LaneAlarmKind) -> LaneAlarm {
        self.lane_alarms(lane, kind, 1).await.remove(0)
    }

    fn fire_alarm(&self) -> Option<GatewayAlarm> {
        let alarms = self.district.books(|books| Some(books.last.as_ref()?.status.alarms.clone()))?;
        alarms.into_iter().find(|alarm| alarm.kind == GatewayAlarmKind::Fire)
    }

    async fn asserted_by(&self, devices: &[&str]) -> GatewayAlarm {
        let devices: Vec<DeviceId> = devices.iter().map(|device| DeviceId::parse(device).unwrap()).collect();
        wait::until(SOON, "the fire alarm of the garage", async || {
            self.fire_alarm().filter(|alarm| alarm.asserted_by == devices)
        })
        .await
    }

    /// An operator ends a fire as it was at `through`.
    async fn end_fire(&self, lane: Option<&str>, through: Timestamp) -> RemoteOrderOutcome {
        let lane = lane.map(|lane| LaneId::parse(lane).unwrap());
        let order = FireEndOrder { id: Uuid::now_v7(), lane, through, expires_in_ms: 30_000 };
        let id = order.id;
        self.district.books(|books| books.orders.fire_ends = vec![order]);
        let outcome = self.outcome(id).await;
        self.district.books(|books| books.orders.fire_ends.clear());
        outcome
    }
}

const ENDED: RemoteOrderOutcome = RemoteOrderOutcome { state: RemoteOrderResult::FireEnded, cause: None };

const fn refused(cause: RemoteOrderCause) -> RemoteOrderOutcome {
    RemoteOrderOutcome { state: RemoteOrderResult::Refused, cause: Some(cause) }
}

async fn decision(gate: &Controller, id: &str) -> AccessDecision {
    gate.send(&plate(id, STRANGER)).await;
    gate.command(id).await.decision
}

#[tokio::test]
async fn the_fire_of_a_device_that_is_no_input_opens_its_own_lane_and_an_operator_ends_it() {
    let mut site = Site::with_fire_inputs(&["in"]).await;
    let (entry, exit) = (site.controller("in").await, site.controller("out").await);
    exit.send(&signal("f1", EventKind::Fire)).await;
    let commands = opened(&exit, 2).await;
    assert!(commands.iter().all(|command| command.decision == AccessDecision::fire()));
    let alarm = site.lane_alarm("out", LaneAlarmKind::FireAtLane).await;
    assert!(alarm.detail.contains("`out`"), "{}", alarm.detail);
    assert_eq!(decision(&exit, "e1").await, AccessDecision::fire());
    assert!(!decision(&entry, "e2").await.opens(), "the rules hold at the other lane");
    // The same after a power cut.
    wait::until(SOON, "the fire's file", async || {
        std::fs::read(site.outbox().with_file_name("fire.json")).ok()
    })
    .await;
    let before = ordered(&exit).len();
    site.kill().await;
    site.start().await;
    opened(&exit, before + 1).await;
    let alarm = site.lane_alarm("out", LaneAlarmKind::FireAtLane).await;
    assert!(!decision(&entry, "e3").await.opens());
    assert!(ordered(&entry).is_empty(), "no order has opened the other lane");
    assert_eq!(site.fire_alarm(), None);
    let through = alarm.last_at;
    assert_eq!(site.end_fire(None, through).await, refused(RemoteOrderCause::NoFire));
    assert_eq!(site.end_fire(Some("in"), through).await, refused(RemoteOrderCause::NoFire));
    assert_eq!(site.end_fire(Some("out"), through).await, ENDED);
    assert_eq!(decision(&exit, "e4").await, AccessDecision::open(None));
    site.lane_alarms("out", LaneAlarmKind::FireAtLane, 0).await;
}

#[tokio::test]
async fn an_inputs_fire_opens_every_lane_and_no_person_ends_it_while_the_input_is_on() {
    let mut site = Site::with_fire_inputs(&["in", "out"]).await;
    let (entry, exit) = (site.controller("in").await, site.controller("out").await);
    entry.send(&signal("f1", EventKind::Fire)).await;
    exit.send(&signal("f2", EventKind::Fire)).await;
    opened(&entry, 1).await;
    opened(&exit, 1).await;
    let alarm = site.asserted_by(&["in", "out"]).await;
    assert!(!alarm.may_be_ended);
    let through = alarm.last_at.unwrap();
    assert_eq!(site.end_fire(None, through).await, refused(RemoteOrderCause::FireInputOn));
    entry.send(&signal("f3", EventKind::FireOver)).await;
    site.asserted_by(&["out"]).await;
    assert_eq!(decision(&entry, "e1").await, AccessDecision::fire(), "the other input is still on");
    site.stop().await;
    site.start().await;
    let alarm = site.asserted_by(&["out"]).await;
    let through = alarm.last_at.unwrap();
    assert_eq!(site.end_fire(None, through).await, refused(RemoteOrderCause::FireInputOn));
    assert_eq!(decision(&entry, "e2").await, AccessDecision::fire());
    exit.send(&signal("f4", EventKind::FireOver)).await;
    exit.acked("f4", 1).await;
    entry.send(&plate("e3", STRANGER)).await;
    assert_eq!(entry.command("e3").await.command, ControllerCommandKind::Show);
}

#[tokio::test]
async fn without_named_inputs_each_device_opens_every_lane_and_an_operator_may_end_it() {
    let site = Site::open().await;
    let (entry, exit) = (site.controller("in").await, site.controller("out").await);
    entry.send(&signal("f1", EventKind::Fire)).await;
    opened(&exit, 1).await;
    let alarm = site.asserted_by(&[]).await;
    assert!(alarm.may_be_ended);
    let through = alarm.last_at.unwrap();
    let early = Timestamp::from_micros(through.micros() - 1);
    assert_eq!(site.end_fire(None, early).await, refused(RemoteOrderCause::FireAgain));
    assert_eq!(site.end_fire(None, through).await, ENDED);
    assert!(!decision(&entry, "e1").await.opens());
    entry.send(&signal("f2", EventKind::Fire)).await;
    let again = ordered(&exit).len() + 1;
    opened(&exit, again).await;
}
