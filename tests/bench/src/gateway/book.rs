//! The outcome of each event: the intended time of its send, and the times of all responses.
//!
//! Marks are set from the tasks of many connections and of the sink: each is one atomic store, so that the book costs every contestant
//! the same, and little.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

use crate::arrival::hops::LatencySamples;

/// The kinds of response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventMark {
    /// The command at its controller; with the bare broker the event at its subscriber.
    Answered,
    /// The acknowledgement at its controller: the event is on the gateway's disk.
    Acked,
    /// The event in its order at the receiver behind the uplink.
    Up,
    /// The event at the receiver behind the uplink, in its order or ahead of it, whichever is first.
    Told,
}

/// The events of one measurement, by number.
pub struct EventRound {
    number: usize,
    start: Instant,
    /// Nanoseconds since `start`; 0 means that it did not happen.
    intended: Box<[AtomicU64]>,
    sent: Box<[AtomicU64]>,
    marks: [Box<[AtomicU64]>; 4],
    /// Marks that were set, and marks that came once more.
    had: [AtomicUsize; 4],
    again: [AtomicUsize; 4],
    handed_over: AtomicUsize,
    resent: AtomicUsize,
    /// Of a closed loop: this mark makes room for the next event.
    until: EventMark,
    room: Semaphore,
}

fn blank(events: usize) -> Box<[AtomicU64]> {
    (0..events).map(|_| AtomicU64::new(0)).collect()
}

fn at(times: &[AtomicU64], event: usize) -> Option<Duration> {
    let nanos = times.get(event)?.load(Ordering::Relaxed);
    (nanos > 0).then(|| Duration::from_nanos(nanos))
}

impl EventRound {
    fn new(number: usize, events: usize, until: EventMark, in_flight: usize) -> Self {
        Self {
            number,
            start: Instant::now(),
            intended: blank(events),
            sent: blank(events),
            marks: std::array::from_fn(|_| blank(events)),
            had: [const { AtomicUsize::new(0) }; 4],
            again: [const { AtomicUsize::new(0) }; 4],
            handed_over: AtomicUsize::new(0),
            resent: AtomicUsize::new(0),
            until,
            room: Semaphore::new(in_flight),
        }
    }

    pub fn events(&self) -> usize {
        self.intended.len()
    }

    pub fn id(&self, event: usize) -> String {
        format!("{}-{event}", self.number)
    }

    /// Waits for room in the closed loop.
    pub async fn room(&self) {
        if let Ok(permit) = self.room.acquire().await {
            permit.forget();
        }
    }

    fn nanos(&self, at: Instant) -> u64 {
        let since = at.saturating_duration_since(self.start).as_nanos();
        u64::try_from(since).unwrap_or(u64::MAX).max(1)
    }

    /// The event is handed over now and was meant to be at `intended`.
    pub fn sending(&self, event: usize, intended: Instant) {
        if let (Some(meant), Some(sent)) = (self.intended.get(event), self.sent.get(event)) {
            sent.store(self.nanos(Instant::now()), Ordering::Relaxed);
            let first = meant.compare_exchange(0, self.nanos(intended), Ordering::Relaxed, Ordering::Relaxed);
            let counter = if first.is_ok() { &self.handed_over } else { &self.resent };
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn mark(&self, event: usize, mark: EventMark) {
        let Some(cell) = self.marks.get(mark as usize).and_then(|marks| marks.get(event)) else { return };
        let now = self.nanos(Instant::now());
        let first = cell.compare_exchange(0, now, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        let counters = if first { &self.had } else { &self.again };
        counters.get(mark as usize).map(|counter| counter.fetch_add(1, Ordering::Relaxed));
        if first && mark == self.until {
            self.room.add_permits(1);
        }
    }

    fn of(&self, mark: EventMark) -> &[AtomicU64] {
        self.marks.get(mark as usize).map_or(&[], |marks| marks)
    }

    pub fn is_sent(&self, event: usize) -> bool {
        at(&self.sent, event).is_some()
    }

    pub fn age(&self, event: usize) -> Duration {
        self.start.elapsed().saturating_sub(at(&self.intended, event).unwrap_or_default())
    }

    pub fn since_sent(&self, event: usize) -> Duration {
        self.start.elapsed().saturating_sub(at(&self.sent, event).unwrap_or_default())
    }

    /// Events that were sent.
    pub fn sent(&self) -> usize {
        self.handed_over.load(Ordering::Relaxed)
    }

    pub fn have(&self, mark: EventMark) -> usize {
        self.had.get(mark as usize).map_or(0, |had| had.load(Ordering::Relaxed))
    }

    /// Sent, and without the mark.
    pub fn without(&self, mark: EventMark) -> Vec<usize> {
        let open = |event: &usize| self.is_sent(*event) && at(self.of(mark), *event).is_none();
        (0..self.events()).filter(open).collect()
    }

    /// Marks that came once more.
    pub fn again(&self, mark: EventMark) -> usize {
        self.again.get(mark as usize).map_or(0, |again| again.load(Ordering::Relaxed))
    }

    pub fn resent(&self) -> usize {
        self.resent.load(Ordering::Relaxed)
    }

    /// From the intended send of each event meant for `warm_up` after the start or later.
    pub fn latencies(&self, mark: EventMark, warm_up: Duration) -> LatencySamples {
        let mut samples = LatencySamples::default();
        let first = at(&self.intended, 0).unwrap_or_default();
        for event in 0..self.events() {
            let (Some(from), Some(to)) = (at(&self.intended, event), at(self.of(mark), event)) else {
                continue;
            };
            if from >= first + warm_up {
                let took = to.saturating_sub(from).as_micros();
                samples.between(0, i64::try_from(took).unwrap_or(i64::MAX));
            }
        }
        samples
    }

    /// Marks a second, without the first tenth of them.
    pub fn rate(&self, mark: EventMark) -> Option<f64> {
        let (marks, took) = self.span(mark, 0.1, 1.0)?;
        (!took.is_zero()).then(|| marks as f64 / took.as_secs_f64())
    }

    /// Marks a second from the first event's send on: for contestants that release events in batches.
    pub fn throughput(&self, mark: EventMark) -> Option<f64> {
        let first = at(&self.intended, 0)?;
        let last = (0..self.events()).filter_map(|event| at(self.of(mark), event)).max()?;
        Some(self.have(mark) as f64 / last.saturating_sub(first).as_secs_f64())
    }

    /// How many marks came, and in what time, between two shares of all of them.
    pub fn span(&self, mark: EventMark, from: f64, to: f64) -> Option<(usize, Duration)> {
        let mut times: Vec<Duration> = (0..self.events()).filter_map(|e| at(self.of(mark), e)).collect();
        times.sort_unstable();
        let last = times.len().checked_sub(1)?;
        let place = |share: f64| ((last as f64 * share).round() as usize).min(last);
        let (first, last) = (place(from), place(to));
        Some((last - first, times.get(last)?.saturating_sub(*times.get(first)?)))
    }
}

/// All rounds of a run; an event's id names its round.
#[derive(Clone, Default)]
pub struct EventLedger(Arc<RwLock<Vec<Arc<EventRound>>>>);

impl EventLedger {
    /// Of a closed loop, `in_flight` events wait for their `until` at most.
    pub fn open(&self, events: usize, until: EventMark, in_flight: usize) -> Arc<EventRound> {
        let mut rounds = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let round = Arc::new(EventRound::new(rounds.len(), events, until, in_flight));
        rounds.push(round.clone());
        round
    }

    pub fn mark(&self, event_id: &str, mark: EventMark) {
        let Some((round, event)) = event_id.split_once('-') else { return };
        let (Ok(round), Ok(event)) = (round.parse::<usize>(), event.parse()) else { return };
        let rounds = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(round) = rounds.get(round) {
            round.mark(event, mark);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mark_is_of_its_round_and_a_second_one_is_counted_apart() {
        let book = EventLedger::default();
        let (first, second) = (book.open(2, EventMark::Acked, 1), book.open(2, EventMark::Acked, 1));
        first.sending(0, Instant::now());
        first.sending(1, Instant::now());
        book.mark(&first.id(1), EventMark::Acked);
        book.mark(&first.id(1), EventMark::Acked);
        book.mark("nonsense", EventMark::Acked);
        book.mark("9-9", EventMark::Acked);
        assert_eq!((first.have(EventMark::Acked), first.again(EventMark::Acked)), (1, 1));
        assert_eq!((first.without(EventMark::Acked), first.have(EventMark::Answered)), (vec![0], 0));
        assert_eq!((second.sent(), second.have(EventMark::Acked)), (0, 0));
    }

    #[tokio::test]
    async fn room_is_made_once_for_each_event() {
        let book = EventLedger::default();
        let round = book.open(2, EventMark::Up, 1);
        round.room().await;
        book.mark(&round.id(0), EventMark::Acked);
        assert_eq!(round.room.available_permits(), 0);
        book.mark(&round.id(0), EventMark::Up);
        book.mark(&round.id(0), EventMark::Up);
        assert_eq!(round.room.available_permits(), 1);
    }
}
