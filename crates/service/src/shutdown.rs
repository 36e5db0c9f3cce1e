//! One token for the whole process: the first SIGINT or SIGTERM cancels it, a second one ends the process at once.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Exit code that a shell reports for a program that Ctrl-C has ended.
const INTERRUPTED: i32 = 130;

/// Installs the handlers before it returns, so that no early signal is lost. Needs a tokio runtime.
pub fn on_signals() -> io::Result<CancellationToken> {
    let interrupt = signal(SignalKind::interrupt())?;
    let terminate = signal(SignalKind::terminate())?;
    let token = CancellationToken::new();
    tokio::spawn(watch(interrupt, terminate, token.clone()));
    Ok(token)
}

#[expect(clippy::exit, reason = "a second signal skips the drain")]
async fn watch(mut interrupt: Signal, mut terminate: Signal, token: CancellationToken) {
    let name = either(&mut interrupt, &mut terminate).await;
    token.cancel();
    tracing::info!(signal = name, "shutdown signal received; a second signal exits at once");
    let name = either(&mut interrupt, &mut terminate).await;
    tracing::warn!(signal = name, "second shutdown signal received; exiting without drain");
    std::process::exit(INTERRUPTED);
}

async fn either(interrupt: &mut Signal, terminate: &mut Signal) -> &'static str {
    tokio::select! {
        _ = interrupt.recv() => "SIGINT",
        _ = terminate.recv() => "SIGTERM",
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::process::{Child, Command, Stdio};
    use std::time::Duration;

    use super::*;

    const IN_CHILD: &str = "SHUTDOWN_TEST_CHILD";

    /// Not a test case: the real tests start it as a child process. Without the variable it does nothing.
    #[test]
    fn child() {
        if std::env::var_os(IN_CHILD).is_none() {
            return;
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let token = on_signals().unwrap();
            eprintln!("waiting");
            token.cancelled().await;
            eprintln!("cancelled");
            tokio::time::sleep(Duration::from_secs(30)).await;
        });
    }

    fn spawn() -> (Child, impl Iterator<Item = String>) {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "shutdown::tests::child", "--nocapture"])
            .env(IN_CHILD, "1")
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
        (child, lines)
    }

    fn send(child: &Child, name: &str) {
        // Every machine has the shell's own `kill`, but not the program of that name.
        let script = format!("kill {name} {}", child.id());
        let sent = Command::new("sh").args(["-c", &script]).status().unwrap();
        assert!(sent.success());
    }

    #[test]
    fn the_first_signal_cancels_and_the_second_ends_at_once() {
        let (mut child, mut lines) = spawn();
        assert!(lines.any(|line| line == "waiting"));
        send(&child, "-TERM");
        assert!(lines.any(|line| line == "cancelled"), "SIGTERM did not cancel the token");
        send(&child, "-INT");
        assert_eq!(child.wait().unwrap().code(), Some(INTERRUPTED));
    }
}
