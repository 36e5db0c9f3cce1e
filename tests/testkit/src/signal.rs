//! Signals to processes that a test has started.

use std::process::Command;

/// Sends `name` (`TERM`, `HUP`, `STOP`, `CONT`, `KILL`) to `pid`; false when there is no such process any more.
///
/// Through the shell's own `kill`: it is on every machine, and safe Rust has none.
pub fn send(name: &str, pid: u32) -> bool {
    let script = format!("kill -{name} {pid} 2>/dev/null");
    Command::new("sh").args(["-c", &script]).status().expect("sh runs").success()
}
