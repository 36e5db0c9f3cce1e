//! `wrk`, which sends requests as fast as they are answered over connections that stay open.

use serde::Serialize;
use tokio::process::Command;

/// One round of one server.
#[derive(Debug, Clone)]
pub(super) struct FeedLoad {
    pub url: String,
    pub gzip: bool,
    pub connections: usize,
    pub seconds: u64,
}

/// What a round has found.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct FeedMeasurement {
    pub per_s: f64,
    pub p50_us: f64,
    pub p99_us: f64,
    pub requests: u64,
    /// Answers that were no success, and connections that broke.
    pub failed: u64,
}

impl FeedLoad {
    pub(super) async fn run(&self) -> FeedMeasurement {
        let mut wrk = Command::new("wrk");
        // One thread is not the bottleneck: it reads more than either server answers on the rest of two cores.
        wrk.args(["--latency", "--threads", "1", "--timeout", "10s", "--connections"])
            .arg(self.connections.to_string());
        wrk.arg("--duration").arg(format!("{}s", self.seconds));
        if self.gzip {
            wrk.args(["--header", "Accept-Encoding: gzip"]);
        }
        let output = wrk.arg(&self.url).kill_on_drop(true).output().await;
        let output = output.expect("wrk runs; `cargo xtask bench feed` installs it");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        measured(&text)
            .unwrap_or_else(|| panic!("wrk said: {text}{}", String::from_utf8_lossy(&output.stderr)))
    }
}

/// Reads what `wrk --latency` prints.
fn measured(text: &str) -> Option<FeedMeasurement> {
    let lines = || text.lines().map(str::trim);
    let after = |start: &str| lines().find_map(|line| Some(line.strip_prefix(start)?.trim().to_owned()));
    let requests = lines().find(|line| line.contains(" requests in "))?.split(' ').next()?.parse().ok()?;
    let bad = after("Non-2xx or 3xx responses:").map_or(Some(0), |count| count.parse().ok())?;
    let broken = after("Socket errors:").map_or(0, |counts| {
        counts.split(',').filter_map(|part| part.trim().rsplit(' ').next()?.parse::<u64>().ok()).sum()
    });
    Some(FeedMeasurement {
        per_s: after("Requests/sec:")?.parse().ok()?,
        p50_us: micros(&after("50%")?)?,
        p99_us: micros(&after("99%")?)?,
        requests,
        failed: bad + broken,
    })
}

/// `635.91us`, `1.04ms`, `2.00s`.
fn micros(text: &str) -> Option<f64> {
    let units = [("us", 1.0), ("ms", 1_000.0), ("s", 1_000_000.0)];
    units.into_iter().find_map(|(unit, factor)| Some(text.strip_suffix(unit)?.parse::<f64>().ok()? * factor))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In the form of wrk 4.1's README.
    const PRINTED: &str = "Running 10s test @ http://127.0.0.1:1/x\n  1 threads and 16 connections\n  Thread Stats   Avg      Stdev     Max   +/- Stdev\n    \
        Latency   635.91us    0.89ms  12.92ms   93.69%\n    Req/Sec    56.20k     8.07k   62.00k    86.54%\n  Latency Distribution\n     50%  250.00us\n     \
        75%  491.00us\n     90%  700.00us\n     99%    5.80ms\n  224646 requests in 10.00s, 177.6MB read\n  Socket errors: connect 0, read 1, write 0, timeout 2\n  \
        Non-2xx or 3xx responses: 4\nRequests/sec:  22464.60\nTransfer/sec:     17.76MB\n";

    #[test]
    fn what_wrk_prints_is_read() {
        let read = measured(PRINTED).unwrap();
        let expected =
            FeedMeasurement { per_s: 22464.6, p50_us: 250.0, p99_us: 5800.0, requests: 224_646, failed: 7 };
        assert_eq!(read, expected);
        assert_eq!(measured("unable to connect"), None);
    }
}
