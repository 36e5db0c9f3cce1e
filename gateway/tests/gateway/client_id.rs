//! A controller that calls itself by the gateway's name does not cut the gateway off.

use rumqttc::{AsyncClient, Event, MqttOptions, Packet};
use testkit::wait;

use crate::controller::{SOON, plate};
use crate::site::{PARENT, Site};

#[tokio::test]
async fn a_device_cannot_take_the_gateways_connection_over() {
    let site = Site::open().await;
    let gate = site.controller("in").await;
    let mut options = MqttOptions::new("macau-road.gateway", "127.0.0.1", site.broker.port());
    options.set_credentials("macau-road.stranger", "secret");
    let (_thief, mut events) = AsyncClient::new(options, 16);
    let connected =
        async { while !matches!(events.poll().await.unwrap(), Event::Incoming(Packet::ConnAck(_))) {} };
    tokio::time::timeout(SOON, connected).await.unwrap();

    gate.send(&plate("first", PARENT)).await;
    wait::until(SOON, "the command for the only sending", async || {
        (!gate.commands_for("first").is_empty()).then_some(())
    })
    .await;
    gate.acked("first", 1).await;
}
