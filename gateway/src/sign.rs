//! Open spaces for the guidance signs: retained, at each change, after each connect, and once a minute.

use std::sync::Arc;
use std::time::Duration;

use domain::time::Clock;
use protocol::mqtt::{OpenSpaces, Topic, VERSION};
use tokio_util::sync::CancellationToken;

use crate::garage::{Garage, Spaces};
use crate::metric::Meter;
use crate::mqtt::{Broker, Keep};

/// So that a sign can tell a quiet garage from a dead gateway.
const AT_LEAST_EVERY: Duration = Duration::from_secs(60);

pub(crate) async fn run(
    garage: Arc<Garage>,
    clock: Arc<dyn Clock>,
    mut broker: Broker,
    meter: Meter,
    stop: CancellationToken,
) {
    let mut shown: Option<Spaces> = None;
    loop {
        let again = tokio::select! {
            () = stop.cancelled() => return,
            () = garage.changed.notified() => false,
            more = broker.changed() => if more { true } else { return },
            () = tokio::time::sleep(AT_LEAST_EVERY) => true,
        };
        let spaces = garage.spaces();
        if !again && shown == Some(spaces) {
            continue;
        }
        let sent = show(&broker, &meter, clock.as_ref(), spaces).await;
        shown = sent.then_some(spaces);
    }
}

/// `false` when it was given up; the next connect shows the newest.
async fn show(broker: &Broker, meter: &Meter, clock: &dyn Clock, spaces: Spaces) -> bool {
    let garage = meter.garage().clone();
    let topic = Topic::OpenSpaces(garage.clone()).to_string();
    let Spaces { capacity, open } = spaces;
    let message = OpenSpaces { v: VERSION, garage, capacity, open, at: clock.now() };
    let Ok(payload) = serde_json::to_vec(&message) else { return false };
    broker.publish(topic, Keep::Retained, payload).await.is_ok()
}
