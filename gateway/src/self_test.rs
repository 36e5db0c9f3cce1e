//! Checks that this box can do its work, beside the running gateway or without it. Each fault is reported with a
//! remedy.
//!
//! It changes nothing: its record goes to a scratch file beside the outbox, its message to a topic of its own, and it
//! does not take the folder's lock. A check that depends on a failed one reports this instead of failing again.

mod broker;
mod clock;
mod disk;
mod lanes;
mod report;
mod running;
mod server;

use std::time::Duration;

use domain::time::Timestamp;

use crate::config::GatewayConfig;
pub use report::{SelfTestCheck, SelfTestReport, SelfTestVerdict};

/// Devices with the native protocol send a heartbeat every 10 s.
pub const DEVICES_WAIT: Duration = Duration::from_secs(12);

/// The behaviour of each exit while this box is down, according to the makes' documents; without network access.
pub fn unattended_exits(config: &GatewayConfig) -> Vec<SelfTestCheck> {
    config.lanes.iter().filter_map(lanes::unattended).collect()
}

/// Runs all checks. `wait` is how long the self-test listens for devices if no running gateway has received their
/// messages.
pub async fn run(config: &GatewayConfig, wait: Duration, now: impl Fn() -> Timestamp) -> SelfTestReport {
    let mut report = SelfTestReport::default();
    let lanes = format!("garage {}, {} lanes", config.garage, config.lanes.len());
    report.add(SelfTestCheck::ok("configuration", lanes));
    report.add(SelfTestCheck::ok("fire inputs", config.fire_inputs_summary()));
    report.add(disk::folder(&config.data_dir));
    report.add(disk::space(&config.data_dir));
    report.add(disk::outbox(&config.data_dir, now()).await);
    let (running, line) = running::look(config).await;
    report.add(line);
    let seen = server::look(config).await;
    report.add(clock::compare(seen.as_ref().ok().and_then(|seen| seen.date), now()));
    report.add(server::line(config, seen, now()));
    report.add(disk::plan(&config.data_dir, now()).await);
    let (probe, line) = broker::look(config).await;
    report.add(line);
    for line in lanes::look(config, running, probe, wait, now).await {
        report.add(line);
    }
    report
}
