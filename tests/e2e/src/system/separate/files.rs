//! The configuration files of one district, in one folder.

use std::fmt::Write;
use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::ids::GarageId;
use domain::occupancy::{LaneDirection, PassDetection};
use protocol::mqtt::MqttPermissions;
use simulator::district::{GarageSite, SiteLane};
use store::seal::SealingKeyring;

use crate::system::SystemAddresses;
use crate::system::passwords::DevicePasswords;

pub(super) struct SystemFiles {
    folder: PathBuf,
}

impl SystemFiles {
    pub(super) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    pub(super) fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    /// Returns the path.
    pub(super) fn write(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        fs::write(&path, text).expect("a file is written");
        path
    }

    /// Writes a file that only its owner can read; returns the TOML value that names it.
    pub(super) fn secret(&self, name: &str, value: &str) -> String {
        let path = self.write(name, value);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("the file's mode is set");
        format!("{{ file = \"{path}\" }}")
    }

    /// The key that `server new-key` wrote.
    pub(super) fn data_key(&self) -> [u8; SealingKeyring::KEY_LEN] {
        let text = fs::read_to_string(self.path("data.key")).expect("the data key");
        let bytes = STANDARD.decode(text.trim()).expect("a key in base64");
        bytes.try_into().expect("a key of 32 bytes")
    }

    pub(super) fn gateway_data(&self, garage: &GarageId) -> PathBuf {
        self.folder.join(format!("{garage}.data"))
    }

    /// Returns the path of the gateway's configuration. Without a token the gateway uses the credential in its data folder.
    pub(super) fn gateway(
        &self,
        site: &GarageSite,
        doors: &SystemAddresses,
        passwords: &DevicePasswords,
        token: Option<&str>,
        (health, plan_poll): (SocketAddr, u32),
    ) -> String {
        let garage = &site.garage;
        let own = passwords.of(&MqttPermissions::gateway(garage).username);
        let sign = passwords.of(&MqttPermissions::sign(garage).username);
        let mut text = format!(
            "garage = \"{garage}\"\ndata_dir = \"{data}\"\n\
             [mqtt]\nhost = \"{host}\"\nport = {port}\npassword = {own}\nsign_password = {sign}\n\
             [server]\nurl = \"http://{server}\"\n{token}plan_poll_seconds = {plan_poll}\n\
             [http]\nlisten = \"{health}\"\n",
            data = self.gateway_data(garage).display(),
            host = doors.mqtt.ip(),
            port = doors.mqtt.port(),
            own = self.secret(&format!("{garage}.gateway.password"), &own),
            sign = self.secret(&format!("{garage}.sign.password"), &sign),
            server = doors.server,
            token = token.map(|file| format!("token = {{ file = \"{file}\" }}\n")).unwrap_or_default(),
        );
        if let Some(cameras) = doors.cameras.filter(|_| site.has_camera()) {
            let _ = writeln!(text, "[devices]\nlisten = \"{cameras}\"");
        }
        for lane in &site.lanes {
            text.push_str(&self.lane(site, lane, passwords));
        }
        self.write(&format!("{garage}.toml"), &text)
    }

    fn lane(&self, site: &GarageSite, lane: &SiteLane, passwords: &DevicePasswords) -> String {
        let username = MqttPermissions::device(&site.garage, &lane.device).username;
        let direction = match lane.direction {
            LaneDirection::In => "in",
            LaneDirection::Out => "out",
        };
        let pass_by = match lane.pass_by {
            PassDetection::Loop => "loop",
            PassDetection::Plate => "plate",
        };
        let device = match &lane.camera {
            Some(camera) => format!("make = \"{}\"\naddress = \"{}\"\n", camera.make, camera.address),
            None => {
                let password = self.secret(&format!("{username}.password"), &passwords.of(&username));
                format!("device_password = {password}\n")
            }
        };
        format!(
            "[[lane]]\nid = \"{}\"\nname = \"{}\"\ndirection = \"{direction}\"\ndevice = \"{}\"\n\
             pass_by = \"{pass_by}\"\n{device}",
            lane.id, lane.name, lane.device
        )
    }
}
