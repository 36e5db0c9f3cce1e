//! What a process has used of the machine's cores and memory, from `/proc`.

use std::fs;
use std::time::Instant;

/// Of a second: `USER_HZ` is 100 on every Linux that Debian makes.
const TICKS: f64 = 100.0;

/// One process, from one moment on.
pub(super) struct ProcessCpuUsage {
    name: String,
    since: Instant,
    ticks: f64,
}

impl ProcessCpuUsage {
    pub(super) fn own() -> Self {
        Self::named("self".to_owned())
    }

    pub(super) fn of(id: u32) -> Self {
        Self::named(id.to_string())
    }

    fn named(name: String) -> Self {
        Self { since: Instant::now(), ticks: ticks(&name), name }
    }

    /// Of all cores, since then.
    pub(super) fn percent(&self) -> f64 {
        share(ticks(&self.name) - self.ticks, self.since)
    }
}

/// Of this process, in memory, in bytes.
pub(super) fn resident() -> u64 {
    let text = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or(0) * 1_024
}

fn share(ticks: f64, since: Instant) -> f64 {
    let cores = std::thread::available_parallelism().map_or(1.0, |cores| cores.get() as f64);
    let all = since.elapsed().as_secs_f64() * TICKS * cores;
    (ticks / all * 1_000.0).round() / 10.0
}

/// In user mode and in the kernel: the 14th and 15th field, counted behind the name, which may have spaces.
fn ticks(process: &str) -> f64 {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let Some((_, fields)) = text.rsplit_once(')') else { return 0.0 };
    fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_process_has_used_time() {
        let own = ProcessCpuUsage::own();
        testkit::wait::until_blocking(std::time::Duration::from_secs(30), "a tick passes", || {
            std::hint::black_box((0..100_000_u64).map(std::hint::black_box).sum::<u64>());
            (ticks("self") > own.ticks).then_some(())
        });
        assert!(own.percent() > 0.0);
    }
}
