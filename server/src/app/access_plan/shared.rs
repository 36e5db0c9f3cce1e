//! Windows, reservations and blocks of a garage, read for its plan. [`domain::access`] makes the plan of them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::access::{PlanPeriod, PlannedHours, PlannedReservation, SharingPlan};
use domain::allocation::entry::EntryPhase;
use domain::allocation::reserved_entry::GarageHours;
use domain::ids::GarageId;
use domain::plate::Plate;
use domain::time::Timestamp;
use store::reservation::{self, StoredReservation};
use store::{StoreError, Tx, block_list};

use super::permits::opened;
use super::{STANDING, VALID};
use crate::app::{App, sharing};
use crate::context::ServerContext;

/// Most blocks of one garage in a plan; no operator maintains more by hand.
const BLOCKS: i64 = 10_000;

/// How late an event may arrive and be decided by the hours of its own time: a controller keeps events while its gateway is
/// away, and the plan may be of after the opening's end.
const LATE_EVENTS: Duration = Duration::from_secs(12 * 3600);

pub(super) struct PlannedSharing {
    pub hours: PlannedHours,
    pub reservations: Vec<PlannedReservation>,
    pub blocked: BTreeSet<Plate>,
    /// When a block begins or ends.
    pub good_until: Timestamp,
}

impl PlannedSharing {
    pub(super) async fn read(
        app: &App,
        tx: &mut Tx,
        garage: &GarageId,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let mut layout = sharing::layout(app, tx, garage, now).await?;
        let period =
            PlanPeriod { since: now - LATE_EVENTS, valid_until: now + VALID, standing_until: now + STANDING };
        // Later openings do not concern the plan; each reservation looks through all that are left.
        layout.openings.retain(|opening| opening.span.from().timestamp() < period.standing_until);
        let hours = GarageHours::of(&layout);
        let live = reservation::live(tx, std::slice::from_ref(garage)).await?;
        let (blocked, good_until) = blocked(app, tx, garage, now).await?;
        Ok(Self {
            reservations: reservations(app, &hours, &live, period)?,
            hours: PlannedHours::of(&layout, &hours, period),
            blocked,
            good_until,
        })
    }

    /// The sharing terms, with the groups of plates.
    pub(super) fn terms(self, groups: BTreeMap<Plate, BTreeSet<u16>>) -> SharingPlan {
        let Self { hours, reservations, blocked, .. } = self;
        SharingPlan { reservations, blocked, pools: hours.pools, groups }
    }
}

fn reservations(
    context: &ServerContext,
    hours: &GarageHours,
    live: &[StoredReservation],
    period: PlanPeriod,
) -> Result<Vec<PlannedReservation>, StoreError> {
    let mut planned = Vec::new();
    for stored in live.iter().filter(|stored| period.concerns(&stored.entry)) {
        // Only a confirmed reservation names its plate.
        let sealed = stored.details.plate_enc.as_ref();
        let sealed = sealed.filter(|_| stored.entry.phase() == EntryPhase::Confirmed);
        let plate = sealed.map(|plate| opened(&context.keys, plate)).transpose()?;
        planned.push(PlannedReservation::of(&stored.entry, hours, plate));
    }
    planned.sort_by_key(|reservation| (reservation.from, reservation.id));
    Ok(planned)
}

async fn blocked(
    context: &ServerContext,
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
            plates.insert(opened(&context.keys, &block.plate_enc)?);
        }
    }
    Ok((plates, good_until))
}
