//! Access to the broker, and the gateway's handling of nonsense.

use std::sync::Arc;

use domain::ids::GarageId;
use e2e::MqttProbe;
use e2e::phone::PATIENCE;
use e2e::system::TestSystem;
use protocol::mqtt::{MAX_EVENT_BYTES, MqttPermissions, MqttTopic, RejectCode, RejectedEvent};
use serde_json::{Value, json};
use simulator::controller::{CommandAction, ReceivedMessage};
use testkit::wait;
use tokio::sync::broadcast;

use crate::scene::{drive, family, id, lane, now, school};

pub(super) async fn a_wrong_password_is_refused(system: Arc<TestSystem>) {
    let right = system.password("haifeng-b1.try-in");
    for (user, password) in [
        ("haifeng-b1.try-in", "wrong"),
        ("haifeng-b1.try-in", ""),
        ("haifeng-b1.gateway", right.as_str()),
        ("haifeng-b1.nobody", right.as_str()),
        ("", ""),
    ] {
        assert!(
            MqttProbe::connect(system.mqtt(), user, password).await.is_err(),
            "{user:?} with {password:?}"
        );
    }
    MqttProbe::connect(system.mqtt(), "haifeng-b1.try-in", &right).await.expect("the right password");
}

fn plate_event(event_id: &str, plate: &str) -> String {
    json!({ "event_id": event_id, "kind": "plate", "plate": plate, "occurred_at": now() }).to_string()
}

/// Someone has opened the box of one controller and has its password.
pub(super) async fn a_controller_has_its_own_topics_only(system: Arc<TestSystem>) {
    let garage: GarageId = id("shelter-east");
    let user = MqttPermissions::device(&garage, &id("in"));
    let mut thief =
        MqttProbe::connect(system.mqtt(), &user.username, &system.password(&user.username)).await.unwrap();
    let plate = family(&system, 1, 0).plate;

    for filter in
        ["#", "parking/v1/#", "parking/v1/shelter-east/+/ack", "parking/v1/shelter-east/out/command"]
    {
        thief.subscribe(filter).await;
    }
    thief.publish("parking/v1/shelter-east/out/event", plate_event("theft-1", &plate)).await;
    thief.publish("parking/v1/haifeng-b1/b1-in-1/event", plate_event("theft-2", &plate)).await;
    thief.publish("parking/v1/shelter-east/open-spaces", "0").await;
    thief.publish("parking/v1/shelter-east/out/command", "{}").await;

    let (decided, _) = drive(&lane(&system, &garage, "out").await, "鲁BD0001").await;
    assert_eq!(decided.action, CommandAction::Opened, "the neighbour's lane works");
    thief.subscribe(&MqttTopic::Ack(garage.clone(), id("in")).to_string()).await;
    thief
        .publish(&MqttTopic::Event(garage.clone(), id("in")).to_string(), plate_event("own-1", "鲁BD0002"))
        .await;
    let (topic, _) = thief.next().await;
    assert!(
        topic.starts_with("parking/v1/shelter-east/in/"),
        "{topic}: nothing of the neighbour's was heard before"
    );

    let console = system.operator("operator").await;
    let plates = wait::until(PATIENCE, "the own event is stored", async || {
        let events = console.events(&garage).await.items;
        let plates: Vec<String> = events.into_iter().filter_map(|event| event.plate).collect();
        plates.contains(&"鲁BD0002".to_owned()).then_some(plates)
    });
    assert!(!plates.await.contains(&plate));
    assert!(console.events(&school()).await.items.iter().all(|event| event.plate.as_ref() != Some(&plate)));
    assert_eq!(system.sign(&garage).await.next().await.capacity, 320, "the sign is told by the gateway only");
}

pub(super) async fn garbage_becomes_a_dead_letter(system: Arc<TestSystem>) {
    let garage: GarageId = id("shelter-south");
    let entry = lane(&system, &garage, "in").await;
    let mut received = entry.received();
    let event = |event_id: &str, change: Value| {
        let mut event =
            json!({ "event_id": event_id, "kind": "plate", "plate": "鲁BD0003", "occurred_at": now() });
        event.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        event.to_string().into_bytes()
    };
    let cases = [
        (b"\xff\xfe not JSON".to_vec(), RejectCode::NotJson),
        (vec![b' '; MAX_EVENT_BYTES + 1], RejectCode::TooLarge),
        (b"[]".to_vec(), RejectCode::Field),
        (event("bad-1", json!({ "kind": "flight" })), RejectCode::Field),
        (event("no spaces here", json!({})), RejectCode::Field),
        (event("bad-2", json!({ "occurred_at": "2031-01-01T00:00:00Z" })), RejectCode::ImpossibleTime),
        (event("bad-3", json!({ "plate": "鲁".repeat(40) })), RejectCode::ImpossiblePlate),
        (event("bad-4", json!({ "v": 9 })), RejectCode::UnsupportedVersion),
    ];

    for (payload, code) in &cases {
        entry.publish_raw(entry.event_topic(), payload.clone()).await.unwrap();
        let rejected = rejected(&mut received).await;
        assert_eq!(rejected.code, *code, "{rejected:?}");
        assert!(!rejected.detail.is_empty());
    }

    let console = system.operator("operator").await;
    let letters = wait::until(PATIENCE, "all dead letters are on the operator's page", async || {
        let letters = console.dead_letters(&garage).await.items;
        (letters.len() >= cases.len()).then_some(letters)
    });
    let codes: Vec<RejectCode> = letters.await.into_iter().map(|letter| letter.code).rev().collect();
    assert_eq!(codes, cases.iter().map(|(_, code)| *code).collect::<Vec<_>>());
    assert_eq!(console.garage(&garage).await.dead_letters_today, i64::try_from(cases.len()).unwrap());
    let (decided, _) = drive(&entry, "鲁BD0003").await;
    assert_eq!(decided.action, CommandAction::Opened, "a good event right after works");
}

async fn rejected(received: &mut broadcast::Receiver<ReceivedMessage>) -> RejectedEvent {
    let rejected = async {
        loop {
            if let ReceivedMessage::Ack(mut ack) = received.recv().await.unwrap()
                && let Some(rejected) = ack.rejected.pop()
            {
                return rejected;
            }
        }
    };
    tokio::time::timeout(PATIENCE, rejected).await.expect("a refusal in time")
}
