//! MQTT passwords by user name, kept by the code that started the system.

use std::collections::BTreeMap;

use protocol::mqtt::Permissions;
use simulator::district::Site;
use uuid::Uuid;

#[derive(Debug, Clone, Default)]
pub(super) struct Passwords(pub BTreeMap<String, String>);

impl Passwords {
    /// Makes a password for every controller, gateway and sign.
    pub fn invent(sites: &[Site]) -> Self {
        let users = sites.iter().flat_map(|site| {
            let devices = site.lanes.iter().map(|lane| Permissions::device(&site.garage, &lane.device));
            devices.chain([Permissions::gateway(&site.garage), Permissions::sign(&site.garage)])
        });
        Self(users.map(|user| (user.username, Uuid::new_v4().simple().to_string())).collect())
    }

    pub fn of(&self, username: &str) -> String {
        self.0.get(username).unwrap_or_else(|| panic!("nobody called {username} has a password")).clone()
    }
}
