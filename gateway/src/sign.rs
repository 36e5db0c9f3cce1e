//! Open spaces for the guidance signs: retained, at each change, after each connect, and once a minute.
//!
//! Each message contains how long it may be shown. When the gateway or its link to the broker ends, the broker replaces
//! the number by "no data", the connection's last will.

use std::sync::Arc;
use std::time::Duration;

use domain::time::Clock;
use protocol::mqtt::{MqttTopic, OpenSpaces, VERSION};
use protocol::public::COUNT_MAX_AGE;
use tokio_util::sync::CancellationToken;

use crate::garage::{GarageState, SignSpaces};
use crate::metric::GatewayMetrics;
use crate::mqtt::{BrokerPublisher, MqttRetention};

/// Lets a sign distinguish a quiet garage from a dead gateway.
const AT_LEAST_EVERY: Duration = Duration::from_secs(60);

/// The broker may detect the end of the previous connection late and publish its last will over the new number. A
/// connection is dead after one and a half times its keep-alive of 5 s.
const AGAIN_AFTER_CONNECT: Duration = Duration::from_secs(10);

pub(crate) async fn run(
    garage: Arc<GarageState>,
    clock: Arc<dyn Clock>,
    mut broker: BrokerPublisher,
    meter: GatewayMetrics,
    stop: CancellationToken,
) {
    let mut shown: Option<SignSpaces> = None;
    let mut pause = AT_LEAST_EVERY;
    loop {
        let again = tokio::select! {
            () = stop.cancelled() => return,
            () = garage.changed.notified() => false,
            more = broker.changed() => {
                if !more {
                    return;
                }
                pause = AGAIN_AFTER_CONNECT;
                true
            }
            () = tokio::time::sleep(pause) => {
                pause = AT_LEAST_EVERY;
                true
            }
        };
        let spaces = garage.spaces();
        if !again && shown == Some(spaces) {
            continue;
        }
        let sent = show(&broker, &meter, clock.as_ref(), spaces).await;
        shown = sent.then_some(spaces);
    }
}

/// `false` if it was not published; the next connect publishes the newest number.
async fn show(
    broker: &BrokerPublisher,
    meter: &GatewayMetrics,
    clock: &dyn Clock,
    spaces: SignSpaces,
) -> bool {
    let garage = meter.garage().clone();
    let topic = MqttTopic::OpenSpaces(garage.clone()).to_string();
    let SignSpaces { capacity, open } = spaces;
    let max_age_s = COUNT_MAX_AGE.as_secs();
    let message = OpenSpaces { v: VERSION, garage, capacity, open, at: clock.now(), max_age_s };
    let Ok(payload) = serde_json::to_vec(&message) else { return false };
    broker.publish(topic, MqttRetention::Retained, payload).await.is_ok()
}
