//! A guidance sign at the road: it receives only its garage's retained message.

use std::net::SocketAddr;

use domain::ids::GarageId;
use protocol::mqtt::{MqttPermissions, MqttTopic, OpenSpaces};

use crate::mqtt::MqttProbe;
use crate::phone::PATIENCE;

pub struct SignClient {
    client: MqttProbe,
}

impl SignClient {
    pub async fn connect(broker: SocketAddr, garage: &GarageId, password: &str) -> Self {
        let username = MqttPermissions::sign(garage).username;
        let client = MqttProbe::connect(broker, &username, password).await.expect("the sign may connect");
        client.subscribe(&MqttTopic::OpenSpaces(garage.clone()).to_string()).await;
        Self { client }
    }

    /// The next message; a new sign receives the retained message first.
    pub async fn next(&mut self) -> OpenSpaces {
        let (_, payload) = self.client.next().await;
        serde_json::from_slice(&payload).expect("open spaces of the protocol")
    }

    /// Waits until it shows `open` free spaces.
    pub async fn shows(&mut self, open: u32) {
        self.shows_what(&format!("{open} open spaces"), |shown| shown == Some(open)).await;
    }

    /// Waits until it shows a number.
    pub async fn shows_a_number(&mut self) -> u32 {
        self.shows_what("a number", |shown| shown.is_some()).await.unwrap_or_default()
    }

    async fn shows_what(&mut self, what: &str, wanted: impl Fn(Option<u32>) -> bool) -> Option<u32> {
        let mut shown = None;
        let reading = async {
            while !wanted(shown) {
                shown = self.next().await.open;
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, reading).await;
        assert!(in_time.is_ok(), "the sign shows {shown:?} instead of {what}");
        shown
    }
}
