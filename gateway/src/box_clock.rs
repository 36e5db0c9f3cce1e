//! Tracks whether the box's clock can be trusted. A box without a network and without a battery boots with the time of
//! its image or 1970.
//!
//! The last known time is kept in a file of the data folder. While the clock is more than a day behind it, the clock is
//! not trusted: decisions use rules without hours, and events carry the box's uptime, from which the server corrects
//! their time.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use domain::access::ClockTrust;
use domain::time::{Clock, Timestamp};
use protocol::alarm::{GatewayAlarm, GatewayAlarmKind};
use protocol::uplink::{GateEvent, UncertainTime};
use rustix::time::{ClockId, clock_gettime};
use tokio_util::sync::CancellationToken;

const FILE: &str = "last-known-time";

/// A clock that is hours behind was corrected or has the wrong time zone. It is not a clock that was never set.
const TOLERANCE: Duration = Duration::from_secs(24 * 3600);

/// Interval between two writes. The disk is an SD card in many boxes.
const WRITE_EVERY: Duration = Duration::from_secs(600);

/// 2026-01-01: no box ran this program earlier.
const FIRST: Timestamp = Timestamp::from_micros(1_767_225_600_000_000);

/// The box's clock and its last known time.
#[derive(Debug)]
pub(crate) struct BoxClock {
    path: PathBuf,
    last_known: AtomicI64,
    boot_id: String,
    /// The server's time at the last contact, in microseconds; 0 without one.
    server_time: AtomicI64,
    /// When the clock was first not trusted, in microseconds; 0 while it is trusted.
    untrusted_since: AtomicI64,
}

impl BoxClock {
    /// Restores the last known time from the folder's file.
    pub(crate) fn restored(folder: &Path) -> Self {
        let path = folder.join(FILE);
        let stored = fs::read_to_string(&path).ok().and_then(|text| Timestamp::parse(text.trim()).ok());
        let last_known = stored.unwrap_or(FIRST).max(FIRST);
        let boot_id = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        Self {
            path,
            last_known: AtomicI64::new(last_known.micros()),
            boot_id: boot_id.trim().to_owned(),
            server_time: AtomicI64::new(0),
            untrusted_since: AtomicI64::new(0),
        }
    }

    /// Registers the server's time at a response. It replaces a last known time that came from a clock years ahead.
    pub(crate) fn confirm(&self, server: Timestamp) {
        self.server_time.store(server.micros(), Ordering::Relaxed);
        self.last_known.fetch_min((server + TOLERANCE).micros(), Ordering::Relaxed);
    }

    fn last_known(&self) -> Timestamp {
        Timestamp::from_micros(self.last_known.load(Ordering::Relaxed))
    }

    /// Registers a time at which the clock was right, unless the server's time contradicts it.
    fn has_known(&self, now: Timestamp) {
        let server = self.server_time.load(Ordering::Relaxed);
        if server == 0 || now <= Timestamp::from_micros(server) + TOLERANCE {
            self.last_known.fetch_max(now.micros(), Ordering::Relaxed);
        }
    }

    pub(crate) fn trust(&self, now: Timestamp) -> ClockTrust {
        if now + TOLERANCE < self.last_known() {
            let _ = self.untrusted_since.compare_exchange(
                0,
                now.micros().max(1),
                Ordering::Relaxed,
                Ordering::Relaxed,
            );
            return ClockTrust::Untrusted;
        }
        self.untrusted_since.store(0, Ordering::Relaxed);
        self.has_known(now);
        ClockTrust::Trusted
    }

    /// The time for decisions: never before the last known time.
    pub(crate) fn decision_time(&self, now: Timestamp) -> Timestamp {
        match self.trust(now) {
            ClockTrust::Trusted => now,
            ClockTrust::Untrusted => self.last_known(),
        }
    }

    /// The uncertainty of an event's time while the clock is not trusted.
    pub(crate) fn uncertain_time(&self, now: Timestamp) -> Option<UncertainTime> {
        if self.trust(now) == ClockTrust::Trusted {
            return None;
        }
        Some(UncertainTime { boot_id: self.boot_id.clone(), uptime_ms: uptime_ms(), age_ms: None })
    }

    /// Fills in the age of an uncertain event when it is sent, if the box has not rebooted since.
    pub(crate) fn with_age(&self, event: &mut GateEvent) {
        if let Some(uncertain) = &mut event.uncertain_time {
            let is_same_boot = !self.boot_id.is_empty() && uncertain.boot_id == self.boot_id;
            uncertain.age_ms = is_same_boot.then(|| uptime_ms().saturating_sub(uncertain.uptime_ms));
        }
    }

    pub(crate) fn alarm(&self, now: Timestamp) -> Option<GatewayAlarm> {
        if self.trust(now) == ClockTrust::Trusted {
            return None;
        }
        let since = Timestamp::from_micros(self.untrusted_since.load(Ordering::Relaxed));
        let known = self.last_known();
        let detail =
            format!("the box's clock shows {} and has known {}", now.local_date(), known.local_date());
        Some(GatewayAlarm { since, ..GatewayAlarm::new(GatewayAlarmKind::ClockUntrusted, now, detail) })
    }

    /// Writes the last known time periodically.
    pub(crate) async fn run(self: Arc<Self>, clock: Arc<dyn Clock>, stop: CancellationToken) {
        loop {
            let now = clock.now();
            if self.trust(now) == ClockTrust::Trusted {
                let (path, known) = (self.path.clone(), self.last_known());
                let written = tokio::task::spawn_blocking(move || write(&path, known)).await;
                if !matches!(written, Ok(Ok(()))) {
                    tracing::warn!("last known time not written");
                }
            } else {
                tracing::warn!(now = %now.local_date(), "clock not trusted; standing rights decide");
            }
            if stop.run_until_cancelled(tokio::time::sleep(WRITE_EVERY)).await.is_none() {
                return;
            }
        }
    }
}

fn uptime_ms() -> u64 {
    let time = clock_gettime(ClockId::Boottime);
    let (seconds, nanos) =
        (u64::try_from(time.tv_sec).unwrap_or(0), u64::try_from(time.tv_nsec).unwrap_or(0));
    seconds * 1_000 + nanos / 1_000_000
}

/// Replaces the file as a whole or not at all.
fn write(path: &Path, now: Timestamp) -> std::io::Result<()> {
    let fresh = path.with_extension("new");
    let mut file = fs::File::create(&fresh)?;
    file.write_all(serde_json::to_string(&now)?.trim_matches('"').as_bytes())?;
    file.sync_all()?;
    fs::rename(&fresh, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_795_419_000_000_000);

    #[test]
    fn a_clock_of_1970_is_not_trusted_and_decides_by_the_last_known_time() {
        let folder = tempfile::tempdir().unwrap();
        write(&folder.path().join(FILE), NOW).unwrap();
        let clock = BoxClock::restored(folder.path());
        let unset = Timestamp::from_micros(60_000_000);
        assert_eq!(clock.trust(unset), ClockTrust::Untrusted);
        assert_eq!(clock.decision_time(unset), NOW);
        assert!(clock.alarm(unset).is_some() && clock.uncertain_time(unset).is_some());
        assert_eq!(
            clock.trust(NOW - Duration::from_secs(3_600)),
            ClockTrust::Trusted,
            "an hour is no loss of time"
        );
        assert_eq!(clock.trust(NOW + TOLERANCE), ClockTrust::Trusted);
        assert!(clock.alarm(NOW).is_none() && clock.uncertain_time(NOW).is_none());
    }

    #[test]
    fn a_clock_that_ran_years_ahead_is_put_right_by_the_server() {
        let folder = tempfile::tempdir().unwrap();
        let clock = BoxClock::restored(folder.path());
        let ahead = NOW + TOLERANCE * 3_000;
        assert_eq!(clock.trust(ahead), ClockTrust::Trusted);
        assert_eq!(clock.trust(NOW), ClockTrust::Untrusted);
        clock.confirm(NOW);
        assert_eq!(clock.trust(NOW), ClockTrust::Trusted);
        clock.trust(ahead);
        assert_eq!(clock.trust(NOW), ClockTrust::Trusted, "what the server denies is not known");
    }

    #[test]
    fn a_box_without_a_file_knows_that_it_is_not_1970() {
        let folder = tempfile::tempdir().unwrap();
        let clock = BoxClock::restored(folder.path());
        assert_eq!(clock.trust(Timestamp::from_micros(0)), ClockTrust::Untrusted);
        assert_eq!(clock.trust(NOW), ClockTrust::Trusted);
    }
}
