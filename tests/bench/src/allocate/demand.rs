//! The callers' demand: garages filled to a share of their space-time, and more requests than there is room for.
//!
//! Every caller takes turns: it gives a random reservation back, requests a time that some caller has given back
//! (as in a rush, where such a time is always wanted), and every other time requests a random time as well, which a garage that
//! is 95 % full mostly has to refuse. So the fill stays, and all contestants have the same mix: of five answers two are
//! cancellations, two are for what is free, one is for what mostly is not.

use std::sync::{Mutex, MutexGuard, PoisonError};

use domain::time::Timestamp;
use rand::Rng;
use rand::rngs::StdRng;
use serde::Serialize;

pub const DAY_MINUTES: u32 = 24 * 60;
pub const SHORTEST: u32 = 30;
pub const LONGEST: u32 = 240;
/// The chance of a request for a random time after one for a time that was given back.
const RANDOM: f64 = 0.5;
const MINUTE_MICROS: i64 = 60_000_000;

/// Size of the shared supply.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct DemandScale {
    pub garages: usize,
    /// Of each garage.
    pub spaces: u16,
    pub days: u32,
    /// Share of the space-time that is taken.
    pub fill: f64,
}

impl DemandScale {
    pub const fn minutes(self) -> u32 {
        self.days * DAY_MINUTES
    }

    /// Space-minutes of one garage.
    fn capacity(self) -> f64 {
        f64::from(self.spaces) * f64::from(self.minutes())
    }
}

/// Minutes from the first day's start, the end not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MinuteInterval {
    pub from: u32,
    pub until: u32,
}

impl MinuteInterval {
    pub const fn minutes(self) -> u32 {
        self.until - self.from
    }

    /// Within one day.
    fn random(days: u32, rng: &mut StdRng) -> Self {
        let minutes = rng.random_range(SHORTEST..=LONGEST);
        let from = rng.random_range(0..days) * DAY_MINUTES + rng.random_range(0..=DAY_MINUTES - minutes);
        Self { from, until: from + minutes }
    }

    /// Start and end when the first day begins at `origin`.
    pub fn at(self, origin: Timestamp) -> (i64, i64) {
        let micros = |minute: u32| origin.micros() + i64::from(minute) * MINUTE_MICROS;
        (micros(self.from), micros(self.until))
    }
}

/// A contestant's id of a reservation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BenchReservationId(pub u128);

/// A reservation that was accepted.
#[derive(Debug, Clone, Copy)]
pub struct BenchReservation {
    pub id: BenchReservationId,
    pub interval: MinuteInterval,
    /// From 0; without meaning for a contestant that numbers late.
    pub space: u16,
    /// Of the car; without meaning for a contestant that knows no cars.
    pub plate: u16,
}

/// The outcome of a caller's request.
#[derive(Debug, Clone, Copy)]
pub enum ContestantAnswer {
    Accepted(BenchReservation),
    /// Nothing is free.
    Refused,
    /// The client knew by itself that nothing is free.
    Unasked,
    Cancelled,
    /// Nothing became of it, after many attempts or too long a wait.
    GaveUp,
}

/// One taken piece of the fill.
#[derive(Debug, Clone, Copy)]
pub struct FilledInterval {
    pub garage: usize,
    pub space: u16,
    pub interval: MinuteInterval,
}

/// Cars one after the other on each space, with gaps that leave the rest of the time open; the same for the same seed.
pub fn fill(scale: DemandScale, rng: &mut StdRng) -> Vec<FilledInterval> {
    let mut taken = Vec::new();
    for garage in 0..scale.garages {
        for space in 0..scale.spaces {
            for day in 0..scale.days {
                day_of(scale.fill, day * DAY_MINUTES, rng, |interval| {
                    taken.push(FilledInterval { garage, space, interval });
                });
            }
        }
    }
    taken
}

/// The gap before a car is such that the fill comes out; a stay that a day has no more room for is cut, if enough is left.
fn day_of(fill: f64, start: u32, rng: &mut StdRng, mut push: impl FnMut(MinuteInterval)) {
    let mean = f64::from(SHORTEST + LONGEST) / 2.0;
    let longest_gap = 2.0 * mean * (1.0 / fill - 1.0);
    let (mut from, end) = (start, start + DAY_MINUTES);
    loop {
        // Below a day.
        from += rng.random_range(0.0..=longest_gap).round() as u32;
        if from + SHORTEST > end {
            return;
        }
        let until = (from + rng.random_range(SHORTEST..=LONGEST)).min(end);
        push(MinuteInterval { from, until });
        from = until;
    }
}

/// What a caller does in a garage.
#[derive(Debug, Clone, Copy)]
pub enum CallerTurn {
    Ask(MinuteInterval),
    Cancel(BenchReservation),
}

/// One caller's turns.
pub struct DemandCaller {
    rng: StdRng,
    next: NextCallerTurn,
}

enum NextCallerTurn {
    GiveBack,
    AskAgain { garage: usize },
    AskAnything,
}

impl DemandCaller {
    pub const fn new(rng: StdRng) -> Self {
        Self { rng, next: NextCallerTurn::GiveBack }
    }

    pub const fn rng(&mut self) -> &mut StdRng {
        &mut self.rng
    }

    /// True if it has given a time back that no caller has requested since.
    pub const fn owes(&self) -> bool {
        matches!(self.next, NextCallerTurn::AskAgain { .. })
    }

    /// A garage and the turn there. A ticket that is to be cancelled belongs to this caller alone from now on.
    pub fn turn(&mut self, town: &CallerLedger) -> (usize, CallerTurn) {
        let (garage, turn) = match self.next {
            NextCallerTurn::GiveBack => {
                let garage = self.rng.random_range(0..town.scale.garages);
                (garage, town.ticket(garage, &mut self.rng).map(CallerTurn::Cancel))
            }
            NextCallerTurn::AskAgain { garage } => {
                (garage, town.wanted(garage, &mut self.rng).map(CallerTurn::Ask))
            }
            NextCallerTurn::AskAnything => (self.rng.random_range(0..town.scale.garages), None),
        };
        self.next = match (&self.next, &turn) {
            (NextCallerTurn::GiveBack, Some(_)) => NextCallerTurn::AskAgain { garage },
            (NextCallerTurn::AskAgain { .. }, _) if self.rng.random_bool(RANDOM) => {
                NextCallerTurn::AskAnything
            }
            _ => NextCallerTurn::GiveBack,
        };
        let anything = || CallerTurn::Ask(MinuteInterval::random(town.scale.days, &mut self.rng));
        (garage, turn.unwrap_or_else(anything))
    }
}

/// The callers' view of what is taken, from their answers.
pub struct CallerLedger {
    scale: DemandScale,
    garages: Vec<Mutex<GarageLedger>>,
}

#[derive(Default)]
struct GarageLedger {
    tickets: Vec<BenchReservation>,
    minutes: u64,
    /// Given back, and not requested since: one for each caller that has yet to request.
    wanted: Vec<MinuteInterval>,
}

impl CallerLedger {
    pub fn new(scale: DemandScale, filled: impl IntoIterator<Item = (usize, BenchReservation)>) -> Self {
        let town = Self { scale, garages: (0..scale.garages).map(|_| Mutex::default()).collect() };
        filled.into_iter().for_each(|(garage, ticket)| town.accepted(garage, ticket));
        town
    }

    pub const fn scale(&self) -> DemandScale {
        self.scale
    }

    fn ticket(&self, garage: usize, rng: &mut StdRng) -> Option<BenchReservation> {
        let mut held = self.held(garage);
        let place = rng.random_range(0..held.tickets.len().max(1));
        let ticket = (place < held.tickets.len()).then(|| held.tickets.swap_remove(place))?;
        held.minutes -= u64::from(ticket.interval.minutes());
        Some(ticket)
    }

    fn wanted(&self, garage: usize, rng: &mut StdRng) -> Option<MinuteInterval> {
        let mut held = self.held(garage);
        let place = rng.random_range(0..held.wanted.len().max(1));
        (place < held.wanted.len()).then(|| held.wanted.swap_remove(place))
    }

    pub fn accepted(&self, garage: usize, ticket: BenchReservation) {
        let mut held = self.held(garage);
        held.minutes += u64::from(ticket.interval.minutes());
        held.tickets.push(ticket);
    }

    /// The cancellation was answered: another caller may request this time.
    pub fn given_back(&self, garage: usize, interval: MinuteInterval) {
        self.held(garage).wanted.push(interval);
    }

    /// How many reservations the callers hold.
    pub fn tickets(&self) -> usize {
        (0..self.scale.garages).map(|garage| self.held(garage).tickets.len()).sum()
    }

    /// Share of all space-time.
    pub fn filled(&self) -> f64 {
        let minutes: u64 = (0..self.scale.garages).map(|garage| self.held(garage).minutes).sum();
        minutes as f64 / (self.scale.capacity() * self.scale.garages as f64)
    }

    #[expect(clippy::indexing_slicing, reason = "garages are counted from 0 to the scale's number")]
    fn held(&self, garage: usize) -> MutexGuard<'_, GarageLedger> {
        self.garages[garage].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    const SCALE: DemandScale = DemandScale { garages: 2, spaces: 40, days: 3, fill: 0.95 };

    fn tickets(taken: &[FilledInterval]) -> impl Iterator<Item = (usize, BenchReservation)> {
        taken.iter().enumerate().map(|(n, taken)| {
            let FilledInterval { garage, space, interval } = *taken;
            (garage, BenchReservation { id: BenchReservationId(n as u128), interval, space, plate: 0 })
        })
    }

    #[test]
    fn a_fill_comes_out_and_no_space_is_taken_twice() {
        let taken = fill(SCALE, &mut StdRng::seed_from_u64(1));
        let town = CallerLedger::new(SCALE, tickets(&taken));
        assert!((town.filled() - SCALE.fill).abs() < 0.015, "{}", town.filled());
        let same_space =
            |pair: &[FilledInterval]| pair[0].garage == pair[1].garage && pair[0].space == pair[1].space;
        for pair in taken.windows(2).filter(|pair| same_space(pair)) {
            assert!(pair[0].interval.until <= pair[1].interval.from);
        }
    }

    #[test]
    fn of_five_turns_two_are_cancellations_and_the_fill_is_kept() {
        let mut rng = StdRng::seed_from_u64(2);
        let town = CallerLedger::new(SCALE, tickets(&fill(SCALE, &mut rng)));
        let (before, mut caller, mut cancelled) = (town.filled(), DemandCaller::new(rng), 0);
        for n in 0..5_000 {
            match caller.turn(&town) {
                (garage, CallerTurn::Ask(interval)) => {
                    assert!((SHORTEST..=LONGEST).contains(&interval.minutes()));
                    assert_eq!(interval.from / DAY_MINUTES, (interval.until - 1) / DAY_MINUTES, "one day");
                    // Whatever was not given back before is refused.
                    if town.filled() + 1e-9 < before {
                        town.accepted(
                            garage,
                            BenchReservation { id: BenchReservationId(n), interval, space: 0, plate: 0 },
                        );
                    }
                }
                (garage, CallerTurn::Cancel(ticket)) => {
                    cancelled += 1;
                    town.given_back(garage, ticket.interval);
                }
            }
        }
        assert!((1_900..2_100).contains(&cancelled), "{cancelled}");
        assert!((town.filled() - before).abs() < 0.01, "{}", town.filled());
    }
}
