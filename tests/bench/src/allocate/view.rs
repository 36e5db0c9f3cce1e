//! The free space from a client's view: a bit for each minute of each space. All callers share it, so it is as accurate as such a
//! view can be; real clients on several machines know less.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::demand::{DemandScale, FilledInterval, LONGEST, MinuteInterval};

pub(super) struct OccupancyView {
    garages: Vec<Mutex<Vec<SpaceMinutes>>>,
}

impl OccupancyView {
    pub(super) fn new(scale: DemandScale, taken: &[FilledInterval]) -> Self {
        let spaces = || (0..scale.spaces).map(|_| SpaceMinutes::new(scale.minutes())).collect();
        let view = Self { garages: (0..scale.garages).map(|_| Mutex::new(spaces())).collect() };
        taken.iter().for_each(|taken| view.set(taken.garage, taken.space, taken.interval, true));
        view
    }

    /// The free space with the tightest gap around the interval, which is taken from now on; `None` if all are taken.
    pub(super) fn pick(&self, garage: usize, interval: MinuteInterval) -> Option<u16> {
        let mut spaces = self.spaces(garage);
        let free = spaces.iter().enumerate().filter(|(_, minutes)| minutes.is_free(interval));
        let (space, _) = free.min_by_key(|(_, minutes)| minutes.gap(interval))?;
        spaces.get_mut(space)?.set(interval, true);
        u16::try_from(space).ok()
    }

    pub(super) fn give_back(&self, garage: usize, space: u16, interval: MinuteInterval) {
        self.set(garage, space, interval, false);
    }

    fn set(&self, garage: usize, space: u16, interval: MinuteInterval, taken: bool) {
        if let Some(minutes) = self.spaces(garage).get_mut(usize::from(space)) {
            minutes.set(interval, taken);
        }
    }

    #[expect(clippy::indexing_slicing, reason = "garages are counted from 0 to the scale's number")]
    fn spaces(&self, garage: usize) -> MutexGuard<'_, Vec<SpaceMinutes>> {
        self.garages[garage].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One space; a set bit is a taken minute.
struct SpaceMinutes {
    words: Vec<u64>,
    end: u32,
}

impl SpaceMinutes {
    fn new(end: u32) -> Self {
        let words = usize::try_from(end.div_ceil(64)).unwrap_or(usize::MAX);
        Self { words: vec![0; words], end }
    }

    fn is_free(&self, interval: MinuteInterval) -> bool {
        masks(interval).all(|(word, mask)| self.words.get(word).is_some_and(|bits| bits & mask == 0))
    }

    fn set(&mut self, interval: MinuteInterval, taken: bool) {
        for (word, mask) in masks(interval) {
            let Some(bits) = self.words.get_mut(word) else { return };
            *bits = if taken { *bits | mask } else { *bits & !mask };
        }
    }

    fn is_taken(&self, minute: u32) -> bool {
        let (word, bit) = (minute / 64, minute % 64);
        self.words.get(word as usize).is_some_and(|bits| bits >> bit & 1 == 1)
    }

    /// Free minutes around an interval, no more than the longest stay on each side.
    fn gap(&self, interval: MinuteInterval) -> usize {
        let before = (interval.from.saturating_sub(LONGEST)..interval.from).rev();
        let after = interval.until..(interval.until + LONGEST).min(self.end);
        before.take_while(|minute| !self.is_taken(*minute)).count()
            + after.take_while(|minute| !self.is_taken(*minute)).count()
    }
}

/// The words that an interval touches, and its bits in each.
fn masks(interval: MinuteInterval) -> impl Iterator<Item = (usize, u64)> {
    let MinuteInterval { from, until } = interval;
    (from / 64..until.div_ceil(64)).map(move |word| {
        let first = from.max(word * 64) - word * 64;
        let bits = until.min((word + 1) * 64) - word * 64 - first;
        (word as usize, (u64::MAX >> (64 - bits)) << first)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCALE: DemandScale = DemandScale { garages: 1, spaces: 2, days: 1, fill: 1.0 };

    fn at(from: u32, until: u32) -> MinuteInterval {
        MinuteInterval { from, until }
    }

    #[test]
    fn a_picked_space_is_taken_until_it_is_given_back() {
        let view =
            OccupancyView::new(SCALE, &[FilledInterval { garage: 0, space: 0, interval: at(60, 200) }]);
        assert_eq!(view.pick(0, at(100, 300)), Some(1));
        assert_eq!(view.pick(0, at(199, 230)), None, "the last minute is taken on both");
        assert_eq!(view.pick(0, at(200, 230)), Some(0));
        view.give_back(0, 1, at(100, 300));
        assert_eq!(view.pick(0, at(199, 230)), Some(1));
    }

    #[test]
    fn the_tightest_gap_is_taken_first() {
        let around = [(0, 0, 90), (0, 160, 300), (1, 0, 100), (1, 150, 300)];
        let taken =
            around.map(|(space, from, until)| FilledInterval { garage: 0, space, interval: at(from, until) });
        assert_eq!(OccupancyView::new(SCALE, &taken).pick(0, at(105, 140)), Some(1));
    }
}
