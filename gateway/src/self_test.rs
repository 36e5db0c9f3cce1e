//! Proves that this box can do its work, beside the running gateway or without it: what is wrong is named with what to do.
//!
//! It changes nothing: its record goes into a scratch file beside the outbox, its message to a topic of its own, and the
//! folder's lock is not touched. A check that depends on another one that failed says so instead of failing again.

mod broker;
mod clock;
mod disk;
mod lanes;
mod report;
mod running;
mod server;

use std::time::Duration;

use domain::time::Timestamp;

use crate::config::Config;
pub use report::{Line, Report, Verdict};

/// Devices of the native protocol say that they live every 10 s.
pub const DEVICES_WAIT: Duration = Duration::from_secs(12);

/// What each exit does while this box is dead, as far as the makes' documents say; without a look at the network.
pub fn unattended_exits(config: &Config) -> Vec<Line> {
    config.lanes.iter().filter_map(lanes::unattended).collect()
}

/// Looks at everything. `wait` is how long devices are listened to where no gateway runs that has heard them.
pub async fn run(config: &Config, wait: Duration, now: impl Fn() -> Timestamp) -> Report {
    let mut report = Report::default();
    let lanes = format!("garage {}, {} lanes", config.garage, config.lanes.len());
    report.add(Line::ok("configuration", lanes));
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
