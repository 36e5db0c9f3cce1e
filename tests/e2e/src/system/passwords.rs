//! MQTT passwords by user name, kept by the code that started the system.

use std::collections::BTreeMap;

use protocol::mqtt::MqttPermissions;
use simulator::district::GarageSite;
use uuid::Uuid;

#[derive(Debug, Clone, Default)]
pub(super) struct DevicePasswords(pub BTreeMap<String, String>);

impl DevicePasswords {
    /// Makes a password for every controller, gateway and sign.
    pub(super) fn invent(sites: &[GarageSite]) -> Self {
        let users = sites.iter().flat_map(|site| {
            let devices = site.controllers().map(|lane| MqttPermissions::device(&site.garage, &lane.device));
            devices.chain([MqttPermissions::gateway(&site.garage), MqttPermissions::sign(&site.garage)])
        });
        Self(users.map(|user| (user.username, Uuid::new_v4().simple().to_string())).collect())
    }

    pub(super) fn of(&self, username: &str) -> String {
        self.0.get(username).unwrap_or_else(|| panic!("nobody called {username} has a password")).clone()
    }
}
