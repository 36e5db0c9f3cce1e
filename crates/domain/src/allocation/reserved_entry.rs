//! When a reserved car may enter: one answer for the gate's plan, the gate and the driver's phone.
//!
//! The car may enter from the early margin of its window before the start, but not before the windows open: adjoining windows of
//! its pool and audience count as one. It may enter until the stay ends, except in lock-out hours. A car that comes later than
//! the grace finds its space released, if the garage's gateway has reported all its events by then: [`ReservedEntry::kept_until`].

use super::entry::BookEntry;
use super::layout::GarageLayout;
use super::terms;
use crate::minute::{Minute, MinuteSpan};
use crate::shared_window::{WindowOpening, WindowTerms, without};

/// The openings of a garage: as the windows make them, and with full closures cut out.
#[derive(Debug, Clone, Default)]
pub struct GarageHours {
    pub windows: Vec<WindowOpening>,
    pub open: Vec<WindowOpening>,
}

/// When the gate admits the car of a reservation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReservedEntry {
    start: Minute,
    /// From the earliest entry to the end of the stay, lock-out hours included. The gate's plan carries it; the gate applies the
    /// lock-out hours of the opening at the time of the entry.
    pub planned: MinuteSpan,
    /// Parts of `planned` in which the gate admits the car, in order.
    pub admitted: Vec<MinuteSpan>,
    /// The space is kept until then if the car does not come.
    pub kept_until: Minute,
}

impl GarageHours {
    pub fn of(layout: &GarageLayout) -> Self {
        Self { windows: layout.openings.clone(), open: without(layout.openings.clone(), &layout.closures) }
    }
}

impl ReservedEntry {
    pub fn of(hours: &GarageHours, entry: &BookEntry) -> Self {
        let own =
            |openings: &'_ &WindowOpening| openings.pool == entry.pool && openings.audience == entry.audience;
        let windows: Vec<&WindowOpening> = hours.windows.iter().filter(own).collect();
        let start = entry.span.from();
        let terms = windows.iter().find(|opening| opening.span.contains(start)).map(|opening| &opening.terms);
        let from = terms.map_or(start, |terms| earliest(&windows, start, terms));
        let planned = MinuteSpan::new(from, entry.span.until()).unwrap_or(entry.span);
        let open = hours.open.iter().filter(own);
        let locks = open.flat_map(|opening| locked_within(opening, planned)).collect();
        Self {
            start,
            planned,
            admitted: outside(planned, locks),
            kept_until: terms::kept_until(terms, entry.span),
        }
    }

    /// The span for the driver: the one in which the stay starts, or the next one if the start is locked out. Absent if lock-out
    /// hours cover the whole stay.
    pub fn for_driver(&self) -> Option<MinuteSpan> {
        self.admitted.iter().copied().find(|span| self.start < span.until())
    }
}

/// The early margin before the start, but not before the adjoining windows open.
fn earliest(windows: &[&WindowOpening], start: Minute, terms: &WindowTerms) -> Minute {
    let mut open_from = start;
    while let Some(before) =
        windows.iter().find(|other| other.span.from() < open_from && open_from <= other.span.until())
    {
        open_from = before.span.from();
    }
    open_from.max(start - terms.early)
}

fn locked_within(opening: &WindowOpening, span: MinuteSpan) -> Vec<MinuteSpan> {
    let both = opening.span.intersection(span);
    let hours = opening.terms.lock_out.zip(both);
    hours.map(|(hours, both)| hours.within(both)).unwrap_or_default()
}

/// The parts of `span` outside `cut`.
fn outside(span: MinuteSpan, mut cut: Vec<MinuteSpan>) -> Vec<MinuteSpan> {
    cut.sort_unstable();
    let (mut left, mut from) = (Vec::new(), span.from());
    for one in cut {
        left.extend(MinuteSpan::new(from, one.from()));
        from = from.max(one.until());
    }
    left.extend(MinuteSpan::new(from, span.until()));
    left
}
