//! Cars for people to watch: a school's dismissal, and the everyday coming and going of public garages.
//!
//! The same seed gives the same cars at the same times; the gates' answers are up to the system. Every car
//! reports its [`TrafficProgress`]; a reader that is too slow misses some of it, and the traffic never waits for it.

mod arrivals;
mod background;
mod dismissal;
mod lane;
mod progress;

use std::time::Duration;

pub use background::BackgroundTraffic;
pub use dismissal::{DismissalPlan, DismissalSummary, RunningDismissal, drive_out};
pub use lane::{PassageOutcome, TrafficLane};
pub use progress::{LaneName, ProgressKind, ProgressSender, TrafficProgress};

/// Speed of a scenario as a multiple of real time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrafficPace(f64);

impl TrafficPace {
    pub const LIFE: Self = Self(1.0);

    /// Clamps `factor` to 0.01 to 1000.
    pub fn times(factor: f64) -> Self {
        Self(if factor.is_finite() { factor.clamp(0.01, 1_000.0) } else { 1.0 })
    }

    pub fn scale(self, life: Duration) -> Duration {
        life.div_f64(self.0)
    }
}
