//! The access plan: a gateway decides alone by it, and the server decides by it as well (invariant 3).
//!
//! It names plates, audiences and reserved times for the next [`VALID`], and the usual hours of permitted plates for
//! [`STANDING`]. It never names people. Its entity tag depends only on its content and the hour. A gateway that polls
//! every few seconds gets "not modified" for up to an hour and never holds a plan that is about to expire.
//!
//! A cached plan is valid while its inputs are unchanged: the garage, its book, the calendars, the rows of permitted
//! plates and the marked shapes. The start or end of a block also invalidates it. The check costs five short statements
//! and one that reads the permitted plates, sealed.
//!
//! - `permits`: plates admitted without a reservation, and their groups in a staggered pickup
//! - `shared`: windows, reservations and blocks, from which [`domain::access`] makes the plan

mod cache;
mod permits;
mod shared;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use domain::access::{
    AccessDecision, AccessPlan, AccessRequest, Audience, GarageAlarm, PermitColors, PlannedOpening,
    ReservationUses, SharingPlan, decide,
};
use domain::ids::GarageId;
use domain::occupancy::LaneDirection;
use domain::plate::Plate;
use domain::time::Timestamp;
use domain::vehicle::PlateColor;
use protocol::alarm::NoReadingShape;
use protocol::uplink::AccessPlanDocument;
use serde::Serialize;

use super::App;
pub(super) use cache::AccessPlanCache;
use cache::AccessPlanStamp;
use permits::PlatePermits;
use shared::PlannedSharing;
use store::garage::{self, StoredGarage};
use store::{StoreError, Tx, book, calendar, no_reading_shape, visit};

/// Longest time that a gateway may decide without the server.
pub const VALID: Duration = Duration::from_secs(48 * 3600);

/// How long permitted plates keep their usual hours without the server: a week, and time to come back from a holiday.
pub const STANDING: Duration = Duration::from_secs(14 * 24 * 3600);

/// Microseconds after which a plan is rebuilt, so that a plan in use keeps most of [`VALID`].
const RENEWED: i64 = 3600 * 1_000_000;

#[derive(Debug)]
pub struct TaggedAccessPlan {
    pub document: AccessPlanDocument,
    /// Entity tag with its quotes, as the header needs it. It is weak because `made_at` changes while the content is
    /// the same.
    pub etag: String,
}

/// The current plan of a garage; `None` if the garage does not exist.
pub async fn plan(app: &App, garage: &GarageId) -> Result<Option<Arc<TaggedAccessPlan>>, StoreError> {
    let mut tx = app.store.begin_read().await?;
    let Some(found) = garage::find(&mut tx, garage).await? else { return Ok(None) };
    let plan = current(app, &mut tx, &found).await?;
    tx.rollback().await?;
    Ok(Some(plan))
}

/// The plan as the open transaction sees it.
pub(super) async fn current(
    app: &App,
    tx: &mut Tx,
    garage: &StoredGarage,
) -> Result<Arc<TaggedAccessPlan>, StoreError> {
    let now = app.now();
    let rows = permits::PermitRows::read(tx, &garage.id).await?;
    let stamp = AccessPlanStamp {
        capacity: garage.capacity,
        version: book::version(tx, &garage.id).await?.unwrap_or_default(),
        district: calendar::version(tx).await?,
        hour: now.micros().div_euclid(RENEWED),
        permits: rows.digest(),
        no_reading_shapes: no_reading_shape::of_plan(tx, &garage.id).await?,
    };
    if let Some(known) = app.access_plans.find(&garage.id, &stamp, now) {
        return Ok(known);
    }
    let shared = PlannedSharing::read(app, tx, &garage.id, now).await?;
    let permits = match app.access_plans.permits(&garage.id, stamp.permits) {
        Some(known) => known,
        None => Arc::new(rows.open(&app.keys)?),
    };
    let good_until = shared.good_until;
    let marks = stamp.no_reading_shapes.clone();
    let made = Arc::new(tagged(garage, shared, &permits, (&rows.reservations, marks), now));
    app.access_plans.put(&garage.id, stamp, permits, Arc::clone(&made), good_until);
    Ok(made)
}

/// Decides for a plate read with full confidence at the entry now, by the same function as the gate (invariant 3).
pub(super) async fn decide_now(
    app: &App,
    tx: &mut Tx,
    garage: &StoredGarage,
    plate: &Plate,
) -> Result<AccessDecision, StoreError> {
    let plan = current(app, tx, garage).await?;
    let inside = visit::inside(tx, std::slice::from_ref(&garage.id), app.now()).await?;
    let uses = ReservationUses::new();
    let passage = AccessRequest {
        direction: LaneDirection::In,
        plate: Some(plate),
        confidence: 100,
        min_confidence: domain::access::MIN_CONFIDENCE,
        vehicle: domain::vehicle::VehicleDetails::default(),
        clock: domain::access::ClockTrust::Trusted,
        at: app.now(),
        occupied: garage.occupied.unwrap_or(0),
        inside: garage.occupied.map(|_| inside.get(&garage.id).copied().unwrap_or_default()),
        uses: &uses,
        alarm: GarageAlarm::None,
    };
    Ok(decide(Some(&plan.document.plan), &passage))
}

fn tagged(
    garage: &StoredGarage,
    shared: PlannedSharing,
    permits: &PlatePermits,
    (reservation_colors, no_reading_shapes): (&BTreeMap<String, PlateColor>, Vec<NoReadingShape>),
    now: Timestamp,
) -> TaggedAccessPlan {
    let (openings, standing) = (shared.hours.openings.clone(), shared.hours.standing.clone());
    let groups = permits.groups(&shared.hours.classes);
    let mut sharing = shared.terms(groups);
    for reservation in &mut sharing.reservations {
        reservation.plate_color = reservation_colors.get(&reservation.id.to_string()).copied();
    }
    let plan = AccessPlan {
        capacity: garage.capacity,
        openings,
        permits: permits.audiences.clone(),
        colors: permits.colors.clone(),
        valid_until: now + VALID,
        standing: Some(standing),
        sharing,
    };
    let document =
        AccessPlanDocument { v: 1, garage: garage.id.clone(), made_at: now, plan, no_reading_shapes };
    TaggedAccessPlan { etag: etag(&document), document }
}

/// Input of the entity tag: the same facts in the same order give the same bytes.
#[derive(Serialize)]
struct AccessPlanTagInput<'a> {
    garage: &'a GarageId,
    hour: i64,
    capacity: u32,
    openings: &'a [PlannedOpening],
    standing: Option<&'a [PlannedOpening]>,
    permits: BTreeMap<&'a Plate, &'a BTreeSet<Audience>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    colors: &'a PermitColors,
    sharing: &'a SharingPlan,
    no_reading_shapes: &'a [NoReadingShape],
}

fn etag(document: &AccessPlanDocument) -> String {
    let content = AccessPlanTagInput {
        garage: &document.garage,
        hour: document.made_at.micros().div_euclid(RENEWED),
        capacity: document.plan.capacity,
        openings: &document.plan.openings,
        standing: document.plan.standing.as_ref().map(|standing| standing.openings.as_slice()),
        permits: document.plan.permits.iter().collect(),
        colors: &document.plan.colors,
        sharing: &document.plan.sharing,
        no_reading_shapes: &document.no_reading_shapes,
    };
    super::etag::weak(&content)
}
