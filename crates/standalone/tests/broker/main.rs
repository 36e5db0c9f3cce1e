//! The embedded broker with clients of another library.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod client;
mod doors;
mod limits;

use client::{Client, Seen, options, start};
use rumqttc::QoS;

const EVENT: &str = "parking/v1/g1/d1/event";
const EVENT_2: &str = "parking/v1/g1/d2/event";
const COMMAND: &str = "parking/v1/g1/d1/command";
const OPEN_SPACES: &str = "parking/v1/g1/open-spaces";

#[tokio::test]
async fn a_message_reaches_a_permitted_subscriber_at_every_quality_of_service() {
    let broker = start().await;
    let mut gateway = Client::log_in(&broker, "g1.gateway").await;
    let device = Client::log_in(&broker, "g1.d1").await;
    assert!(gateway.subscribe("parking/v1/g1/+/event").await);
    for (qos, payload) in [(QoS::AtMostOnce, "0"), (QoS::AtLeastOnce, "1"), (QoS::ExactlyOnce, "2")] {
        device.mqtt.publish(EVENT, qos, false, payload).await.unwrap();
        assert_eq!(gateway.message().await, (EVENT.into(), payload.into()));
    }
    broker.stop().await;
}

#[tokio::test]
async fn a_retained_message_comes_again_with_every_subscription() {
    let broker = start().await;
    let mut gateway = Client::log_in(&broker, "g1.gateway").await;
    gateway.retain(OPEN_SPACES, "17").await;
    let mut sign = Client::log_in(&broker, "g1.sign").await;
    for _ in 0..2 {
        sign.mqtt.subscribe(OPEN_SPACES, QoS::AtLeastOnce).await.unwrap();
        let (mut message, mut granted) = (None, false);
        while message.is_none() || !granted {
            match sign.next().await {
                Seen::Message { payload, retain, .. } => message = Some((payload, retain)),
                Seen::Subscribed(_) => granted = true,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(message, Some((b"17".to_vec(), true)));
    }
    broker.stop().await;
}

#[tokio::test]
async fn a_command_is_not_replayed_to_a_controller_that_was_away() {
    let broker = start().await;
    let mut gateway = Client::log_in(&broker, "g1.gateway").await;
    let mut stays = options(&broker, "g1.d1");
    stays.set_clean_session(false);
    let mut device = Client::connect(stays.clone()).await.unwrap();
    assert!(device.subscribe(COMMAND).await);
    device.mqtt.disconnect().await.unwrap();
    assert_eq!(device.next().await, Seen::Closed);
    gateway.publish(COMMAND, "open, too late").await;
    let mut device = Client::connect(stays).await.unwrap();
    assert!(device.subscribe(COMMAND).await);
    gateway.publish(COMMAND, "open").await;
    assert_eq!(device.message().await, (COMMAND.into(), "open".into()));
    broker.stop().await;
}

#[tokio::test]
async fn the_will_of_a_controller_that_died_is_delivered_on_its_own_topic() {
    let broker = start().await;
    let mut gateway = Client::log_in(&broker, "g1.gateway").await;
    assert!(gateway.subscribe("parking/v1/g1/+/status").await);
    let mut dies = options(&broker, "g1.d1");
    let topic = "parking/v1/g1/d1/status";
    dies.set_last_will(rumqttc::LastWill::new(topic, "gone", QoS::AtLeastOnce, false));
    Client::connect(dies).await.unwrap().die();
    assert_eq!(gateway.message().await, (topic.into(), "gone".into()));
    broker.stop().await;
}
