//! An operator's walk through the garage: the plates seen are compared with the visits, previewed and stored once. The
//! new count is the number of cars seen plus the passages since. Passages that the gateway has not sent yet would be
//! counted twice, so a walk is rejected while the gateway is offline or behind.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use domain::ids::{GarageId, VisitId};
use domain::inventory::{InsideVisit, InventoryOutcome, InventoryWalk, SeenCars, reconcile};
use domain::plate::Plate;
use domain::time::Timestamp;
use protocol::operator::{InventoryPreview, InventoryReport, InventorySummary, UnseenVisit};
use uuid::Uuid;

use super::reason::{self, reason};
use super::{OperatorCaller, OperatorError, require};
use crate::app::App;
use crate::app::audit::{AuditAction, record};
use crate::app::idempotency::{IdempotencyKey, IdempotencyKeyReused, KeyedBodyDigest};
use crate::context::ServerContext;
use store::seal::{SealError, SealPurpose, SealedValue};
use store::visit::inside::{self, OpenVisit};
use store::{StoreError, Tx, garage, gateway, inventory};

/// Most walks in the list.
const SHOWN: i64 = 20;
/// A larger garage is walked by levels, but counted at once.
const MAX_CARS: usize = 5000;
/// Older observations are outdated by too many passages.
const MAX_AGE: Duration = Duration::from_secs(12 * 3600);
/// A phone's clock may run ahead a little.
const AHEAD: Duration = Duration::from_secs(60);
const ALIVE: Duration = Duration::from_secs(30);
/// More than a batch waits: the gateway is catching up.
const BEHIND: i64 = 500;

#[derive(Debug, thiserror::Error)]
pub enum InventoryError {
    #[error("the reason must have 2 to 500 characters")]
    Reason,
    #[error("the walk must end after it begins and begin at most 12 hours ago")]
    Walk,
    #[error("line {line} is not a plate")]
    Plate { line: usize },
    #[error("at most {MAX_CARS} cars are allowed")]
    TooMany,
    #[error("the gateway is offline or behind: passages are missing")]
    Behind,
    #[error(transparent)]
    KeyReused(#[from] IdempotencyKeyReused),
    #[error(transparent)]
    Operator(#[from] OperatorError),
}

impl From<StoreError> for InventoryError {
    fn from(error: StoreError) -> Self {
        Self::Operator(error.into())
    }
}

impl From<SealError> for InventoryError {
    fn from(error: SealError) -> Self {
        StoreError::from(error).into()
    }
}

type InventoriedCars = BTreeMap<Vec<u8>, Plate>;

/// A walk of a request, checked.
struct CheckedWalk {
    walk: InventoryWalk,
    cars: InventoriedCars,
    unread: u32,
}

/// A walk compared with the visits.
struct WalkComparison {
    open: HashMap<VisitId, OpenVisit>,
    outcome: InventoryOutcome<VisitId, Vec<u8>>,
}

/// Previews the walk; writes only to the audit log.
pub async fn preview(
    context: &ServerContext,
    caller: &OperatorCaller,
    garage: &GarageId,
    new: &InventoryReport,
) -> Result<InventoryPreview, InventoryError> {
    let asked = asked(context, new)?;
    let mut tx = context.store.begin().await?;
    require(&mut tx, caller, garage).await?;
    let found = garage::find(&mut tx, garage).await?.ok_or(OperatorError::NoSuchGarage)?;
    let held = held(&mut tx, garage, &asked).await?;
    record(&mut tx, context.now(), caller.actor(), AuditAction::InventoryPreview(garage), "").await?;
    tx.commit().await?;
    shown(context, found.occupied, &asked, &held)
}

/// Stores the walk and corrects visits and count; a repeated key returns the first walk.
pub async fn add(
    app: &App,
    caller: &OperatorCaller,
    garage: &GarageId,
    key: &IdempotencyKey,
    new: &InventoryReport,
) -> Result<InventorySummary, InventoryError> {
    let reason = reason(&new.reason, reason::LONGEST).ok_or(InventoryError::Reason)?;
    let digest = KeyedBodyDigest::of(&app.keys, new);
    let mut tx = app.store.begin().await?;
    require(&mut tx, caller, garage).await?;
    let found = garage::lock(&mut tx, garage).await?.ok_or(OperatorError::NoSuchGarage)?;
    if let Some((written, hash)) = inventory::by_key(&mut tx, garage, &caller.operator, key.as_str()).await? {
        digest.require_stored(&hash)?;
        return Ok(written);
    }
    let asked = asked(app, new)?;
    require_caught_up(&mut tx, garage, app.now()).await?;
    let held = held(&mut tx, garage, &asked).await?;
    mend(app, &mut tx, garage, &asked, &held).await?;
    let made = made(&asked, &held, found.occupied, app.now(), reason);
    garage::set_count(&mut tx, garage, made.after, made.at).await?;
    let row = inventory::NewInventoryRow {
        garage,
        operator: &caller.operator,
        idempotency_key: key.as_str(),
        body_hash: digest.stored(),
        made: &made,
    };
    inventory::insert(&mut tx, &row).await?;
    record(&mut tx, made.at, caller.actor(), AuditAction::InventoryAdd(garage), &made.id.to_string()).await?;
    let written = inventory::by_key(&mut tx, garage, &caller.operator, key.as_str()).await?;
    let (written, _) = written.ok_or(StoreError::Corrupt { column: "inventory.idempotency_key" })?;
    tx.commit().await?;
    app.allocation.mark_stale(garage);
    Ok(written)
}

/// The garage's walks, newest first.
pub async fn newest(
    context: &ServerContext,
    caller: &OperatorCaller,
    garage: &GarageId,
) -> Result<Vec<InventorySummary>, OperatorError> {
    let mut tx = context.store.begin_read().await?;
    require(&mut tx, caller, garage).await?;
    Ok(inventory::newest(&mut tx, garage, SHOWN).await?)
}

fn asked(context: &ServerContext, new: &InventoryReport) -> Result<CheckedWalk, InventoryError> {
    let now = context.now();
    let walk = InventoryWalk::new(new.begun_at, new.ended_at).ok_or(InventoryError::Walk)?;
    if new.ended_at > now + AHEAD || new.begun_at < now - MAX_AGE {
        return Err(InventoryError::Walk);
    }
    let mut cars = InventoriedCars::new();
    for (index, line) in new.seen.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let reading = line.trim().split([',', '，', ';', '\t', ' ']).next().unwrap_or_default();
        let plate = Plate::parse(reading).map_err(|_| InventoryError::Plate { line: index + 1 })?;
        cars.insert(context.keys.hash(SealPurpose::Plate, plate.as_str()), plate);
    }
    if cars.len() > MAX_CARS || new.unread as usize > MAX_CARS {
        return Err(InventoryError::TooMany);
    }
    Ok(CheckedWalk { walk, cars, unread: new.unread })
}

async fn require_caught_up(tx: &mut Tx, garage: &GarageId, now: Timestamp) -> Result<(), InventoryError> {
    let health = gateway::health(tx).await?.into_iter().find(|gateway| gateway.garage == *garage);
    // A garage without a gateway has no pending passages.
    let Some(health) = health else { return Ok(()) };
    match health.last_seen_at {
        None => Ok(()),
        Some(at) if now.since(at) <= ALIVE && health.backlog <= BEHIND => Ok(()),
        Some(_) => Err(InventoryError::Behind),
    }
}

async fn held(tx: &mut Tx, garage: &GarageId, asked: &CheckedWalk) -> Result<WalkComparison, StoreError> {
    let open = inside::open(tx, garage).await?;
    let (left, left_unread) = inside::left_since(tx, garage, asked.walk.begun()).await?;
    let visits: Vec<InsideVisit<VisitId, Vec<u8>>> = open
        .iter()
        .map(|visit| InsideVisit {
            visit: visit.id,
            car: visit.plate.as_ref().map(|plate| plate.hash.clone()),
            entered_at: visit.entered_at,
        })
        .collect();
    let cars: BTreeSet<Vec<u8>> = asked.cars.keys().cloned().collect();
    let seen = SeenCars { cars, unread: asked.unread, left: left.into_iter().collect(), left_unread };
    let outcome = reconcile(asked.walk, &visits, &seen);
    Ok(WalkComparison { open: open.into_iter().map(|visit| (visit.id, visit)).collect(), outcome })
}

async fn mend(
    context: &ServerContext,
    tx: &mut Tx,
    garage: &GarageId,
    asked: &CheckedWalk,
    held: &WalkComparison,
) -> Result<(), InventoryError> {
    let sealed = |hash: &Vec<u8>| -> Result<Option<SealedValue>, SealError> {
        asked.cars.get(hash).map(|plate| context.keys.sealed(SealPurpose::Plate, plate.as_str())).transpose()
    };
    let mut named = Vec::new();
    for (visit, car) in &held.outcome.named {
        named.extend(sealed(car)?.map(|car| (*visit, car)));
    }
    let mut opened = Vec::new();
    for car in &held.outcome.opened {
        opened.extend(sealed(car)?);
    }
    inside::end_ghosts(tx, &held.outcome.ghosts).await?;
    inside::name(tx, &named).await?;
    inside::found(tx, garage, &opened, asked.walk.begun()).await?;
    Ok(())
}

fn made(
    asked: &CheckedWalk,
    held: &WalkComparison,
    before: Option<i64>,
    at: Timestamp,
    reason: String,
) -> InventorySummary {
    let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    InventorySummary {
        id: Uuid::now_v7(),
        begun_at: asked.walk.begun(),
        ended_at: asked.walk.ended(),
        at,
        before,
        after: held.outcome.occupied,
        seen: number(asked.cars.len()),
        unread: i64::from(asked.unread),
        opened: number(held.outcome.opened.len()),
        named: number(held.outcome.named.len()),
        ghosts: number(held.outcome.ghosts.len()),
        reason,
        operator: String::new(),
    }
}

fn shown(
    context: &ServerContext,
    before: Option<i64>,
    asked: &CheckedWalk,
    held: &WalkComparison,
) -> Result<InventoryPreview, InventoryError> {
    let plate = |hash: &Vec<u8>| asked.cars.get(hash).map(ToString::to_string);
    let outcome = &held.outcome;
    let ghost = |visit: &OpenVisit| -> Result<UnseenVisit, SealError> {
        let plate = visit
            .plate
            .as_ref()
            .map(|plate| context.keys.open(SealPurpose::Plate, &plate.enc))
            .transpose()?;
        Ok(UnseenVisit { plate, entered_at: Some(visit.entered_at) })
    };
    let ghosts = outcome.ghosts.iter().filter_map(|id| held.open.get(id));
    Ok(InventoryPreview {
        before,
        after: outcome.occupied,
        matched: outcome.matched,
        opened: outcome.opened.iter().filter_map(plate).collect(),
        named: outcome.named.iter().filter_map(|(_, car)| plate(car)).collect(),
        ghosts: ghosts.map(ghost).collect::<Result<_, _>>()?,
        left: outcome.left.iter().filter_map(plate).collect(),
    })
}
