//! Figures for people, and one JSON object for programs.

use std::fmt;

use serde::Serialize;

use super::load::FeedMeasurement;

/// Of nginx's requests a second.
const SHARE: f64 = 0.5;

/// The server of a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FeedContestant {
    Ours,
    Nginx,
}

#[derive(Debug, Clone, Copy, Serialize)]
pub struct FeedRound {
    pub garages: usize,
    pub gzip: bool,
    pub place: FeedContestant,
    #[serde(flatten)]
    pub measured: FeedMeasurement,
}

/// Ours in nginx's, over all rounds of a scenario.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct FeedRatio {
    pub garages: usize,
    pub gzip: bool,
    pub ours_per_s: f64,
    pub nginx_per_s: f64,
    pub per_s_to_nginx: f64,
    pub at_least_half_of_nginx: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct FeedFindings {
    pub rounds: Vec<FeedRound>,
    pub ratios: Vec<FeedRatio>,
}

impl FeedFindings {
    pub fn new(rounds: Vec<FeedRound>) -> Self {
        let mut scenarios: Vec<(usize, bool)> =
            rounds.iter().map(|round| (round.garages, round.gzip)).collect();
        scenarios.dedup();
        let ratios = scenarios.into_iter().map(|(garages, gzip)| ratio(&rounds, garages, gzip)).collect();
        Self { rounds, ratios }
    }

    /// Every request was answered.
    pub fn is_whole(&self) -> bool {
        self.rounds.iter().all(|round| round.measured.failed == 0 && round.measured.requests > 0)
    }
}

fn ratio(rounds: &[FeedRound], garages: usize, gzip: bool) -> FeedRatio {
    let mean = |place: FeedContestant| {
        let of = |round: &&FeedRound| (round.garages, round.gzip, round.place) == (garages, gzip, place);
        let rates: Vec<f64> = rounds.iter().filter(of).map(|round| round.measured.per_s).collect();
        #[expect(clippy::cast_precision_loss, reason = "a handful of rounds")]
        let count = rates.len().max(1) as f64;
        rates.iter().sum::<f64>() / count
    };
    let (ours_per_s, nginx_per_s) = (mean(FeedContestant::Ours), mean(FeedContestant::Nginx));
    let per_s_to_nginx = ours_per_s / nginx_per_s.max(f64::MIN_POSITIVE);
    FeedRatio {
        garages,
        gzip,
        ours_per_s,
        nginx_per_s,
        per_s_to_nginx,
        at_least_half_of_nginx: per_s_to_nginx >= SHARE,
    }
}

impl fmt::Display for FeedRound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { garages, gzip, place, measured } = self;
        let encoding = if *gzip { "gzip" } else { "plain" };
        write!(
            f,
            "{garages:>5} garages {encoding:>5} {place:>6?} {:>8.0}/s  p50 {:>6.2} ms  p99 {:>6.2} ms  failed {}",
            measured.per_s,
            measured.p50_us / 1000.0,
            measured.p99_us / 1000.0,
            measured.failed
        )
    }
}
