//! Rounds and backlog as lines for people.

use std::fmt;

use super::backlog::{BacklogMeasurement, BacklogRestart};
use super::book::EventMark;
use super::rounds::{GatewayLoad, GatewayRound};

impl fmt::Display for GatewayLoad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open { per_second } => write!(f, "open loop, {per_second} events a second; milliseconds"),
            Self::Decisions { in_flight } => {
                write!(f, "closed loop until the command, {in_flight} under way")
            }
            Self::Stored { in_flight } => {
                write!(f, "closed loop until the acknowledgement (synced), {in_flight} under way")
            }
            Self::Delivered { in_flight } => {
                write!(f, "closed loop until behind the uplink, {in_flight} under way")
            }
        }
    }
}

impl fmt::Display for GatewayRound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = self.per_s.map(|rate| format!("{rate:9.0}/s")).unwrap_or_default();
        writeln!(
            f,
            "  {:<18} command {}{rate}  fsync {}/{} us, cpu {} %",
            self.turn.name(),
            self.answered,
            self.fsync_before_us,
            self.fsync_after_us,
            self.cpu_busy_percent
        )?;
        if self.turn.is_gateway() {
            writeln!(f, "  {:<18} ack     {}", "", self.acked)?;
        }
        if self.turn.answers(EventMark::Up) {
            writeln!(f, "  {:<18} up      {}", "", self.up)?;
        }
        if !self.is_whole() || self.resent > 0 {
            let Self { lost, commanded_again, up_again, resent, .. } = self;
            writeln!(f, "  {lost:?} twice: commands {commanded_again}, up {up_again}; resent {resent}")?;
        }
        Ok(())
    }
}

impl fmt::Display for BacklogMeasurement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = |rate: Option<f64>| rate.map_or_else(|| "-".to_owned(), |rate| format!("{rate:.0}/s"));
        let mib = |kib: u64| kib as f64 / 1_024.0;
        writeln!(f, "backlog of {} events", self.events)?;
        writeln!(
            f,
            "  stored             {}, {} bytes an event on disk",
            rate(self.stored_per_s),
            self.bytes_per_event
        )?;
        let memories = [("empty", self.empty), ("filled", self.filled), ("after", self.after)];
        for (name, memory) in memories {
            writeln!(
                f,
                "  memory, {name:<10} {:.1} MiB, highest {:.1}",
                mib(memory.rss_kib),
                mib(memory.highest_kib)
            )?;
        }
        for BacklogRestart { first_decision_ms, memory } in &self.restarts {
            let (now, highest) = (mib(memory.rss_kib), mib(memory.highest_kib));
            writeln!(
                f,
                "  kill -9 to first decision {first_decision_ms} ms; {now:.1} MiB, highest {highest:.1}"
            )?;
        }
        let up = &self.catch_up;
        let (first, last) = (rate(up.first_tenth_per_s), rate(up.last_tenth_per_s));
        writeln!(
            f,
            "  catch-up           {} (first tenth {first}, last {last}), {:?} ms",
            rate(up.per_s),
            up.took_ms
        )?;
        writeln!(f, "  live command       {}", up.live_answered)?;
        writeln!(f, "  live ack           {}", up.live_acked)?;
        writeln!(f, "  live up            {}", up.live_up)?;
        writeln!(f, "  live told          {}", up.live_told)?;
        let Self { unacked, lost, up_again, commanded_again, .. } = self;
        writeln!(
            f,
            "  not acknowledged {unacked}, lost {lost}, twice up {up_again}, twice commanded {commanded_again}"
        )
    }
}
