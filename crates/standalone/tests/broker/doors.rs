//! Refused actions: wrong log-ins, and publishes, subscriptions and wills without a permission.

use rumqttc::{ConnectReturnCode, ConnectionError, LastWill, MqttOptions, QoS};

use super::client::{Client, options, start};
use super::{COMMAND, EVENT, EVENT_2};

async fn refusal(options: MqttOptions) -> ConnectReturnCode {
    match Client::connect(options).await.err() {
        Some(ConnectionError::ConnectionRefused(code)) => code,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[tokio::test]
async fn a_client_without_the_right_password_is_refused() {
    let broker = start().await;
    let mut wrong = options(&broker, "g1.d1");
    wrong.set_credentials("g1.d1", "wrong");
    assert_eq!(refusal(wrong).await, ConnectReturnCode::BadUserNamePassword);
    let mut stranger = options(&broker, "g1.d1");
    stranger.set_credentials("g9.d9", "wrong");
    assert_eq!(refusal(stranger).await, ConnectReturnCode::BadUserNamePassword);
    let anonymous = MqttOptions::new("g1.d1", "127.0.0.1", broker.local_addr().port());
    assert_eq!(refusal(anonymous).await, ConnectReturnCode::BadUserNamePassword);
    broker.stop().await;
}

#[tokio::test]
async fn a_client_cannot_end_anothers_connection_by_taking_its_name() {
    let broker = start().await;
    let mut victim = Client::log_in(&broker, "g1.d1").await;
    let mut thief = options(&broker, "g1.d2");
    thief.set_client_id("g1.d1".into());
    assert_eq!(refusal(thief).await, ConnectReturnCode::BadUserNamePassword);
    victim.publish(EVENT, "still here").await;
    broker.stop().await;
}

#[tokio::test]
async fn a_publish_to_anothers_topic_reaches_nobody_and_the_client_stays() {
    let broker = start().await;
    let mut gateway = Client::log_in(&broker, "g1.gateway").await;
    assert!(gateway.subscribe("parking/v1/g1/+/event").await);
    for name in ["g1.d1", "g2.d1"] {
        let mut device = Client::log_in(&broker, name).await;
        device.publish(EVENT_2, "forged").await;
        device.mqtt.publish(EVENT_2, QoS::AtMostOnce, false, "forged").await.unwrap();
        device.publish(&format!("parking/v1/{}/event", name.replace('.', "/")), "own").await;
    }
    assert_eq!(gateway.message().await, (EVENT.into(), "own".into()));
    let mut second = Client::log_in(&broker, "g1.d2").await;
    second.publish(EVENT_2, "true").await;
    assert_eq!(gateway.message().await, (EVENT_2.into(), "true".into()));
    broker.stop().await;
}

#[tokio::test]
async fn a_subscription_beyond_the_own_topics_is_refused_and_gives_nothing() {
    let broker = start().await;
    let mut gateway = Client::log_in(&broker, "g1.gateway").await;
    let mut device = Client::log_in(&broker, "g1.d1").await;
    let wanted = [
        "#",
        "+/#",
        "parking/#",
        "parking/v1/+/+/command",
        "parking/v1/g1/+/command",
        "parking/v1/g1/d2/command",
        "parking/v1/g1/d2/event",
        EVENT,
        "$SYS/#",
        "$share/x/parking/v1/g1/d1/command",
    ];
    for filter in wanted {
        assert!(!device.subscribe(filter).await, "{filter} was granted");
    }
    gateway.publish("parking/v1/g1/d2/command", "for the other").await;
    assert!(device.subscribe(COMMAND).await);
    gateway.publish(COMMAND, "for me").await;
    assert_eq!(device.message().await, (COMMAND.into(), "for me".into()));
    broker.stop().await;
}

#[tokio::test]
async fn a_will_to_anothers_topic_is_refused_with_the_connection() {
    let broker = start().await;
    let mut gateway = Client::log_in(&broker, "g1.gateway").await;
    assert!(gateway.subscribe("parking/v1/g1/+/event").await);
    let mut options = options(&broker, "g1.d1");
    options.set_last_will(LastWill::new(EVENT_2, "forged", QoS::AtLeastOnce, false));
    assert_eq!(refusal(options).await, ConnectReturnCode::NotAuthorized);
    let mut second = Client::log_in(&broker, "g1.d2").await;
    second.publish(EVENT_2, "true").await;
    assert_eq!(gateway.message().await, (EVENT_2.into(), "true".into()));
    broker.stop().await;
}
