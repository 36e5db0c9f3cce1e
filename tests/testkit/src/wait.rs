//! Polling with a deadline, in place of sleeping.

use std::thread;
use std::time::{Duration, Instant};

/// Short compared with the waits of tests, long compared with one probe.
const INTERVAL: Duration = Duration::from_millis(10);

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
    #[should_panic(expected = "in vain: a frame")]
    async fn a_probe_that_hangs_does_not_outlast_the_deadline() {
        until(Duration::from_millis(30), "a frame", async || pending::<Option<()>>().await).await;
    }
}
