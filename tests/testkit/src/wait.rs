//! Polling with a deadline, in place of sleeping.
//!
//! A deadline bounds a failing test and measures nothing: it is long enough for a machine on which many times as many processes run
//! as it has cores.

use std::thread;
use std::time::{Duration, Instant};

/// Short compared with the waits of tests, long compared with one probe.
const INTERVAL: Duration = Duration::from_millis(10);

/// Longest wait for what must happen.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Repeats `probe` until it returns `Some`; panics after `deadline` with the name `what`.
pub async fn until<T>(deadline: Duration, what: &str, mut probe: impl AsyncFnMut() -> Option<T>) -> T {
    let polling = async {
        loop {
            if let Some(found) = probe().await {
                return found;
            }
            tokio::time::sleep(INTERVAL).await;
        }
    };
    match tokio::time::timeout(deadline, polling).await {
        Ok(found) => found,
        Err(_) => panic!("waited {deadline:?} in vain: {what}"),
    }
}

/// The same with a probe that states what is missing; the panic has its last reason.
pub async fn until_ok<T>(
    deadline: Duration,
    what: &str,
    mut probe: impl AsyncFnMut() -> Result<T, String>,
) -> T {
    let mut reason = "the first probe has not ended".to_owned();
    let polling = async {
        loop {
            match probe().await {
                Ok(found) => return found,
                Err(missing) => reason = missing,
            }
            tokio::time::sleep(INTERVAL).await;
        }
    };
    let ended = tokio::time::timeout(deadline, polling).await;
    ended.unwrap_or_else(|_| panic!("waited {deadline:?} in vain: {what}: {reason}"))
}

/// The same without a runtime.
pub fn until_blocking<T>(deadline: Duration, what: &str, mut probe: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = probe() {
            return found;
        }
        assert!(started.elapsed() < deadline, "waited {deadline:?} in vain: {what}");
        thread::sleep(INTERVAL);
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    #[tokio::test]
    async fn the_first_answer_counts() {
        let mut looks = 0;
        let found = until(Duration::from_secs(5), "the third look", async || {
            looks += 1;
            (looks == 3).then_some(looks)
        });
        assert_eq!(found.await, 3);
    }

    #[tokio::test]
    #[should_panic(expected = "in vain: a count: 3 instead of 4")]
    async fn the_last_reason_is_in_the_panic() {
        let probe = async || Err::<(), _>("3 instead of 4".to_owned());
        until_ok(Duration::from_millis(30), "a count", probe).await;
    }

    #[tokio::test]
    #[should_panic(expected = "in vain: a frame")]
    async fn a_probe_that_hangs_does_not_outlast_the_deadline() {
        until(Duration::from_millis(30), "a frame", async || pending::<Option<()>>().await).await;
    }
}
