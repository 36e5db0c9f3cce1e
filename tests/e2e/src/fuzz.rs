//! Sends damaged messages to every parser of untrusted input: every driver's parser and the protocol.
//!
//! - [`targets`]: the parsers, each with the corpus for its inputs
//! - [`mutate`]: from known inputs to a new one
//!
//! A panic and an input that takes longer than [`HANG`] are findings. There is no instrumentation: an input with a new *outcome*
//! (the parsed value, or the reason why there is none) becomes a parent of others, which leads past the first `if` as well. The
//! same seed makes the same inputs as long as nothing is slower than a slice.

pub mod mutate;
pub mod targets;

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use rand::rngs::SmallRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use serde::Serialize;

/// An input that takes longer blocks a lane, also where many other processes run.
pub const HANG: Duration = Duration::from_secs(10);
/// Inputs for one target before the next target's turn.
const SLICE: u64 = 2_000;
/// Most parents of one target; then a new one replaces a random one.
const PARENTS: usize = 2_000;
/// Most outcomes that are distinguished for one target; further ones are ignored.
const OUTCOMES: usize = 1_000_000;
/// Longer inputs are left to the parsers' own limits, which their tests cover.
const LONGEST: usize = 64 * 1024;
const PROGRESS: Duration = Duration::from_secs(10);

/// A parser of bytes. It returns a text of the outcome, by which inputs are distinguished.
#[derive(Clone)]
pub struct FuzzTarget {
    pub name: &'static str,
    pub corpus: Vec<Vec<u8>>,
    pub read: fn(&[u8]) -> String,
}

/// Length of a run.
#[derive(Debug, Clone, Copy)]
pub enum FuzzLimit {
    /// Number of inputs for each target.
    Inputs(u64),
    Time(Duration),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FuzzFinding {
    pub target: &'static str,
    pub input: Vec<u8>,
    pub what: FuzzFailure,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FuzzFailure {
    Panic,
    Hang,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FuzzTally {
    pub target: &'static str,
    pub inputs: u64,
    pub outcomes: usize,
}

enum WorkerMessage {
    Begin(Vec<u8>),
    Panicked,
    End,
}

/// Fuzzes all targets in turns until the first finding.
pub fn run(targets: Vec<FuzzTarget>, seed: u64, until: FuzzLimit) -> (Vec<FuzzTally>, Option<FuzzFinding>) {
    let started = Instant::now();
    let mut states: Vec<FuzzState> = targets.into_iter().map(|target| FuzzState::new(target, seed)).collect();
    let mut told = Instant::now();
    let goes_on = |state: &FuzzState| match until {
        FuzzLimit::Inputs(inputs) => state.inputs < inputs,
        FuzzLimit::Time(time) => started.elapsed() < time,
    };
    while states.iter().any(goes_on) {
        for state in states.iter_mut().filter(|state| goes_on(state)) {
            let slice = match until {
                FuzzLimit::Inputs(inputs) => SLICE.min(inputs - state.inputs),
                FuzzLimit::Time(_) => SLICE,
            };
            if let Some(finding) = state.slice(slice) {
                return (states.iter().map(FuzzState::tried).collect(), Some(finding));
            }
        }
        if told.elapsed() > PROGRESS {
            told = Instant::now();
            let inputs: u64 = states.iter().map(|state| state.inputs).sum();
            let outcomes: usize = states.iter().map(|state| state.seen.len()).sum();
            eprintln!("  {:>5} s  {inputs} inputs, {outcomes} outcomes", started.elapsed().as_secs());
        }
    }
    (states.iter().map(FuzzState::tried).collect(), None)
}

struct FuzzState {
    target: FuzzTarget,
    parents: Vec<Vec<u8>>,
    seen: HashSet<u64>,
    inputs: u64,
    random: SmallRng,
}

impl FuzzState {
    fn new(target: FuzzTarget, seed: u64) -> Self {
        let random = SmallRng::seed_from_u64(seed ^ hash(target.name));
        let parents = target.corpus.clone();
        assert!(!parents.is_empty(), "the corpus of {} is empty", target.name);
        Self { target, parents, seen: HashSet::new(), inputs: 0, random }
    }

    fn tried(&self) -> FuzzTally {
        FuzzTally { target: self.target.name, inputs: self.inputs, outcomes: self.seen.len() }
    }

    fn input(&mut self) -> Vec<u8> {
        let parent = self.parents.choose(&mut self.random).cloned().unwrap_or_default();
        let mut input = mutate::mutated(parent, &self.parents, &mut self.random);
        input.truncate(LONGEST);
        input
    }

    /// A separate thread parses; it is abandoned if it hangs.
    fn slice(&mut self, inputs: u64) -> Option<FuzzFinding> {
        let (work, to_do) = channel::<Vec<u8>>();
        let (done_in, done) = channel::<WorkerMessage>();
        let (outcomes_in, outcomes) = channel::<(Vec<u8>, u64)>();
        let read = self.target.read;
        std::thread::spawn(move || reader(read, &to_do, &done_in, &outcomes_in));
        let batch: Vec<Vec<u8>> = (0..inputs).map(|_| self.input()).collect();
        for input in batch {
            let _ = work.send(input);
        }
        drop(work);
        let finding = watch(self.target.name, &done);
        if finding.is_none() {
            self.inputs += inputs;
            outcomes.iter().for_each(|(input, outcome)| self.learn(input, outcome));
        }
        finding
    }

    fn learn(&mut self, input: Vec<u8>, outcome: u64) {
        if self.seen.len() >= OUTCOMES || !self.seen.insert(outcome) {
            return;
        }
        if self.parents.len() < PARENTS {
            self.parents.push(input);
        } else {
            let place = self.random.random_range(0..PARENTS);
            self.parents.splice(place..=place, [input]);
        }
    }
}

fn reader(
    read: fn(&[u8]) -> String,
    to_do: &Receiver<Vec<u8>>,
    done: &Sender<WorkerMessage>,
    outcomes: &Sender<(Vec<u8>, u64)>,
) {
    for input in to_do {
        let _ = done.send(WorkerMessage::Begin(input.clone()));
        match catch_unwind(AssertUnwindSafe(|| read(&input))) {
            Ok(outcome) => drop(outcomes.send((input, hash(&outcome)))),
            Err(_) => drop(done.send(WorkerMessage::Panicked)),
        }
    }
    let _ = done.send(WorkerMessage::End);
}

fn watch(target: &'static str, done: &Receiver<WorkerMessage>) -> Option<FuzzFinding> {
    let mut last = Vec::new();
    loop {
        let what = match done.recv_timeout(HANG) {
            Ok(WorkerMessage::Begin(input)) => {
                last = input;
                continue;
            }
            Ok(WorkerMessage::Panicked) => FuzzFailure::Panic,
            Ok(WorkerMessage::End) | Err(RecvTimeoutError::Disconnected) => return None,
            Err(RecvTimeoutError::Timeout) => FuzzFailure::Hang,
        };
        return Some(FuzzFinding { target, input: last, what });
    }
}

fn hash(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests;
