//! Limits, and the port after a stop.

use rumqttc::QoS;
use standalone::broker::{BrokerError, BrokerUserSpec, EmbeddedBroker, MAX_PACKET_BYTES};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use super::client::{Client, DEADLINE, PASSWORD, Seen, options, start};
use super::{EVENT, EVENT_2};

#[tokio::test]
async fn a_packet_too_large_cuts_its_sender_alone() {
    let broker = start().await;
    let mut gateway = Client::log_in(&broker, "g1.gateway").await;
    assert!(gateway.subscribe("parking/v1/g1/+/event").await);
    let mut other = Client::log_in(&broker, "g1.d2").await;
    let mut sender = Client::log_in(&broker, "g1.d1").await;
    let large = vec![b'x'; MAX_PACKET_BYTES + 1];
    sender.mqtt.publish(EVENT, QoS::AtLeastOnce, false, large).await.unwrap();
    assert_eq!(sender.next().await, Seen::Closed);
    other.publish(EVENT_2, "fine").await;
    assert_eq!(gateway.message().await, (EVENT_2.into(), "fine".into()));
    broker.stop().await;
}

#[tokio::test]
async fn a_taken_port_is_an_error_and_a_stopped_brokers_port_is_free() {
    let broker = start().await;
    let address = broker.local_addr();
    let error = EmbeddedBroker::start(address, Vec::new()).await.unwrap_err();
    assert!(matches!(error, BrokerError::Listen { address: at, .. } if at == address), "{error:?}");
    let mut client = Client::log_in(&broker, "g1.d1").await;
    let silent = TcpStream::connect(address).await.unwrap();
    broker.stop().await;
    assert_eq!(client.next().await, Seen::Closed);
    let again = EmbeddedBroker::start(address, Vec::new()).await.unwrap();
    assert!(again.is_running());
    again.stop().await;
    drop(silent);
}

#[tokio::test]
async fn only_the_given_address_is_listened_on() {
    let broker = start().await;
    let elsewhere = ("127.0.0.2", broker.local_addr().port());
    let refused = TcpStream::connect(elsewhere).await.unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
    broker.stop().await;
}

#[tokio::test]
async fn a_client_that_says_nothing_is_cut() {
    let broker = start().await;
    let mut silent = TcpStream::connect(broker.local_addr()).await.unwrap();
    let read = tokio::time::timeout(DEADLINE, silent.read(&mut [0])).await.expect("still connected");
    assert!(matches!(read, Ok(0) | Err(_)));
    broker.stop().await;
}

#[tokio::test]
async fn two_hundred_controllers_connect_at_once() {
    let users =
        (0..200).map(|i| BrokerUserSpec::new(format!("d{i}"), PASSWORD, vec![format!("t/{i}")], Vec::new()));
    let broker = EmbeddedBroker::start("127.0.0.1:0".parse().unwrap(), users.collect()).await.unwrap();
    let connecting: Vec<_> =
        (0..200).map(|i| tokio::spawn(Client::connect(options(&broker, &format!("d{i}"))))).collect();
    let all = async {
        let mut clients = Vec::new();
        for client in connecting {
            clients.push(client.await.unwrap().unwrap());
        }
        clients
    };
    let mut clients = tokio::time::timeout(DEADLINE, all).await.expect("not all connected in time");
    clients[199].publish("t/199", "here").await;
    broker.stop().await;
}
