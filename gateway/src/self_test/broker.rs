//! Checks the broker: connects as the gateway's user, and receives its own message on the self-test's topic.

use std::time::{Duration, Instant};

use protocol::mqtt::MqttTopic;
use uuid::Uuid;

use super::report::{SelfTestCheck, told};
use crate::config::GatewayConfig;
use crate::driver::BrokerCameras;
use crate::mqtt::probe::BrokerProbe;

/// A broker on the same network replies within milliseconds.
const ROUND_TRIP: Duration = Duration::from_secs(5);

const NAME: &str = "broker";

/// Returns the connection, on which the lanes' check listens for devices.
pub(super) async fn look(config: &GatewayConfig) -> (Option<BrokerProbe>, SelfTestCheck) {
    let at = format!("{}:{}", config.mqtt.host, config.mqtt.port);
    let topic = MqttTopic::Probe(config.garage.clone()).to_string();
    let [_, statuses] = MqttTopic::gateway_filters(&config.garage);
    let cameras = BrokerCameras::new(&config.lanes);
    let filters: Vec<String> = [topic.clone(), statuses].into_iter().chain(cameras.filters()).collect();
    let opened = BrokerProbe::open(&config.mqtt, &filters).await;
    let mut probe = match opened {
        Ok(probe) => probe,
        Err(error) => {
            let advice = "look at the broker, its address, and the gateway's user and password there";
            return (None, SelfTestCheck::failed(NAME, format!("{at}: {}", told(&error)), advice));
        }
    };
    let line = match round_trip(&mut probe, &topic).await {
        Ok(Some(took)) => SelfTestCheck::ok(
            NAME,
            format!("{at} takes this box's messages and gives them back in {} ms", took.as_millis()),
        ),
        Ok(None) => {
            let found = format!("{at} lets this box in and does not give its message on {topic} back");
            SelfTestCheck::failed(
                NAME,
                found,
                "write the broker's files again (gateway mosquitto-files) and reload it",
            )
        }
        Err(error) => {
            SelfTestCheck::failed(NAME, format!("{at}: {}", told(&error)), "look at the broker's log")
        }
    };
    (Some(probe), line)
}

async fn round_trip(
    probe: &mut BrokerProbe,
    topic: &str,
) -> Result<Option<Duration>, crate::mqtt::BrokerLinkError> {
    let (proof, started) = (Uuid::new_v4().to_string(), Instant::now());
    probe.publish(topic, proof.clone().into_bytes())?;
    while let Some(left) = ROUND_TRIP.checked_sub(started.elapsed()) {
        match probe.heard(left).await? {
            Some(heard) if heard.topic == topic && heard.payload == proof.as_bytes() => {
                return Ok(Some(started.elapsed()));
            }
            Some(_) => {}
            None => break,
        }
    }
    Ok(None)
}
