//! An operator opens a barrier from afar.

use domain::access::{AccessDecision, Audience, OverrideReason};
use domain::ids::{DeviceId, EventId, LaneId};
use domain::plate::Plate;
use protocol::mqtt::{
    ControllerCommand, ControllerCommandKind, ControllerEvent, ControllerStatus, MqttTopic, OPEN_TTL_MS,
};
use protocol::order::{RemoteOpening, RemoteOrderCause, RemoteOrderOutcome, RemoteOrderResult};
use testkit::wait;
use uuid::Uuid;

use crate::controller::{Controller, SOON, pass, plate, unread};
use crate::district::{Mood, garage};
use crate::site::{PARENT, Site};

const LIFE_MS: u64 = 30_000;

const fn opened(cause: Option<RemoteOrderCause>) -> RemoteOrderOutcome {
    RemoteOrderOutcome { state: RemoteOrderResult::Opened, cause }
}

const fn refused(cause: RemoteOrderCause) -> RemoteOrderOutcome {
    RemoteOrderOutcome { state: RemoteOrderResult::Refused, cause: Some(cause) }
}

impl Site {
    fn order(&self, lane: &str, expires_in_ms: u64) -> Uuid {
        self.order_for(lane, None, expires_in_ms)
    }

    fn order_for(&self, lane: &str, plate: Option<&str>, expires_in_ms: u64) -> Uuid {
        let plate = plate.map(|plate| Plate::parse(plate).unwrap());
        let order =
            RemoteOpening { id: Uuid::now_v7(), lane: LaneId::parse(lane).unwrap(), plate, expires_in_ms };
        let id = order.id;
        self.district.books(|books| books.orders.handed_out.push(order));
        id
    }

    pub(crate) async fn outcome(&self, id: Uuid) -> RemoteOrderOutcome {
        wait::until(SOON, "what became of an order", async || {
            self.district.books(|books| {
                books.orders.outcomes.iter().find(|(told, _)| *told == id).map(|(_, outcome)| *outcome)
            })
        })
        .await
    }

    /// Waits for this many more polls.
    async fn asks_again(&self, times: usize) {
        let before = self.district.books(|books| books.orders.polls);
        wait::until(SOON, "questions", async || {
            (self.district.books(|books| books.orders.polls) >= before + times).then_some(())
        })
        .await;
    }
}

fn commands(gate: &Controller, id: Uuid) -> Vec<ControllerCommand> {
    gate.commands_for(&format!("order:{id}"))
}

async fn reports(gate: &Controller, device: &str) {
    let status = ControllerStatus {
        v: 1,
        at: plate("x", PARENT).occurred_at,
        firmware: None,
        pending_events: 0,
        held_open: false,
    };
    let topic = MqttTopic::Status(garage(), DeviceId::parse(device).unwrap()).to_string();
    gate.publish(&topic, false, serde_json::to_vec(&status).unwrap()).await;
    // One behind it has gone through the same loop.
    gate.send(&plate("after-the-status", "鲁B99999")).await;
    gate.acked("after-the-status", 1).await;
}

#[tokio::test]
async fn an_order_opens_the_lane_and_its_outcome_is_told() {
    let site = Site::open().await;
    let gate = site.controller("in").await;
    let silent = site.order("in", LIFE_MS);
    assert_eq!(
        site.outcome(silent).await,
        opened(Some(RemoteOrderCause::DeviceSilent)),
        "nobody has heard of it yet"
    );
    reports(&gate, "in").await;
    let id = site.order("in", LIFE_MS);
    assert_eq!(site.outcome(id).await, opened(None));
    let command = gate.command(&format!("order:{id}")).await;
    assert_eq!(
        (command.command, command.order, command.ttl_ms),
        (ControllerCommandKind::Open, Some(id), OPEN_TTL_MS)
    );
    assert_eq!(command.display.text, "值班员放行 请通行");
    // Opened is not passed.
    assert_eq!(site.district.event_ids(), ["after-the-status"]);
}

#[tokio::test]
async fn an_order_that_is_handed_out_again_and_again_opens_once() {
    let site = Site::open().await;
    let gate = site.controller("in").await;
    let id = site.order("in", LIFE_MS);
    gate.command(&format!("order:{id}")).await;
    site.asks_again(4).await;
    let later = site.order("in", LIFE_MS);
    gate.command(&format!("order:{later}")).await;
    assert_eq!((commands(&gate, id).len(), commands(&gate, later).len()), (1, 1));
    site.outcome(later).await;
    assert_eq!(site.district.books(|books| books.orders.outcomes.len()), 2);
}

#[tokio::test]
async fn an_order_whose_life_is_over_opens_nothing_and_a_short_one_makes_a_short_command() {
    let site = Site::open().await;
    let gate = site.controller("in").await;
    let late = site.order("in", 0);
    assert_eq!(
        site.outcome(late).await,
        RemoteOrderOutcome { state: RemoteOrderResult::Expired, cause: None }
    );
    let short = site.order("in", 5_000);
    let command = gate.command(&format!("order:{short}")).await;
    assert!(command.ttl_ms <= 5_000, "{}", command.ttl_ms);
    assert!(commands(&gate, late).is_empty());
}

#[tokio::test]
async fn a_device_that_is_asked_is_asked_once_and_one_that_only_answers_is_refused() {
    let site = Site::with_cameras().await;
    let barrier = site.barrier.as_ref().unwrap();
    let id = site.order("hikvision", LIFE_MS);
    assert_eq!(site.outcome(id).await, opened(None));
    site.asks_again(2).await;
    assert_eq!(barrier.asked().len(), 1);
    assert!(barrier.asked()[0].body.contains("<ctrlMode>open</ctrlMode>"));
    let only_answers = site.order("zhenshi", LIFE_MS);
    assert_eq!(site.outcome(only_answers).await, refused(RemoteOrderCause::OnlyAnswers));
    let nowhere = site.order("nowhere", LIFE_MS);
    assert_eq!(site.outcome(nowhere).await, refused(RemoteOrderCause::NoSuchLane));
    assert_eq!(barrier.asked().len(), 1);
}

#[tokio::test]
async fn without_a_broker_an_order_is_refused_and_not_kept_for_later() {
    let mut site = Site::open().await;
    site.broker.kill9();
    site.ready(503).await;
    let id = site.order("in", LIFE_MS);
    assert_eq!(site.outcome(id).await, refused(RemoteOrderCause::BrokerAway));
    site.broker.restart();
    let gate = site.controller("in").await;
    site.ready(200).await;
    gate.send(&plate("e1", PARENT)).await;
    gate.command("e1").await;
    assert!(commands(&gate, id).is_empty());
}

#[tokio::test]
async fn an_outcome_is_told_again_until_the_server_has_it() {
    let site = Site::open().await;
    let gate = site.controller("in").await;
    site.district.books(|books| books.orders.deaf = true);
    let id = site.order("in", LIFE_MS);
    gate.command(&format!("order:{id}")).await;
    site.asks_again(2).await;
    site.district.books(|books| books.orders.deaf = false);
    assert_eq!(site.outcome(id).await.state, RemoteOrderResult::Opened);
    assert_eq!(commands(&gate, id).len(), 1);
}

#[tokio::test]
async fn while_the_server_is_away_nothing_opens_and_each_start_has_another_name() {
    let mut site = Site::open().await;
    let gate = site.controller("in").await;
    site.district.mood(Mood::Away);
    site.order("in", 0);
    gate.send(&plate("e1", PARENT)).await;
    gate.command("e1").await;
    site.district.mood(Mood::Well);
    site.asks_again(1).await;
    site.kill().await;
    site.start().await;
    site.asks_again(1).await;
    let runs = site.district.books(|books| books.orders.runs.clone());
    assert_eq!(runs.len(), 2);
    assert_eq!(gate.heard(|heard| heard.commands.len()), 1);
}

#[tokio::test]
async fn a_car_that_a_person_names_is_recorded_as_read_and_counts_once() {
    let mut site = Site::open().await;
    let gate = site.controller("in").await;
    gate.send(&unread("e1")).await;
    gate.acked("e1", 1).await;
    let id = site.order_for("in", Some(PARENT), LIFE_MS);
    assert_eq!(site.outcome(id).await.state, RemoteOrderResult::Opened);
    let command = gate.command(&format!("order:{id}")).await;
    assert_eq!(
        (command.display.plate.as_str(), command.display.text.as_str()),
        (PARENT, "欢迎接学生 请入场")
    );
    let told = site.tells("in", 2).await;
    let named = &told[1];
    assert_eq!(
        (named.event_id.as_str(), named.plate.as_deref()),
        (format!("order:{id}").as_str(), Some(PARENT))
    );
    assert_eq!(
        (named.decision, named.delta, named.confidence),
        (Some(AccessDecision::open(Some(Audience::Pickup))), 1, 100)
    );
    assert_eq!((told[0].plate.as_deref(), told[0].delta), (None, 0), "what was read stays");
    // Whom the rules would not let in, a person may.
    let stranger = site.order_for("in", Some("鲁B99999"), LIFE_MS);
    assert_eq!(site.outcome(stranger).await.state, RemoteOrderResult::Opened);
    let told = site.tells("in", 3).await;
    let because = matches!(
        told[2].decision,
        Some(AccessDecision::Open { audience: None, because: Some(OverrideReason::Ordered), .. })
    );
    assert!(because && told[2].delta == 1, "{:?}", told[2]);
    // After a restart it is not counted anew.
    site.kill().await;
    site.start().await;
    site.asks_again(1).await;
    assert_eq!(site.told("in").len(), 3);
}

#[tokio::test]
async fn the_loop_counts_the_car_that_a_person_has_named() {
    let site = Site::with_cameras().await;
    let gate = site.controller("in-loop").await;
    gate.send(&unread("e1")).await;
    gate.acked("e1", 1).await;
    let id = site.order_for("in-loop", Some(PARENT), LIFE_MS);
    gate.command(&format!("order:{id}")).await;
    site.tells("in-loop", 2).await;
    // The controller knows only what it has read itself.
    gate.send(&ControllerEvent { related_event_id: EventId::parse("e1").ok(), ..pass("p1") }).await;
    let told = site.tells("in-loop", 3).await;
    assert_eq!((told[1].delta, told[2].delta), (0, 1));
    assert_eq!(told[2].related_event_id.as_ref().map(|of| of.to_string()), Some(format!("order:{id}")));
}
