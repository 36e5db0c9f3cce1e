//! The files of a Mosquitto 2 broker for one garage, generated from the same permissions as every other broker's.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::ids::{DeviceId, GarageId};
use protocol::mqtt::MqttPermissions;
use ring::pbkdf2;
use ring::rand::{SecureRandom, SystemRandom};
use service::config::SecretText;

use crate::config::file::DeviceBrokerUser;
use crate::mqtt::MAX_PAYLOAD;

/// Mosquitto's `$7$`: PBKDF2 with HMAC-SHA-512. Mosquitto's default is 101 rounds; the file contains the number of
/// rounds.
const ROUNDS: std::num::NonZeroU32 = std::num::NonZeroU32::new(10_000).expect("not zero");
/// Bytes, as `mosquitto_passwd` of 2.0 makes and expects them.
const SALT: usize = 12;
const HASH: usize = 64;

/// The operating system returned no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("no random bytes for a password's salt")]
pub struct NoRandomBytes;

/// A user of the broker.
pub struct MosquittoUser {
    permissions: MqttPermissions,
    password: SecretText,
}

impl MosquittoUser {
    /// The gateway subscribes to the topics of devices of other makes, and publishes commands to them.
    pub fn gateway<'a>(
        garage: &GarageId,
        foreign: impl IntoIterator<Item = &'a DeviceBrokerUser>,
        password: SecretText,
    ) -> Self {
        let mut permissions = MqttPermissions::gateway(garage);
        for device in foreign {
            permissions.subscribe.extend(device.publish.iter().cloned());
            permissions.publish.extend(device.subscribe.iter().cloned());
        }
        Self { permissions, password }
    }

    /// A device of another make may use its own topics only, and none of the garage's.
    pub fn foreign(
        garage: &GarageId,
        device: &DeviceId,
        topics: &DeviceBrokerUser,
        password: SecretText,
    ) -> Self {
        let username = MqttPermissions::device(garage, device).username;
        let (publish, subscribe) = (topics.publish.clone(), topics.subscribe.clone());
        Self { permissions: MqttPermissions { username, publish, subscribe }, password }
    }

    /// Guidance signs share one user with read access only.
    pub fn sign(garage: &GarageId, password: SecretText) -> Self {
        Self { permissions: MqttPermissions::sign(garage), password }
    }

    pub fn device(garage: &GarageId, device: &DeviceId, password: SecretText) -> Self {
        Self { permissions: MqttPermissions::device(garage, device), password }
    }
}

/// For `acl_file`. It denies every topic that is not listed.
pub fn acl_file(users: &[MosquittoUser]) -> String {
    let mut text = "# Written by `gateway mosquitto-files`.\n".to_owned();
    for MqttPermissions { username, publish, subscribe } in users.iter().map(|user| &user.permissions) {
        text.push_str(&format!("\nuser {username}\n"));
        for topic in publish {
            text.push_str(&format!("topic write {topic}\n"));
        }
        for topic in subscribe {
            text.push_str(&format!("topic read {topic}\n"));
        }
    }
    text
}

/// For `password_file`.
pub fn password_file(users: &[MosquittoUser]) -> Result<String, NoRandomBytes> {
    let random = SystemRandom::new();
    let line = |user: &MosquittoUser| {
        let mut salt = [0; SALT];
        random.fill(&mut salt).map_err(|_| NoRandomBytes)?;
        Ok(format!("{}:{}\n", user.permissions.username, hashed(user.password.expose(), &salt)))
    };
    users.iter().map(line).collect()
}

fn hashed(password: &str, salt: &[u8]) -> String {
    let mut hash = [0; HASH];
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA512, ROUNDS, salt, password.as_bytes(), &mut hash);
    format!("$7${ROUNDS}${}${}", STANDARD.encode(salt), STANDARD.encode(hash))
}

/// An example of a complete configuration; `folder` is the future folder of the other two files.
pub fn configuration(port: u16, folder: &std::path::Path) -> String {
    // Far above an event's limit: a message that is too large opens an exit and becomes a dead letter. The broker drops
    // only messages that would cost too much memory.
    let (limit, packet) = (MAX_PAYLOAD, MAX_PAYLOAD + 4 * 1024);
    let folder = folder.display();
    format!(
        "# Written by `gateway mosquitto-files`; for Mosquitto 2.\n\
         # The garage's own network at most: there is no TLS here.\n\
         listener {port} 127.0.0.1\n\
         # For controllers on the network of the garage, its address:\n\
         # listener {port} 192.168.1.10\n\
         \n\
         allow_anonymous false\n\
         password_file {folder}/passwordfile\n\
         acl_file {folder}/aclfile\n\
         \n\
         # Without it a command waits up to 40 ms for the other side's delayed acknowledgement.\n\
         set_tcp_nodelay true\n\
         \n\
         message_size_limit {limit}\n\
         max_packet_size {packet}\n\
         max_connections 1000\n\
         \n\
         # The broker is a pipe and keeps nothing: events are acknowledged end to end. Only the signs' retained\n\
         # message would survive, and the gateway publishes it again when it connects.\n\
         persistence false\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn users() -> Vec<MosquittoUser> {
        let garage = GarageId::parse("g").unwrap();
        let device = DeviceId::parse("in-1").unwrap();
        vec![
            MosquittoUser::gateway(&garage, [], SecretText::new("a")),
            MosquittoUser::device(&garage, &device, SecretText::new("b")),
        ]
    }

    #[test]
    fn a_device_may_use_its_own_topics_only() {
        let acl = acl_file(&users());
        let device = acl.split("user g.in-1\n").nth(1).unwrap();
        assert_eq!(
            device,
            "topic write parking/v1/g/in-1/event\ntopic write parking/v1/g/in-1/status\n\
             topic read parking/v1/g/in-1/command\ntopic read parking/v1/g/in-1/ack\n"
        );
    }

    #[test]
    fn passwords_are_salted() {
        let file = password_file(&users()).unwrap();
        let first = file.lines().next().unwrap();
        assert!(first.starts_with("g.gateway:$7$10000$"), "{first}");
        assert_ne!(file, password_file(&users()).unwrap());
    }
}
