//! The message that the broker publishes for a gateway whose connection has ended.

use domain::ids::GarageId;
use domain::time::Clock;
use protocol::mqtt::{MqttTopic, OpenSpaces};
use service::clock::SystemClock;

/// The signs' message when this gateway is gone: the topic and "no data", to be retained.
pub(crate) fn last_will(garage: &GarageId) -> (String, Vec<u8>) {
    let message = OpenSpaces::unknown(garage.clone(), SystemClock.now());
    // Our own types always serialise.
    (MqttTopic::OpenSpaces(garage.clone()).to_string(), serde_json::to_vec(&message).unwrap_or_default())
}
