//! When a class may be picked up: one answer for the gate's plan, for reservations and for the guardian's phone.
//!
//! A class that comes later than the window begins has a shorter time of its own. A car with children in several classes may
//! come at the time of any of them.

use super::WindowOpening;
use crate::allocation::refusal::ReservationRefusal;
use crate::audience::Audience;
use crate::ids::{ClassId, PoolId};
use crate::minute::{Minute, MinuteSpan};
use crate::time::Timestamp;

impl WindowOpening {
    /// The part of the opening in which this class may come; absent if there is none.
    pub fn time_of(&self, class: &ClassId) -> Option<MinuteSpan> {
        let group = self.groups.iter().find(|group| group.class == *class);
        group.map_or(Some(self.span), |group| group.span)
    }
}

/// The class's part of each pickup opening, in order.
fn class_times<'a>(
    openings: &'a [WindowOpening],
    class: &'a ClassId,
) -> impl DoubleEndedIterator<Item = MinuteSpan> {
    let pickup = openings.iter().filter(|opening| opening.audience == Audience::Pickup);
    pickup.filter_map(|opening| opening.time_of(class))
}

/// Whether the class may be picked up now.
pub fn is_class_time(openings: &[WindowOpening], class: &ClassId, now: Timestamp) -> bool {
    class_times(openings, class).any(|span| span.contains(Minute::floor(now)))
}

/// The class's time that is current, else the next of today, else the last of today.
pub fn class_time_of_today(
    openings: &[WindowOpening],
    class: &ClassId,
    now: Timestamp,
) -> Option<MinuteSpan> {
    let minute = Minute::floor(now);
    let times = || class_times(openings, class);
    let today = || times().filter(|span| span.from().timestamp().local_date() == now.local_date());
    let current = times().find(|span| span.contains(minute));
    current.or_else(|| today().find(|span| span.from() > minute)).or_else(|| today().next_back())
}

/// Refuses a parent's stay if every opening in which it starts is for other classes at that time. `classes` are those of the
/// parent's children. Outside all openings the book refuses, and names the next one.
pub fn check_class_time(
    openings: &[WindowOpening],
    classes: &[ClassId],
    pool: Option<&PoolId>,
    stay: MinuteSpan,
) -> Result<(), ReservationRefusal> {
    let here = |opening: &&WindowOpening| {
        opening.audience == Audience::Pickup
            && pool.is_none_or(|pool| opening.pool == *pool)
            && opening.span.contains(stay.from())
    };
    let openings: Vec<_> = openings.iter().filter(here).collect();
    if openings.is_empty() || classes.is_empty() {
        return Ok(());
    }
    let of_classes = |opening: &&WindowOpening| -> Vec<(MinuteSpan, Minute)> {
        let times = classes.iter().filter_map(|class| opening.time_of(class));
        times.map(|time| (time, opening.span.until())).collect()
    };
    let times: Vec<_> = openings.iter().flat_map(of_classes).collect();
    if times.iter().any(|(time, closes)| suits(*time, *closes, stay)) {
        return Ok(());
    }
    let next = times.into_iter().map(|(time, _)| time).find(|time| time.until() > stay.from());
    Err(ReservationRefusal::OutsideWindow { next })
}

/// A stay may continue into an adjoining window, so its end is compared only where a class's time ends before its opening.
fn suits(time: MinuteSpan, closes: Minute, stay: MinuteSpan) -> bool {
    time.contains(stay.from()) && (time.until() == closes || stay.until() <= time.until())
}

#[cfg(test)]
mod tests;
