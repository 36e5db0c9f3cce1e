//! Whether a person may reserve as an audience: as the public with an own plate; as a parent in the windows of the
//! children's classes; as staff or resident with a plate that has the permit.

use domain::access::Audience;
use domain::allocation::layout::PlateKey;
use domain::allocation::refusal::ReservationRefusal;
use domain::ids::{ClassId, GarageId, PoolId};
use domain::minute::MinuteSpan;
use domain::shared_window::WindowOpening;

use super::{ReservationError, openings};
use crate::app::App;
use crate::app::standing::PersonEntitlements;

/// Checks that the plate is the person's own and that the person may reserve as this audience at this garage.
pub(super) fn check(
    standing: &PersonEntitlements,
    garage: &GarageId,
    audience: Audience,
    plate: &PlateKey,
) -> Result<(), ReservationError> {
    if !standing.owns(plate) {
        return Err(ReservationError::NotYourPlate);
    }
    if !standing.may_bring(garage, audience, plate) {
        return Err(ReservationError::NotEntitled);
    }
    Ok(())
}

/// Checks that a parent's stay lies in the part of the window for a class of an own child. Other audiences have no
/// parts.
pub(super) async fn check_times(
    app: &App,
    standing: &PersonEntitlements,
    garage: &GarageId,
    asked: (Audience, Option<&PoolId>),
    span: MinuteSpan,
) -> Result<(), ReservationError> {
    let refused = times_refused(app, standing, garage, asked, &[span]).await?;
    refused.into_iter().flatten().next().map_or(Ok(()), |refusal| Err(refusal.into()))
}

/// The refusal of each of several stays, if any.
pub(super) async fn times_refused(
    app: &App,
    standing: &PersonEntitlements,
    garage: &GarageId,
    (audience, pool): (Audience, Option<&PoolId>),
    spans: &[MinuteSpan],
) -> Result<Vec<Option<ReservationRefusal>>, ReservationError> {
    if audience != Audience::Pickup {
        return Ok(vec![None; spans.len()]);
    }
    let (classes, openings) = (standing.classes_at(garage), openings::of(app, garage).await?);
    Ok(spans.iter().map(|span| class_refusal(&openings, &classes, pool, *span).err()).collect())
}

/// An error if every opening in which the stay starts is for other classes at that time.
pub(super) fn class_refusal(
    openings: &[WindowOpening],
    classes: &[ClassId],
    pool: Option<&PoolId>,
    span: MinuteSpan,
) -> Result<(), ReservationRefusal> {
    let here = |opening: &&WindowOpening| {
        opening.audience == Audience::Pickup
            && pool.is_none_or(|pool| opening.pool == *pool)
            && opening.span.contains(span.from())
    };
    let openings: Vec<_> = openings.iter().filter(here).collect();
    let parts: Vec<MinuteSpan> = openings.iter().flat_map(|opening| parts_of(opening, classes)).collect();
    // Outside of all windows the book refuses and returns the next window.
    let nothing_to_say = openings.is_empty() || classes.is_empty();
    if nothing_to_say || parts.iter().any(|part| suits(*part, span, &openings)) {
        return Ok(());
    }
    Err(ReservationRefusal::OutsideWindow { next: parts.into_iter().find(|part| part.until() > span.from()) })
}

/// The time of each of these classes.
fn parts_of(opening: &WindowOpening, classes: &[ClassId]) -> Vec<MinuteSpan> {
    let part = |class: &ClassId| {
        let group = opening.groups.iter().find(|group| group.class == *class);
        group.map_or(opening.span, |group| group.span)
    };
    classes.iter().map(part).collect()
}

/// A stay may continue into an adjoining window, so its end is compared only where a class's time ends earlier than the
/// window.
fn suits(part: MinuteSpan, span: MinuteSpan, openings: &[&WindowOpening]) -> bool {
    let to_the_end = openings.iter().any(|opening| opening.span.until() == part.until());
    part.contains(span.from()) && (to_the_end || span.until() <= part.until())
}

#[cfg(test)]
mod tests {
    use domain::ids::WindowId;
    use domain::minute::{Minute, Minutes};
    use domain::shared_window::{ClassOpening, WindowTerms};

    use super::*;

    fn span(from: i64, until: i64) -> MinuteSpan {
        MinuteSpan::new(Minute::new(from), Minute::new(until)).unwrap()
    }

    fn class(name: &str) -> ClassId {
        ClassId::parse(name).unwrap()
    }

    /// Open from 0 to 60; the class `late` comes from 20 on, `early` until 30.
    fn openings() -> Vec<WindowOpening> {
        let terms = WindowTerms {
            min_stay: Minutes(0),
            max_stay: Minutes(60),
            horizon: Minutes(1440),
            lock_out: None,
            early: Minutes(0),
            grace: Minutes(0),
            notice: Minutes(0),
            bookable: true,
            walk_in: true,
        };
        let group = |name, span| ClassOpening { class: class(name), span };
        let opening = WindowOpening {
            window: WindowId::parse("w").unwrap(),
            pool: PoolId::parse("main").unwrap(),
            audience: Audience::Pickup,
            span: span(0, 60),
            quota: 10,
            terms,
            groups: vec![group("late", span(20, 60)), group("early", span(0, 30))],
        };
        vec![opening]
    }

    #[test]
    fn a_parent_comes_when_a_class_of_an_own_child_may() {
        let ask = |classes: &[&str], from, until| {
            let classes: Vec<_> = classes.iter().map(|name| class(name)).collect();
            class_refusal(&openings(), &classes, None, span(from, until)).is_ok()
        };
        assert!(!ask(&["late"], 10, 30) && ask(&["late"], 20, 50));
        assert!(ask(&["early"], 0, 30) && !ask(&["early"], 0, 31));
        assert!(ask(&["early", "late"], 0, 30) && ask(&["early", "late"], 30, 60));
        assert!(ask(&["other"], 0, 60), "a class without a time of its own");
        assert!(ask(&["late"], 90, 100), "the book knows better why not");
        let next = class_refusal(&openings(), &[class("late")], None, span(0, 10));
        assert_eq!(next, Err(ReservationRefusal::OutsideWindow { next: Some(span(20, 60)) }));
    }
}
