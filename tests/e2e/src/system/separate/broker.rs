//! Mosquitto with the files that the gateways' binary writes.
//!
//! In production each garage has its own broker; here one broker serves all garages, with their files concatenated.

use simulator::district::GarageSite;
use testkit::mosquitto::{MosquittoBroker, MosquittoConfig};
use testkit::process::TestProgram;

use super::files::SystemFiles;
use super::server_command::run;
use crate::system::SystemAddresses;

/// Settings of a listener and of files, which testkit writes itself.
const OURS: [&str; 6] =
    ["listener", "allow_anonymous", "password_file", "acl_file", "persistence", "set_tcp_nodelay"];

pub(super) async fn start(
    files: &SystemFiles,
    doors: &SystemAddresses,
    sites: &[GarageSite],
) -> MosquittoBroker {
    let (mut acl, mut users, mut extra) = (String::new(), String::new(), String::new());
    for site in sites {
        let out = files.path(&format!("{}.mosquitto", site.garage));
        let config = files.path(&format!("{}.toml", site.garage));
        run(TestProgram::named("gateway").args(["mosquitto-files", "--config", &config, "--out", &out]))
            .await;
        let read =
            |name: &str| std::fs::read_to_string(format!("{out}/{name}")).expect("a file of the broker");
        acl.push_str(&read("aclfile"));
        users.push_str(&read("passwordfile"));
        extra = read("mosquitto.conf")
            .lines()
            .filter(|line| !ours(line))
            .fold(String::new(), |all, line| all + line + "\n");
    }
    MosquittoBroker::start(MosquittoConfig {
        acl: Some(acl),
        passwords: Some(users),
        extra,
        port: Some(doors.mqtt.port()),
        ..MosquittoConfig::default()
    })
}

fn ours(line: &str) -> bool {
    line.starts_with('#') || OURS.contains(&line.split(' ').next().unwrap_or_default())
}
