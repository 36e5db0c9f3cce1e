//! Windows and reservations as a gate needs them.
//!
//! The plan carries only what is still to come of the book: a car that is inside is already in the count. A held or
//! offered reservation takes its space, too, but admits no car before it is accepted.

use std::collections::{BTreeMap, BTreeSet};

use domain::access::{
    Audience, OpeningGroup, OpeningTerms, PlannedLimit, PlannedOpening, PlannedReservation, SharingPlan,
    StandingRights,
};
use domain::allocation::entry::EntryPhase;
use domain::allocation::layout::GarageLayout;
use domain::ids::{ClassId, GarageId, PoolId};
use domain::minute::Minute;
use domain::plate::Plate;
use domain::shared_window::{WindowOpening, without};
use domain::time::Timestamp;

use super::permits::opened;
use super::{STANDING, VALID};
use crate::app::{App, sharing};
use crate::store::reservation::{self, StoredReservation};
use crate::store::{StoreError, Tx, block_list};

/// Most blocks of one garage in a plan; no operator maintains more by hand.
const BLOCKS: i64 = 10_000;

pub(super) struct PlannedSharing {
    /// Openings that are current or begin while the plan is valid, in order.
    pub openings: Vec<PlannedOpening>,
    /// Later openings for permitted plates.
    pub standing: StandingRights,
    /// Sharing terms without the groups of plates.
    pub sharing: SharingPlan,
    /// Classes with a time of their own in some opening, numbered for this plan.
    pub classes: BTreeMap<ClassId, u16>,
    /// When a block begins or ends.
    pub good_until: Timestamp,
}

impl PlannedSharing {
    pub async fn read(app: &App, tx: &mut Tx, garage: &GarageId, now: Timestamp) -> Result<Self, StoreError> {
        let mut layout = sharing::layout(app, tx, garage, now).await?;
        // An opening that began before `now` is needed until its end.
        layout.openings.retain(|opening| until(opening) > now && from(opening) < now + STANDING);
        let mut open = without(layout.openings.clone(), &layout.closures);
        open.retain(|opening| until(opening) > now);
        open.sort_by_key(|opening| (opening.span, opening.audience));
        let classes = numbered(&open);
        let standing = standing(&open, &classes, now);
        open.retain(|opening| from(opening) < now + VALID);
        // The gate needs later openings for permitted plates only.
        layout.openings.retain(|opening| from(opening) < now + VALID);
        let live = reservation::live(tx, std::slice::from_ref(garage)).await?;
        let (blocked, good_until) = blocked(app, tx, garage, now).await?;
        let sharing = SharingPlan {
            reservations: reservations(app, &layout, &live, now)?,
            blocked,
            pools: layout.pools.keys().map(|pool| (pool.clone(), limits(&layout, pool, now))).collect(),
            groups: BTreeMap::new(),
        };
        let openings = open.iter().map(|opening| planned(opening, &classes)).collect();
        Ok(Self { openings, standing, sharing, classes, good_until })
    }
}

fn from(opening: &WindowOpening) -> Timestamp {
    opening.span.from().timestamp()
}

fn until(opening: &WindowOpening) -> Timestamp {
    opening.span.until().timestamp()
}

fn standing(openings: &[WindowOpening], classes: &BTreeMap<ClassId, u16>, now: Timestamp) -> StandingRights {
    let concerned =
        |opening: &&WindowOpening| opening.audience != Audience::Public && until(opening) > now + VALID;
    let openings = openings.iter().filter(concerned).map(|opening| planned(opening, classes)).collect();
    StandingRights { until: now + STANDING, openings }
}

/// Numbers start at 1: 0 is a class without a time of its own.
fn numbered(openings: &[WindowOpening]) -> BTreeMap<ClassId, u16> {
    let classes: BTreeSet<_> = openings.iter().flat_map(|o| &o.groups).map(|group| &group.class).collect();
    classes.into_iter().cloned().zip(1..).collect()
}

fn planned(opening: &WindowOpening, numbers: &BTreeMap<ClassId, u16>) -> PlannedOpening {
    let group = |group: &domain::shared_window::ClassOpening| {
        let (from, to) = (group.span.from().timestamp(), group.span.until().timestamp());
        Some(OpeningGroup { id: *numbers.get(&group.class)?, from, to })
    };
    let terms = OpeningTerms {
        window: opening.window.clone(),
        pool: opening.pool.clone(),
        min_stay: opening.terms.min_stay,
        max_stay: opening.terms.max_stay,
        lock_out: opening.terms.lock_out,
        walk_in: opening.terms.walk_in,
        groups: opening.groups.iter().filter_map(group).collect(),
    };
    PlannedOpening {
        terms: Some(terms),
        ..PlannedOpening::new(opening.audience, from(opening), until(opening))
    }
}

/// Limits of a pool from the current one on, as far as the plan is valid.
fn limits(layout: &GarageLayout, pool: &PoolId, now: Timestamp) -> Vec<PlannedLimit> {
    let all = layout.limits(pool);
    let first = all.partition_point(|limit| limit.from.timestamp() <= now).saturating_sub(1);
    let valid = all.into_iter().skip(first).take_while(|limit| limit.from.timestamp() < now + VALID);
    let limit = |limit: domain::allocation::PoolLimit| PlannedLimit {
        from: limit.from.timestamp(),
        capacity: limit.capacity,
        quota: limit.quota,
    };
    valid.map(limit).collect()
}

fn reservations(
    app: &App,
    layout: &GarageLayout,
    live: &[StoredReservation],
    now: Timestamp,
) -> Result<Vec<PlannedReservation>, StoreError> {
    let ahead = |stored: &&StoredReservation| {
        let (from, to) = (stored.entry.span.from().timestamp(), stored.entry.span.until().timestamp());
        stored.entry.phase().is_reserved() && from < now + VALID && now < to
    };
    let all = live.iter().filter(ahead).map(|stored| reservation(app, layout, stored));
    let mut planned: Vec<_> = all.collect::<Result<_, _>>()?;
    planned.sort_by_key(|reservation| (reservation.from, reservation.id));
    Ok(planned)
}

fn reservation(
    app: &App,
    layout: &GarageLayout,
    stored: &StoredReservation,
) -> Result<PlannedReservation, StoreError> {
    let entry = &stored.entry;
    let confirmed = stored.details.plate_enc.as_ref().filter(|_| entry.phase() == EntryPhase::Confirmed);
    Ok(PlannedReservation {
        id: entry.id,
        plate: confirmed.map(|plate| opened(&app.keys, plate)).transpose()?,
        plate_color: None,
        audience: entry.audience,
        pool: entry.pool.clone(),
        from: entry.span.from().timestamp(),
        to: entry.span.until().timestamp(),
        enter_from: enter_from(layout, stored).timestamp(),
        enter_until: entry.span.until().timestamp(),
    })
}

/// Earliest entry: the window's early margin before the start, but not before the window opens.
fn enter_from(layout: &GarageLayout, stored: &StoredReservation) -> Minute {
    let entry = &stored.entry;
    let start = entry.span.from();
    let own = |opening: &&WindowOpening| opening.pool == entry.pool && opening.audience == entry.audience;
    let openings: Vec<_> = layout.openings.iter().filter(own).map(|o| (o.span, o.terms.early)).collect();
    let Some((_, early)) = openings.iter().find(|(span, _)| span.contains(start)) else { return start };
    let mut open_from = start;
    while let Some((before, _)) =
        openings.iter().find(|(span, _)| span.from() < open_from && open_from <= span.until())
    {
        open_from = before.from();
    }
    open_from.max(start - *early)
}

async fn blocked(
    app: &App,
    tx: &mut Tx,
    garage: &GarageId,
    now: Timestamp,
) -> Result<(BTreeSet<Plate>, Timestamp), StoreError> {
    let mut good_until = now + VALID;
    let mut plates = BTreeSet::new();
    for block in block_list::of_garage(tx, garage, now, BLOCKS).await? {
        let next = if block.from > now { Some(block.from) } else { block.until };
        good_until = next.map_or(good_until, |next| good_until.min(next));
        if block.from <= now {
            plates.insert(opened(&app.keys, &block.plate_enc)?);
        }
    }
    Ok((plates, good_until))
}
