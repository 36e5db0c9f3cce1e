//! Results of a load run.

use std::time::{Duration, Instant};

use serde::Serialize;

use super::LoadEntry;
use crate::controller::ControllerCounters;

/// Every entry in the order of its intended time, and the counters' growth during the run.
#[derive(Debug, Clone)]
pub struct LoadReport {
    pub entries: Vec<LoadEntry>,
    /// Not sent: refused by a full store, or the run was ended.
    pub refused: usize,
    pub counters: ControllerCounters,
}

impl LoadReport {
    /// Sent and never acknowledged.
    pub fn lost(&self) -> usize {
        self.entries.iter().filter(|e| e.acked.is_none()).count()
    }

    /// Entries without a command in time, though they may be stored.
    pub fn unanswered(&self) -> usize {
        self.entries.iter().filter(|e| e.commanded.is_none()).count()
    }

    pub fn opened(&self) -> usize {
        self.entries.iter().filter(|e| e.opened).count()
    }

    /// Entries that were answered more than once.
    pub fn duplicates(&self) -> u64 {
        self.counters.duplicate_commands
    }

    /// Latencies of the entries meant for `warm_up` after the first one or later.
    pub fn latencies(&self, warm_up: Duration) -> LoadLatencies {
        let from = self.entries.first().map(|e| e.intended + warm_up);
        let warm = || self.entries.iter().filter(move |e| from.is_some_and(|from| e.intended >= from));
        let since = |at: fn(&LoadEntry) -> Option<Instant>| {
            LatencyPercentiles::of(
                warm().filter_map(|e| Some(at(e)?.saturating_duration_since(e.intended))).collect(),
            )
        };
        LoadLatencies {
            publish: since(|e| e.published),
            command: since(|e| e.commanded),
            ack: since(|e| e.acked),
        }
    }
}

/// From the intended send, in microseconds; `None` without entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LoadLatencies {
    /// Until the entry was handed to the MQTT client: the load's own lateness.
    pub publish: Option<LatencyPercentiles>,
    pub command: Option<LatencyPercentiles>,
    pub ack: Option<LatencyPercentiles>,
}

/// Microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct LatencyPercentiles {
    pub count: usize,
    pub p50_us: u64,
    pub p99_us: u64,
    pub max_us: u64,
}

impl LatencyPercentiles {
    /// Percentiles by nearest rank.
    pub fn of(mut values: Vec<Duration>) -> Option<Self> {
        values.sort_unstable();
        let rank = |percent: usize| {
            let place = (values.len() * percent).div_ceil(100).saturating_sub(1);
            values.get(place).map(|d| u64::try_from(d.as_micros()).unwrap_or(u64::MAX))
        };
        Some(Self { count: values.len(), p50_us: rank(50)?, p99_us: rank(99)?, max_us: rank(100)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_occurred() {
        let values = (1..=200).rev().map(Duration::from_micros).collect();
        let expected = LatencyPercentiles { count: 200, p50_us: 100, p99_us: 198, max_us: 200 };
        assert_eq!(LatencyPercentiles::of(values), Some(expected));
        assert_eq!(LatencyPercentiles::of(vec![Duration::from_micros(7)]).map(|p| p.p50_us), Some(7));
        assert_eq!(LatencyPercentiles::of(Vec::new()), None);
    }
}
