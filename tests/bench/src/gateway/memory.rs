//! Memory of a process, as the kernel reports it.

use serde::Serialize;

/// Resident, now and at its highest since the process started.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct ResidentMemory {
    pub rss_kib: u64,
    pub highest_kib: u64,
}

impl ResidentMemory {
    pub fn of(process: u32) -> Self {
        let text = std::fs::read_to_string(format!("/proc/{process}/status")).expect("the process runs");
        let field = |name: &str| {
            let value = text.lines().find_map(|line| line.strip_prefix(name));
            value.and_then(|value| value.split_whitespace().next()?.parse().ok()).unwrap_or(0)
        };
        Self { rss_kib: field("VmRSS:"), highest_kib: field("VmHWM:") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_occupies_something() {
        let memory = ResidentMemory::of(std::process::id());
        assert!(memory.rss_kib > 0 && memory.highest_kib >= memory.rss_kib, "{memory:?}");
    }
}
