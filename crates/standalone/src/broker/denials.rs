//! Counts every refusal and logs the first of a burst, so that a broken controller fills neither disk nor terminal.
//!
//! Metric labels contain only names of the user table. An unknown name is counted as `unknown`, otherwise any client could
//! grow the metrics without bound. Payloads are never logged, and of a topic only its plain levels.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Length of a burst: refusals of one user and action within this time.
const BURST: Duration = Duration::from_secs(30);

/// Label for names that are not in the user table.
pub(super) const UNKNOWN: &str = "unknown";

/// Most characters of a refused topic in a log line.
const TOPIC_CHARS: usize = 200;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum BrokerAction {
    Connect,
    Publish,
    Subscribe,
    Will,
}

impl BrokerAction {
    fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Publish => "publish",
            Self::Subscribe => "subscribe",
            Self::Will => "will",
        }
    }
}

#[derive(Default)]
pub(super) struct DenialLog {
    bursts: Mutex<HashMap<(String, BrokerAction), DenialBurst>>,
}

struct DenialBurst {
    began: Instant,
    unlogged: u64,
}

impl DenialLog {
    /// `username` is a name of the user table or [`UNKNOWN`]; `object` is the topic, or the reason of a refused log-in.
    pub(super) fn record(&self, username: &str, action: BrokerAction, object: &str) {
        metrics::counter!("mqtt_denied_total", "username" => username.to_owned(), "action" => action.as_str())
            .increment(1);
        let Some(earlier) = self.begins_burst(username, action, Instant::now()) else { return };
        let object = without_data(object);
        tracing::warn!(
            mqtt.username = username,
            mqtt.action = action.as_str(),
            mqtt.object = ?object,
            mqtt.unlogged_before = earlier,
            "MQTT request refused; repeats within 30 s are only counted"
        );
    }

    /// Number of unlogged refusals since the last logged one, if this refusal begins a burst; else `None`.
    fn begins_burst(&self, username: &str, action: BrokerAction, now: Instant) -> Option<u64> {
        let mut bursts = self.bursts.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(burst) = bursts.get_mut(&(username.to_owned(), action)) else {
            bursts.insert((username.to_owned(), action), DenialBurst { began: now, unlogged: 0 });
            return Some(0);
        };
        if now.saturating_duration_since(burst.began) < BURST {
            burst.unlogged += 1;
            return None;
        }
        burst.began = now;
        Some(std::mem::take(&mut burst.unlogged))
    }
}

/// A topic whose levels of other characters than ours are `*`: a client may write anything into a topic, and a plate has
/// capital letters. The reasons of refused log-ins stay as they are.
fn without_data(object: &str) -> String {
    let is_plain = |c: char| {
        c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, ' ' | '-' | '_' | '.' | '+' | '#' | '$')
    };
    let level = |level: &str| if level.chars().all(is_plain) { level.to_owned() } else { "*".to_owned() };
    let levels: Vec<String> = object.split('/').map(level).collect();
    levels.join("/").chars().take(TOPIC_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_logged_without_what_may_be_data() {
        assert_eq!(without_data("parking/v1/garage-1/+/event"), "parking/v1/garage-1/+/event");
        assert_eq!(without_data("parking/v1/鲁B12345/in"), "parking/v1/*/in");
    }

    #[test]
    fn a_burst_is_logged_once_and_the_next_tells_how_many_went_before() {
        let (denials, start) = (DenialLog::default(), Instant::now());
        assert_eq!(denials.begins_burst("a", BrokerAction::Publish, start), Some(0));
        assert_eq!(denials.begins_burst("a", BrokerAction::Publish, start), None);
        assert_eq!(denials.begins_burst("a", BrokerAction::Publish, start), None);
        assert_eq!(denials.begins_burst("a", BrokerAction::Will, start), Some(0));
        assert_eq!(denials.begins_burst("a", BrokerAction::Publish, start + BURST), Some(2));
    }
}
