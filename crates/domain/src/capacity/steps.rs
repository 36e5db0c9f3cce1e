//! A step function that is read from one change to the next.

use std::iter::Peekable;

use crate::minute::Minute;

/// The current value of a step function, and the changes that follow.
pub(crate) struct StepCursor<T, I: Iterator<Item = (Minute, T)>> {
    value: T,
    changes: Peekable<I>,
}

impl<T: Copy, I: Iterator<Item = (Minute, T)>> StepCursor<T, I> {
    /// `changes` are in order and begin after the minute at which the function has `value`.
    pub(crate) fn new(value: T, changes: I) -> Self {
        Self { value, changes: changes.peekable() }
    }

    pub(crate) const fn value(&self) -> T {
        self.value
    }

    pub(crate) fn next_change(&mut self) -> Option<Minute> {
        self.changes.peek().map(|(minute, _)| *minute)
    }

    pub(crate) fn advance(&mut self, to: Minute) {
        while let Some((_, value)) = self.changes.next_if(|(minute, _)| *minute <= to) {
            self.value = value;
        }
    }
}
