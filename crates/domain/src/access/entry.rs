//! The right by which a car enters.
//!
//! A reservation comes first: it is a promise. Permits follow in the priority of their audiences, then the public. A car
//! without a reservation enters if its stay leaves reserved and kept spaces free ([`super::room`]); the decision states
//! the latest exit. A parent before the class's time does not enter as the public: the teacher would not be notified.
//! A car with a reservation for later today does not enter as the public either: its reserved space would stay empty.
//!
//! After the plan has expired its reservations are unknown. Standing rights stay valid for some more days: a parent enters
//! at the usual hour. A person decides about every other car, and about every car once standing rights have expired.

use super::Audience;
use super::decision::{AccessDecision, DenialReason, OverrideReason};
use super::passage::{AccessRequest, ClockTrust, ReservationUse};
use super::plan::{AccessPlan, OpeningTerms, PlannedOpening, PlannedReservation};
use super::room::{self, StayLimit, StayLimitReason};
use crate::minute::{Minute, Minutes};
use crate::plate::Plate;
use crate::time::Timestamp;
use crate::vehicle::PlateColor;

pub(super) fn decide(plan: Option<&AccessPlan>, passage: &AccessRequest<'_>) -> AccessDecision {
    let Some(plan) = plan else {
        return AccessDecision::Review { reason: DenialReason::NoPlan };
    };
    if passage.clock == ClockTrust::Untrusted {
        return unless_full(plan, passage, without_time(plan, passage));
    }
    let is_valid = passage.at < plan.valid_until;
    let standing = plan.standing.as_ref().filter(|standing| passage.at < standing.until);
    let openings = match (is_valid, standing) {
        (true, _) => &plan.openings,
        (false, Some(standing)) => &standing.openings,
        (false, None) => return AccessDecision::Review { reason: DenialReason::PlanTooOld },
    };
    let plate = match certain_plate(passage) {
        Ok(plate) => plate,
        Err(reason) => return AccessDecision::Review { reason },
    };
    let entry = EntryAttempt { plan, openings, passage, plate };
    let decision = if is_valid { entry.decide() } else { entry.by_standing_right() };
    unless_full(plan, passage, decision)
}

/// The plate if the camera read it without doubt; else the reason for a review.
fn certain_plate<'a>(passage: &AccessRequest<'a>) -> Result<&'a Plate, DenialReason> {
    let plate = passage.plate.ok_or(DenialReason::UnreadPlate)?;
    if passage.vehicle.is_suspect {
        return Err(DenialReason::SuspectedFake);
    }
    if passage.confidence < passage.min_confidence {
        return Err(DenialReason::LowConfidence);
    }
    Ok(plate)
}

fn unless_full(plan: &AccessPlan, passage: &AccessRequest<'_>, decision: AccessDecision) -> AccessDecision {
    if decision.opens() && passage.occupied >= i64::from(plan.capacity) {
        return AccessDecision::refuse(DenialReason::Full);
    }
    decision
}

/// Decides without a clock: opens for a permitted plate at any hour of any day, sends every other car to a person.
fn without_time(plan: &AccessPlan, passage: &AccessRequest<'_>) -> AccessDecision {
    let plate = match certain_plate(passage) {
        Ok(plate) => plate,
        Err(reason) => return AccessDecision::Review { reason },
    };
    let permitted = plan.permitted(plate, passage.vehicle.plate_color);
    let audience = permitted.filter(|audience| *audience != Audience::Public).min();
    match audience {
        Some(audience) => AccessDecision::Open {
            audience: Some(audience),
            reservation: None,
            leave_by: None,
            because: Some(OverrideReason::ClockUntrusted),
        },
        None => AccessDecision::Review { reason: DenialReason::ClockUntrusted },
    }
}

/// A car with a certain plate, and the openings that are valid for it: the plan's or its standing rights'.
struct EntryAttempt<'a> {
    plan: &'a AccessPlan,
    openings: &'a [PlannedOpening],
    passage: &'a AccessRequest<'a>,
    plate: &'a Plate,
}

impl EntryAttempt<'_> {
    fn decide(&self) -> AccessDecision {
        if let Some(reservation) = self.reservation() {
            return self.by_reservation(reservation);
        }
        let (mut refusal, mut early_parent) = (None, None);
        for opening in self.openings() {
            // A class's time may have begun in another pool; it does not matter whether the public may enter.
            if early_parent.is_some() && opening.audience != Audience::Pickup {
                break;
            }
            let decision = self.by_opening(opening);
            if decision.opens() {
                return decision;
            }
            if is_early_parent(opening, decision) {
                early_parent.get_or_insert(decision);
            }
            refusal.get_or_insert(decision);
        }
        early_parent
            .or(refusal)
            .or_else(|| self.too_early())
            .unwrap_or_else(|| AccessDecision::refuse(self.denial_without_opening()))
    }

    fn by_standing_right(&self) -> AccessDecision {
        let mut refusal = None;
        for opening in self.openings() {
            match opening.terms.as_ref().and_then(|terms| self.denial_by_terms(opening, terms)) {
                None => return AccessDecision::open(Some(opening.audience)),
                Some(why) => refusal.get_or_insert(why),
            };
        }
        refusal.unwrap_or(AccessDecision::Review { reason: DenialReason::PlanTooOld })
    }

    fn at(&self) -> Timestamp {
        self.passage.at
    }

    const fn color(&self) -> Option<PlateColor> {
        self.passage.vehicle.plate_color
    }

    fn permitted(&self) -> impl Iterator<Item = Audience> {
        self.plan.permitted(self.plate, self.color())
    }

    fn own_reservations(&self) -> impl Iterator<Item = &PlannedReservation> {
        let finished = |id| self.passage.uses.get(id) == Some(&ReservationUse::Left);
        let all = self.plan.sharing.reservations.iter();
        all.filter(move |reservation| {
            reservation.plate.as_ref() == Some(self.plate)
                && PlateColor::may_be_same_vehicle(reservation.plate_color, self.color())
                && !finished(&reservation.id)
        })
    }

    fn reservation(&self) -> Option<&PlannedReservation> {
        let at = self.at();
        self.own_reservations()
            .filter(|r| r.enter_from <= at && at < r.enter_until)
            .min_by_key(|r| (r.from, r.id))
    }

    fn by_reservation(&self, reservation: &PlannedReservation) -> AccessDecision {
        let over = |opening: &&PlannedOpening| {
            opening.audience == reservation.audience
                && opening.contains(self.at())
                && opening.terms.as_ref().is_some_and(|terms| terms.pool == reservation.pool)
        };
        let terms = self.openings.iter().find(over).and_then(|opening| opening.terms.as_ref());
        if terms.is_some_and(|terms| self.is_locked(terms)) {
            return AccessDecision::refuse(DenialReason::LockedOut);
        }
        AccessDecision::Open {
            audience: Some(reservation.audience),
            reservation: Some(reservation.id),
            leave_by: Some(reservation.to),
            because: None,
        }
    }

    /// The plate's reservation for later today.
    fn too_early(&self) -> Option<AccessDecision> {
        let (at, today) = (self.at(), self.at().local_date());
        let later = self
            .own_reservations()
            .map(|r| r.enter_from)
            .filter(|from| *from > at && from.local_date() == today);
        later.min().map(AccessDecision::too_early)
    }

    /// Openings that are open to this plate now, in order of priority.
    fn openings(&self) -> Vec<&PlannedOpening> {
        let permitted: Vec<Audience> = self.permitted().collect();
        let mut openings: Vec<_> = self
            .openings
            .iter()
            .filter(|opening| opening.contains(self.at()))
            .filter(|opening| {
                let audience = opening.audience;
                audience == Audience::Public || permitted.contains(&audience)
            })
            .collect();
        openings.sort_by_key(|opening| opening.audience);
        openings
    }

    fn by_opening(&self, opening: &PlannedOpening) -> AccessDecision {
        let audience = opening.audience;
        let early = if audience == Audience::Public { self.too_early() } else { None };
        let Some(terms) = &opening.terms else {
            return early.unwrap_or(AccessDecision::open(Some(audience)));
        };
        if let Some(refusal) = early.or_else(|| self.denial_by_terms(opening, terms)) {
            return refusal;
        }
        let from = Minute::floor(self.at());
        let shortest = terms.min_stay.max(Minutes(1));
        // The gate knows no end for a stay by permit.
        let is_public = audience == Audience::Public;
        let longest = if is_public { terms.max_stay } else { shortest };
        let reach = room::reach(self.plan, self.passage, audience, from, longest);
        if reach.until >= from + shortest {
            let leave_by = is_public.then(|| reach.until.timestamp());
            return AccessDecision::Open {
                audience: Some(audience),
                reservation: None,
                leave_by,
                because: None,
            };
        }
        AccessDecision::refuse(self.why_short(&reach, from))
    }

    /// Why this opening does not admit the car, whatever room there is.
    fn denial_by_terms(&self, opening: &PlannedOpening, terms: &OpeningTerms) -> Option<AccessDecision> {
        let is_public = opening.audience == Audience::Public;
        if is_public && self.plan.sharing.blocked.contains(self.plate) {
            return Some(AccessDecision::refuse(DenialReason::Blocked));
        }
        if !terms.walk_in {
            return Some(self.too_early().unwrap_or(AccessDecision::refuse(DenialReason::NotReserved)));
        }
        if self.is_locked(terms) {
            return Some(AccessDecision::refuse(DenialReason::LockedOut));
        }
        self.outside_group(opening, terms)
    }

    fn is_locked(&self, terms: &OpeningTerms) -> bool {
        terms.lock_out.and_then(|hours| hours.around(Minute::floor(self.at()))).is_some()
    }

    /// Refusal if no part of the opening for the plate's classes is open now. With children in several classes the earliest
    /// coming part counts.
    fn outside_group(&self, opening: &PlannedOpening, terms: &OpeningTerms) -> Option<AccessDecision> {
        let at = self.at();
        let mine = self.plan.sharing.groups.get(self.plate)?;
        let part = |id: &u16| {
            let group = terms.groups.iter().find(|group| group.id == *id);
            group.map_or((opening.from, opening.to), |group| (group.from, group.to))
        };
        if mine.iter().map(part).any(|(from, to)| from <= at && at < to) {
            return None;
        }
        let next = mine.iter().map(part).map(|(from, _)| from).filter(|from| *from > at).min();
        Some(next.map_or(AccessDecision::refuse(DenialReason::OutsideWindow), AccessDecision::too_early))
    }

    fn why_short(&self, reach: &StayLimit, from: Minute) -> DenialReason {
        let full = self.passage.occupied >= i64::from(self.plan.capacity);
        match reach.short {
            Some(StayLimitReason::Taken) if full => DenialReason::Full,
            Some(StayLimitReason::Taken) => DenialReason::Reserved,
            // The operator has closed the pool although the window is open.
            Some(StayLimitReason::Closed) if reach.until == from => DenialReason::OutsideWindow,
            Some(StayLimitReason::Closed) | None => DenialReason::WindowEnding,
        }
    }

    /// Reason if no opening admits the plate. A permitted plate, or any plate at a garage with public hours, comes at the
    /// wrong time; every other plate is unknown.
    fn denial_without_opening(&self) -> DenialReason {
        let public_hours = self.openings.iter().any(|o| o.audience == Audience::Public);
        if self.permitted().next().is_some() || public_hours {
            DenialReason::OutsideWindow
        } else {
            DenialReason::UnknownPlate
        }
    }
}

fn is_early_parent(opening: &PlannedOpening, decision: AccessDecision) -> bool {
    let early = matches!(decision, AccessDecision::Refuse { reason: DenialReason::TooEarly, .. });
    early && opening.audience == Audience::Pickup
}
