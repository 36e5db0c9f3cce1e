//! Open spaces, in garages where no other test drives.

use std::sync::Arc;
use std::time::Duration;

use domain::ids::GarageId;
use e2e::console::{ConsoleClient, public_site};
use e2e::phone::PATIENCE;
use e2e::system::TestSystem;
use protocol::mqtt::MqttTopic;
use serde_json::json;
use simulator::controller::{CommandAction, ControllerHandle, ReceivedMessage};
use testkit::wait;
use tokio::sync::broadcast;

use crate::scene::{answer, drive, id, lane, now};

/// The sources of all counts.
struct Counts<'a> {
    system: &'a TestSystem,
    console: ConsoleClient,
    garage: GarageId,
}

impl Counts<'_> {
    /// Waits until the server's count and the published count have these values.
    async fn reach(&self, occupied: i64, open: u32) {
        wait::until(PATIENCE, &format!("{occupied} cars inside {}", self.garage), async || {
            let garage = self.console.garage(&self.garage).await;
            (garage.occupied == Some(occupied) && garage.open == Some(open)).then_some(())
        })
        .await;
        wait::until(PATIENCE, &format!("{open} spaces published of {}", self.garage), async || {
            let site = public_site(&self.system.server(), &self.garage).await;
            (site.realtime_free_capacity == Some(open)).then_some(())
        })
        .await;
    }
}

pub(super) async fn the_open_spaces_move_by_one_and_back(system: Arc<TestSystem>) {
    let garage: GarageId = id("shelter-west");
    let mut entry = system.controller_config(&garage, &id("in"));
    let mut exit = system.controller_config(&garage, &id("out"));
    (entry.drive_over, exit.drive_over) =
        (Some(Duration::from_millis(200)), Some(Duration::from_millis(200)));
    let (entry, exit) = (system.connect(entry).await, system.connect(exit).await);
    let counts =
        Counts { system: &system, console: system.operator("operator").await, garage: garage.clone() };
    let mut sign = system.sign(&garage).await;
    counts.reach(0, 280).await;
    sign.shows(280).await;

    assert_eq!(drive(&entry, "鲁BA0001").await.0.action, CommandAction::Opened);
    counts.reach(1, 279).await;
    sign.shows(279).await;
    system.sign(&garage).await.shows(279).await;

    assert_eq!(drive(&exit, "鲁BA0001").await.0.action, CommandAction::Opened);
    counts.reach(0, 280).await;
    sign.shows(280).await;
}

pub(super) async fn a_repeated_event_counts_once(system: Arc<TestSystem>) {
    let garage: GarageId = id("harbour-mall");
    let entry = lane(&system, &garage, "in").await;
    let counts =
        Counts { system: &system, console: system.operator("operator").await, garage: garage.clone() };
    counts.reach(0, 380).await;
    let at = now();
    let plate = json!({ "event_id": "thrice-1", "kind": "plate", "plate": "鲁BA0002", "occurred_at": at });
    let pass = json!({ "event_id": "thrice-2", "kind": "pass", "of": "thrice-1", "occurred_at": at });

    for (event, id) in [(plate, "thrice-1"), (pass, "thrice-2")] {
        for _ in 0..3 {
            let mut received = entry.received();
            let topic = MqttTopic::Event(garage.clone(), self::id("in")).to_string();
            entry.publish_raw(&topic, event.to_string().into_bytes()).await.unwrap();
            acknowledged(&mut received, id).await;
        }
    }

    counts.reach(1, 379).await;
    let events = counts.console.events(&garage).await.items;
    assert_eq!(events.len(), 2, "each event is stored once");
    // Events after the repetitions are counted on from one.
    another_car(&entry).await;
    counts.reach(2, 378).await;
}

async fn another_car(entry: &ControllerHandle) {
    let pending = entry.plate_read(Some("鲁BA0003"), 98).unwrap();
    let event = pending.event_id.clone();
    answer(pending.decided).await;
    answer(entry.passed(&event).unwrap().acked).await;
}

async fn acknowledged(received: &mut broadcast::Receiver<ReceivedMessage>, id: &str) {
    let acknowledged = async {
        loop {
            if let ReceivedMessage::Ack(ack) = received.recv().await.unwrap()
                && ack.event_ids.iter().any(|known| known.as_str() == id)
            {
                return;
            }
        }
    };
    tokio::time::timeout(PATIENCE, acknowledged).await.expect("an acknowledgement of each copy");
}
