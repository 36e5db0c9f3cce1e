//! Latencies from the instants of an entry's way.

use std::time::{Duration, Instant};

use serde::{Serialize, Serializer};
use simulator::load::LatencyPercentiles;

/// Both clocks at one moment: this process measures with the monotonic one, the others write the wall's into the database.
/// A round is too short for the two to part.
#[derive(Debug, Clone, Copy)]
pub struct ClockPair {
    instant: Instant,
    micros: i64,
}

impl ClockPair {
    pub fn read() -> Self {
        let wall = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let micros = wall.expect("the clock is right").as_micros();
        Self { instant: Instant::now(), micros: i64::try_from(micros).expect("this century") }
    }

    /// Microseconds since 1970.
    pub fn wall(self, at: Instant) -> i64 {
        let since = |later: Instant, earlier: Instant| {
            i64::try_from(later.saturating_duration_since(earlier).as_micros()).unwrap_or(i64::MAX)
        };
        self.micros + since(at, self.instant) - since(self.instant, at)
    }
}

/// Latencies of one kind; written as percentiles in microseconds.
#[derive(Debug, Clone, Default)]
pub struct LatencySamples(Vec<Duration>);

impl LatencySamples {
    /// From one wall clock reading to a later one. Clocks of one machine agree to the microsecond; a hop is never negative.
    pub fn between(&mut self, from: i64, to: i64) {
        self.0.push(Duration::from_micros(u64::try_from(to - from).unwrap_or(0)));
    }

    pub fn percentiles(&self) -> Option<LatencyPercentiles> {
        LatencyPercentiles::of(self.0.clone())
    }

    pub fn extend(&mut self, more: &Self) {
        self.0.extend_from_slice(&more.0);
    }
}

impl Serialize for LatencySamples {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.percentiles().serialize(serializer)
    }
}

impl std::fmt::Display for LatencySamples {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let ms = |us: u64| Duration::from_micros(us).as_secs_f64() * 1_000.0;
        match self.percentiles() {
            Some(p) => {
                write!(f, "{:9.2} {:9.2} {:9.2}  ({})", ms(p.p50_us), ms(p.p99_us), ms(p.max_us), p.count)
            }
            None => write!(f, "nothing"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_where_it_is_on_the_wall_before_and_after_the_reading() {
        let clocks = ClockPair::read();
        let later = clocks.instant + Duration::from_millis(5);
        assert_eq!(clocks.wall(later), clocks.micros + 5_000);
        let early =
            clocks.instant.checked_sub(Duration::from_millis(5)).expect("the machine is up for longer");
        assert_eq!(clocks.wall(early), clocks.micros - 5_000);
    }
}
