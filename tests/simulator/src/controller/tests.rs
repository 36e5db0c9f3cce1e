//! A controller against a real broker and a scripted gateway.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise")]

use std::collections::HashSet;

use protocol::mqtt::{EventKind, RejectCode, RejectedEvent, VERSION};

use super::*;
use crate::peer::{DEADLINE, SimulatedGateway, answer, broker, config, device, garage, until, wall};

#[tokio::test]
async fn an_event_is_sent_again_and_older_until_it_is_acknowledged() {
    let broker = broker();
    let mut gateway = SimulatedGateway::connect(&broker).await;
    let controller = SimulatedController::start(config(&broker, 1), CancellationToken::new());
    let pending = controller.plate_read(Some("鲁B12345"), 97).unwrap();
    let (first, second, third) = (gateway.event().await, gateway.event().await, gateway.event().await);
    assert_eq!((&first.event_id, first.plate.as_deref()), (&pending.event_id, Some("鲁B12345")));
    assert_eq!((&second.event_id, &third.event_id), (&first.event_id, &first.event_id));
    assert_eq!(first.occurred_at, third.occurred_at);
    assert!(first.age_ms < second.age_ms && second.age_ms < third.age_ms);

    gateway.ack(&first.event_id).await;
    let acked = answer(pending.acked).await;
    assert_eq!(acked.outcome, AckOutcome::Stored);
    assert!(acked.sent >= 3);
    assert_eq!(controller.kept(), 0);
    // What follows on the wire is the next event, apart from repetitions that were under way.
    let next = controller.plate_read(None, 0).unwrap();
    while gateway.event().await.event_id != next.event_id {}
    for _ in 0..3 {
        assert_eq!(gateway.event().await.event_id, next.event_id);
    }
}

#[tokio::test]
async fn the_barrier_opens_once_however_often_it_is_told() {
    let broker = broker();
    let mut gateway = SimulatedGateway::connect(&broker).await;
    let controller = SimulatedController::start(config(&broker, 1), CancellationToken::new());
    let pending = controller.plate_read(Some("鲁B12345"), 97).unwrap();
    let event = gateway.event().await;
    gateway.open(&event.event_id, wall()).await;
    gateway.open(&event.event_id, wall()).await;
    let decided = answer(pending.decided).await;
    assert_eq!(decided.action, CommandAction::Opened);
    assert!(decided.published.unwrap() <= decided.at);
    until("two commands", || controller.counters().commands == 2).await;
    let counters = controller.counters();
    assert_eq!((counters.opened, counters.duplicate_commands), (1, 1));
}

#[tokio::test]
async fn an_open_command_of_long_ago_opens_nothing() {
    let broker = broker();
    let mut gateway = SimulatedGateway::connect(&broker).await;
    let controller = SimulatedController::start(config(&broker, 1), CancellationToken::new());
    let pending = controller.plate_read(Some("鲁B12345"), 97).unwrap();
    let event = gateway.event().await;
    gateway.open(&event.event_id, wall() - Duration::from_secs(3600)).await;
    assert_eq!(answer(pending.decided).await.action, CommandAction::Expired);
    let counters = controller.counters();
    assert_eq!((counters.opened, counters.expired_commands), (0, 1));
}

#[tokio::test]
async fn a_loop_tells_that_the_car_has_passed() {
    let broker = broker();
    let mut gateway = SimulatedGateway::connect(&broker).await;
    let config = config(&broker, 1).drive_over(Duration::from_millis(20));
    let controller = SimulatedController::start(config, CancellationToken::new());
    let _pending = controller.plate_read(Some("鲁B12345"), 97).unwrap();
    let plate = gateway.event().await;
    gateway.ack(&plate.event_id).await;
    gateway.open(&plate.event_id, wall()).await;
    let mut pass = gateway.event().await;
    while pass.kind != EventKind::Pass {
        pass = gateway.event().await;
    }
    assert_eq!(pass.related_event_id, Some(plate.event_id));
    assert_eq!(controller.counters().opened, 1);
}

#[tokio::test]
async fn a_restart_of_the_broker_loses_no_kept_event() {
    let mut broker = broker();
    let controller = SimulatedController::start(config(&broker, 1), CancellationToken::new());
    controller.connected(DEADLINE).await.unwrap();
    broker.kill9();
    until("the lost link is noticed", || !controller.is_connected()).await;
    let kept: Vec<PendingEvent> =
        (0..50).map(|_| controller.plate_read(Some("鲁B12345"), 97).unwrap()).collect();
    broker.restart();
    let mut gateway = SimulatedGateway::connect(&broker).await;
    let mut missing: HashSet<EventId> = kept.iter().map(|pending| pending.event_id.clone()).collect();
    while !missing.is_empty() {
        let event = gateway.event().await;
        missing.remove(&event.event_id);
        gateway.ack(&event.event_id).await;
    }
    for pending in kept {
        assert_eq!(answer(pending.acked).await.outcome, AckOutcome::Stored);
    }
    assert_eq!(controller.kept(), 0);
    assert!(controller.counters().lost_connections >= 1);
}

#[tokio::test]
async fn a_heartbeat_follows_the_connection_and_shutdown_ends_the_tasks() {
    let broker = broker();
    let mut gateway = SimulatedGateway::connect(&broker).await;
    let shutdown = CancellationToken::new();
    let controller = SimulatedController::start(config(&broker, 1), shutdown.clone());
    assert_eq!(gateway.status().await.pending_events, 0);
    shutdown.cancel();
    tokio::time::timeout(DEADLINE, controller.stopped()).await.expect("tasks go on after shutdown");
    assert!(!controller.is_connected());
}

#[tokio::test]
async fn garbage_for_the_controller_is_counted_and_harms_nothing() {
    let broker = broker();
    let mut gateway = SimulatedGateway::connect(&broker).await;
    let controller = SimulatedController::start(config(&broker, 1), CancellationToken::new());
    controller.connected(DEADLINE).await.unwrap();
    gateway.publish(&MqttTopic::Command(garage(), device(1)), &"not a command").await;
    until("it is counted", || controller.counters().malformed == 1).await;
    let pending = controller.plate_read(Some("鲁B12345"), 97).unwrap();
    assert_eq!(gateway.event().await.event_id, pending.event_id);
}

#[tokio::test]
async fn a_rejected_event_is_forgotten_and_the_caller_learns_why() {
    let broker = broker();
    let mut gateway = SimulatedGateway::connect(&broker).await;
    let controller = SimulatedController::start(config(&broker, 1), CancellationToken::new());
    let pending = controller.plate_read(Some("not a plate"), 97).unwrap();
    let event_id = gateway.event().await.event_id.to_string();
    let rejected =
        RejectedEvent { event_id: Some(event_id), code: RejectCode::ImpossiblePlate, detail: "plate".into() };
    let ack = EventAck { v: VERSION, event_ids: Vec::new(), rejected: vec![rejected.clone()] };
    gateway.publish(&MqttTopic::Ack(garage(), device(1)), &ack).await;
    assert_eq!(answer(pending.acked).await.outcome, AckOutcome::Rejected(rejected));
    assert_eq!((controller.kept(), controller.counters().rejected), (0, 1));
}

#[tokio::test]
async fn raw_bytes_go_out_as_they_are_and_answers_to_them_can_be_read() {
    let broker = broker();
    let mut gateway = SimulatedGateway::connect(&broker).await;
    let controller = SimulatedController::start(config(&broker, 1), CancellationToken::new());
    assert_eq!(controller.publish_raw("parking/v1", Vec::new()).await, Err(NotConnectedError));
    controller.connected(DEADLINE).await.unwrap();
    let mut received = controller.received();
    let event = r#"{"event_id":"by-hand","kind":"plate","occurred_at":"2026-11-23T15:30:00+08:00"}"#;
    controller.publish_raw(controller.event_topic(), event.into()).await.unwrap();
    let event_id = gateway.event().await.event_id;
    assert_eq!(event_id.as_str(), "by-hand");
    gateway.ack(&event_id).await;
    let answer = tokio::time::timeout(DEADLINE, received.recv()).await.unwrap().unwrap();
    assert!(matches!(answer, ReceivedMessage::Ack(ack) if ack.event_ids == [event_id]));
    assert_eq!(controller.counters().acks, 0);
}

#[tokio::test]
async fn a_wrong_password_is_never_let_in_and_keeps_its_events() {
    let broker = broker();
    let wrong = ControllerConfig { password: "guess".into(), ..config(&broker, 1) };
    let controller = SimulatedController::start(wrong, CancellationToken::new());
    let _pending = controller.plate_read(Some("鲁B12345"), 97).unwrap();
    until("it was turned away twice", || controller.counters().lost_connections >= 2).await;
    let counters = controller.counters();
    assert_eq!((counters.connections, counters.sent, controller.kept()), (0, 0, 1));
}
