//! Logs and metrics, both global to a process. [`metrics_recorder`] may be called repeatedly, because `standalone` runs gateways, server
//! and miniapp-api in one process. [`init`] succeeds only once.

use std::io::{self, IsTerminal};
use std::str::FromStr;
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use metrics_exporter_prometheus::{
    BuildError, Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};
use serde::Deserialize;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::TryInitError;

use crate::build;

/// Upper bounds in seconds: fine around the targets (a command in a few ms, a frame under 50 ms), coarse above.
const SECONDS: [f64; 16] =
    [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.2, 0.5, 1.0, 3.0, 10.0, 30.0];

/// Interval at which histogram samples in memory are sorted into buckets; scrapes alone would not bound that memory.
const UPKEEP: Duration = Duration::from_secs(5);

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    #[default]
    Text,
    Json,
}

#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not a log format; it is `text` or `json`")]
pub struct UnknownLogFormat(String);

impl FromStr for LogFormat {
    type Err = UnknownLogFormat;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            other => Err(UnknownLogFormat(other.to_owned())),
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    #[error("RUST_LOG or the default log filter cannot be read")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    #[error("logging has been set up already")]
    Twice(#[from] TryInitError),
}

/// Writes logs to standard error; standard output is for the program's own output. `RUST_LOG` overrides
/// `default_filter`, such as `info,sqlx=warn`.
pub fn init(format: LogFormat, default_filter: &str) -> Result<(), TelemetryError> {
    use tracing_subscriber::util::SubscriberInitExt;

    let filter = match std::env::var("RUST_LOG") {
        Ok(set) if !set.is_empty() => EnvFilter::try_new(set)?,
        _ => EnvFilter::try_new(default_filter)?,
    };
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        // A closed log pipe must not panic the task that logs, such as the one that waits for SIGTERM.
        .log_internal_errors(false)
        .with_ansi(io::stderr().is_terminal());
    match format {
        LogFormat::Text => builder.finish().try_init()?,
        LogFormat::Json => builder.json().flatten_event(true).finish().try_init()?,
    }
    Ok(())
}

/// The process's only recorder; the first call installs it.
pub fn metrics_recorder() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(install).clone()
}

fn install() -> PrometheusHandle {
    let recorder = recorder().unwrap_or_else(|error| {
        tracing::error!(%error, "histogram buckets rejected; falling back to summaries");
        PrometheusBuilder::new().build_recorder()
    });
    let handle = recorder.handle();
    if metrics::set_global_recorder(recorder).is_err() {
        tracing::error!("metrics recorder already installed; /metrics stays empty");
    }
    metrics::gauge!("build_info", "version" => build::VERSION, "revision" => build::REVISION).set(1.0);
    let upkeep = handle.clone();
    thread::spawn(move || {
        loop {
            thread::sleep(UPKEEP);
            upkeep.run_upkeep();
        }
    });
    handle
}

fn recorder() -> Result<PrometheusRecorder, BuildError> {
    let suffix = Matcher::Suffix("_seconds".to_owned());
    Ok(PrometheusBuilder::new().set_buckets_for_metric(suffix, &SECONDS)?.build_recorder())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_recorder_is_the_first_one() {
        let first = metrics_recorder();
        metrics::counter!("telemetry_test_total").increment(3);
        assert!(metrics_recorder().render().contains("telemetry_test_total 3"));
        assert!(first.render().contains("telemetry_test_total 3"));
    }

    #[test]
    fn seconds_are_sorted_into_buckets() {
        let handle = metrics_recorder();
        metrics::histogram!("telemetry_test_seconds").record(0.004);
        assert!(handle.render().contains(r#"telemetry_test_seconds_bucket{le="0.005"} 1"#));
    }

    #[test]
    fn the_build_is_a_metric() {
        let text = metrics_recorder().render();
        let line = text.lines().find(|line| line.starts_with("build_info{")).unwrap();
        assert!(line.contains(&format!("version=\"{}\"", build::VERSION)), "{line}");
        assert!(line.contains(&format!("revision=\"{}\"", build::REVISION)), "{line}");
        assert!(line.ends_with(" 1"), "{line}");
    }

    #[test]
    fn a_bad_filter_and_a_bad_format_are_errors() {
        assert!(matches!(init(LogFormat::Text, "a=b=c"), Err(TelemetryError::Filter(_))));
        assert!("xml".parse::<LogFormat>().unwrap_err().to_string().contains("`text` or `json`"));
        assert_eq!("json".parse::<LogFormat>().unwrap(), LogFormat::Json);
    }
}
