//! The plan by which a gateway decides alone, and by which the server decides as well (invariant 3).
//!
//! It names plates and audiences for the next [`VALID`], never people. It is made anew for each request; its tag
//! follows from what it says, so that a gateway that asks every few seconds is told "unchanged" for up to an hour,
//! and never holds a plan that is about to expire.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use domain::access::{AccessPlan, Audience, Opening, Sharing};
use domain::ids::GarageId;
use domain::plate::Plate;
use domain::time::Timestamp;
use protocol::uplink::PlanDocument;
use serde::Serialize;

use super::App;
use crate::store::garage::{self, Window};
use crate::store::seal::Purpose;
use crate::store::{StoreError, Tx};

/// How long a gateway may go on without the server.
pub const VALID: Duration = Duration::from_secs(48 * 3600);

/// A plan is made anew at least this often, so that one in use has most of [`VALID`] before it.
const RENEWED: i64 = 3600 * 1_000_000;

/// Yesterday's windows may still run; those of two days on may begin within [`VALID`].
const DAYS: u32 = 4;

const DAY: Duration = Duration::from_secs(24 * 3600);

#[derive(Debug, Clone)]
pub struct Tagged {
    pub document: PlanDocument,
    /// With its quotes, as the header wants it. Weak: `made_at` moves while the plan is the same.
    pub etag: String,
}

/// The plan of a garage; absent if there is no such garage.
pub async fn plan(app: &App, garage: &GarageId) -> Result<Option<Tagged>, StoreError> {
    let mut tx = app.store.begin_read().await?;
    let Some(document) = document(app, &mut tx, garage).await? else { return Ok(None) };
    let etag = etag(&document);
    Ok(Some(Tagged { document, etag }))
}

pub(super) async fn document(
    app: &App,
    tx: &mut Tx,
    garage: &GarageId,
) -> Result<Option<PlanDocument>, StoreError> {
    let now = app.now();
    let Some(found) = garage::find(tx, garage).await? else { return Ok(None) };
    let windows = garage::windows(tx, garage).await?;
    let mut permits: HashMap<Plate, BTreeSet<Audience>> = HashMap::new();
    for (plate_enc, audience) in garage::permitted_plates(tx, garage).await? {
        let text = app.keys.open(Purpose::Plate, &plate_enc)?;
        let plate = Plate::parse(&text).map_err(|_| StoreError::Corrupt { column: "plate_enc" })?;
        permits.entry(plate).or_default().insert(audience);
    }
    let plan = AccessPlan {
        capacity: found.capacity,
        openings: openings(&windows, now)?,
        permits,
        valid_until: now + VALID,
        sharing: Sharing::default(),
    };
    Ok(Some(PlanDocument { v: 1, garage: garage.clone(), made_at: now, plan }))
}

/// What is open now or opens while the plan is valid, in order.
pub(super) fn openings(windows: &[Window], now: Timestamp) -> Result<Vec<Opening>, StoreError> {
    let yesterday = (now - DAY).local_date();
    let mut openings = Vec::new();
    for window in windows {
        openings.extend(window.weekly()?.openings(yesterday, DAYS));
    }
    openings.retain(|opening| opening.to > now && opening.from < now + VALID);
    openings.sort_by_key(|opening| (opening.from, opening.to, opening.audience));
    Ok(openings)
}

/// What the tag is made from: the same facts in the same order give the same bytes.
#[derive(Serialize)]
struct Content<'a> {
    garage: &'a GarageId,
    hour: i64,
    capacity: u32,
    openings: &'a [Opening],
    permits: BTreeMap<&'a Plate, &'a BTreeSet<Audience>>,
}

fn etag(document: &PlanDocument) -> String {
    let content = Content {
        garage: &document.garage,
        hour: document.made_at.micros().div_euclid(RENEWED),
        capacity: document.plan.capacity,
        openings: &document.plan.openings,
        permits: document.plan.permits.iter().collect(),
    };
    super::etag::weak(&content)
}
