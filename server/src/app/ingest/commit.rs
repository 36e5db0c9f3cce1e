//! The transaction of a group: locks the gateways, inserts new events, applies them and advances the sequences.

use std::collections::{BTreeSet, HashMap};

use domain::access::AudienceCounts;
use domain::ids::GarageId;
use domain::time::Timestamp;
use metrics::counter;
use protocol::people::FeedCursor;
use protocol::uplink::{BatchReceipt, LaneStatus, ServerCount, UplinkBatch};
use store::gateway::{self, GatewayReport, LockedGateway};
use store::{StoreError, Tx, dead_letter, visit};

use super::admission::{AdmittedBatch, admit};
use super::arrivals::ArrivalInputs;
use super::movement::{self, NewGateEvent};
use super::record::CheckedRecords;
use super::{IngestError, arrivals, dedupe, reread};
use crate::app::App;
use crate::app::audit::{AuditAction, AuditActor, record};
use crate::context::ServerContext;

/// Results of a commit for the replies and the feed.
pub(super) struct IngestCommitOutcome {
    /// One for each batch, in order.
    pub outcomes: Vec<Result<BatchReceipt, IngestError>>,
    cursor: Option<FeedCursor>,
    new_events: usize,
    known_events: usize,
    new_arrivals: u64,
    /// Garages in which cars came or left.
    moved: BTreeSet<GarageId>,
}

impl IngestCommitOutcome {
    /// Counts metrics and wakes the feed's readers, after the commit.
    pub(super) fn announce(&self, app: &App) {
        counter!("ingest_batches_total").increment(self.outcomes.len() as u64);
        counter!("ingest_events_total", "outcome" => "new").increment(self.new_events as u64);
        counter!("ingest_events_total", "outcome" => "duplicate").increment(self.known_events as u64);
        counter!("arrivals_total").increment(self.new_arrivals);
        if let Some(cursor) = self.cursor {
            app.wake(cursor);
        }
        // Books process the passages afterwards: arrivals do not wait for that.
        self.moved.iter().for_each(|garage| app.allocation.mark_stale(garage));
    }
}

/// Gateways of the batches, by garage, with their rows locked.
type LockedGateways = HashMap<GarageId, LockedGateway>;
type BatchAdmissions<'a> = Vec<Result<AdmittedBatch<'a>, IngestError>>;

pub(super) async fn commit(
    context: &ServerContext,
    batches: &[(GarageId, UplinkBatch)],
) -> Result<IngestCommitOutcome, StoreError> {
    let now = context.now();
    let mut tx = context.store.begin().await?;
    let mut gateways = locked(&mut tx, batches).await?;
    let admissions = admissions(&mut gateways, batches);
    let mut parted = parted(context, batches, &admissions, now)?;
    log_epochs(&mut tx, batches, &admissions, now).await?;
    dead_letter::insert(&mut tx, &parted.letters).await?;
    let events = parted.events.len();
    let new = dedupe::insert_events(&mut tx, &context.keys, &mut parted.events, now).await?;
    let mut counts = movement::count(&mut tx, &gateways, &new, now).await?;
    let mut rereads = reread::judge(&mut tx, &new).await?;
    counts.extend(movement::heal(&mut tx, std::mem::take(&mut rereads.wrong), now).await?);
    let moved_cars = movement::visits(&mut tx, &new, &rereads, &mut counts, now).await?;
    let inside = visit::inside(&mut tx, &counts.keys().cloned().collect::<Vec<_>>(), now).await?;
    gateway::record_reports(&mut tx, &seen(&gateways, batches, now)).await?;
    gateway::set_lanes(&mut tx, &lanes(&gateways, batches), now).await?;
    // Last step: from here on this transaction holds the lock of all arrivals.
    let ahead = priority_records(context, batches, &admissions, now)?;
    let changes = ArrivalInputs {
        new: &new,
        priority_events: &ahead.events,
        moved: &moved_cars,
        rereads: &rereads.cars,
    };
    let news = arrivals::apply(&mut tx, changes, now).await?;
    tx.commit().await?;
    Ok(IngestCommitOutcome {
        outcomes: outcomes(admissions, batches, &counts, &inside),
        cursor: news.cursor,
        new_events: new.len(),
        known_events: events - new.len(),
        new_arrivals: news.new_arrivals,
        moved: moved(&new),
    })
}

fn moved(new: &[NewGateEvent<'_>]) -> BTreeSet<GarageId> {
    let moved = new.iter().filter(|event| event.checked.delta() != 0);
    moved.map(|event| event.checked.place.garage.clone()).collect()
}

async fn locked(tx: &mut Tx, batches: &[(GarageId, UplinkBatch)]) -> Result<LockedGateways, StoreError> {
    let garages: BTreeSet<&GarageId> = batches.iter().map(|(garage, _)| garage).collect();
    let garages: Vec<GarageId> = garages.into_iter().cloned().collect();
    let locked = gateway::lock(tx, &garages).await?;
    Ok(locked.into_iter().map(|gateway| (gateway.garage.clone(), gateway)).collect())
}

fn admissions<'a>(
    gateways: &mut LockedGateways,
    batches: &'a [(GarageId, UplinkBatch)],
) -> BatchAdmissions<'a> {
    let admit = |(garage, batch): &'a (GarageId, UplinkBatch)| match gateways.get_mut(garage) {
        Some(gateway) => admit(gateway, batch),
        None => Err(IngestError::Unknown),
    };
    batches.iter().map(admit).collect()
}

fn parted<'a>(
    context: &ServerContext,
    batches: &'a [(GarageId, UplinkBatch)],
    admissions: &BatchAdmissions<'a>,
    now: Timestamp,
) -> Result<CheckedRecords<'a>, StoreError> {
    let mut parted = CheckedRecords::default();
    for ((garage, batch), admitted) in batches.iter().zip(admissions) {
        let Ok(admitted) = admitted else { continue };
        for record in admitted.records {
            parted.add(&context.keys, garage, &batch.epoch, record, now)?;
        }
    }
    Ok(parted)
}

/// Events of priority records.
fn priority_records<'a>(
    context: &ServerContext,
    batches: &'a [(GarageId, UplinkBatch)],
    admissions: &BatchAdmissions<'a>,
    now: Timestamp,
) -> Result<CheckedRecords<'a>, StoreError> {
    let mut ahead = CheckedRecords::default();
    for ((garage, batch), _) in batches.iter().zip(admissions).filter(|(_, admitted)| admitted.is_ok()) {
        for record in &batch.priority_records {
            ahead.add(&context.keys, garage, &batch.epoch, record, now)?;
        }
    }
    Ok(ahead)
}

async fn log_epochs(
    tx: &mut Tx,
    batches: &[(GarageId, UplinkBatch)],
    admissions: &BatchAdmissions<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    for ((garage, batch), admitted) in batches.iter().zip(admissions) {
        if !matches!(admitted, Ok(AdmittedBatch { new_epoch: true, .. })) {
            continue;
        }
        tracing::info!(garage.id = %garage, epoch = batch.epoch, "gateway began a new outbox epoch");
        let (actor, action) = (AuditActor::Gateway(garage), AuditAction::EpochBegin(garage));
        record(tx, now, actor, action, &batch.epoch).await?;
    }
    Ok(())
}

/// The newest batch of each gateway with the gateway's position.
fn latest<'a>(
    gateways: &'a LockedGateways,
    batches: &'a [(GarageId, UplinkBatch)],
) -> impl Iterator<Item = (&'a LockedGateway, &'a UplinkBatch)> {
    let mut newest: HashMap<&GarageId, &UplinkBatch> = HashMap::new();
    for (garage, batch) in batches {
        newest.insert(garage, batch);
    }
    newest.into_iter().filter_map(|(garage, batch)| Some((gateways.get(garage)?, batch)))
}

fn seen<'a>(
    gateways: &'a LockedGateways,
    batches: &'a [(GarageId, UplinkBatch)],
    now: Timestamp,
) -> Vec<GatewayReport<'a>> {
    let seen = |(gateway, batch): (&'a LockedGateway, &'a UplinkBatch)| GatewayReport {
        garage: &gateway.garage,
        epoch: gateway.epoch.as_deref(),
        acked_seq: gateway.acked_seq,
        at: now,
        backlog: batch.status.backlog,
        version: &batch.status.version,
        plan_etag: batch.status.plan_etag.as_deref(),
        alarms: &batch.status.alarms,
    };
    latest(gateways, batches).map(seen).collect()
}

fn lanes<'a>(
    gateways: &'a LockedGateways,
    batches: &'a [(GarageId, UplinkBatch)],
) -> Vec<(&'a GarageId, &'a LaneStatus)> {
    let mut lanes = HashMap::new();
    for (gateway, batch) in latest(gateways, batches) {
        for lane in &batch.status.lanes {
            lanes.insert((&gateway.garage, &lane.lane), lane);
        }
    }
    lanes.into_iter().map(|((garage, _), lane)| (garage, lane)).collect()
}

fn outcomes(
    admissions: BatchAdmissions<'_>,
    batches: &[(GarageId, UplinkBatch)],
    counts: &HashMap<GarageId, i64>,
    inside: &HashMap<GarageId, AudienceCounts>,
) -> Vec<Result<BatchReceipt, IngestError>> {
    let receipt =
        |(admitted, (garage, _)): (Result<AdmittedBatch<'_>, IngestError>, &(GarageId, UplinkBatch))| {
            let through_seq = admitted?.acked_through;
            let occupied = counts.get(garage).copied().ok_or(IngestError::Unknown)?;
            let inside = Some(inside.get(garage).copied().unwrap_or_default());
            Ok(BatchReceipt {
                acked_through: through_seq,
                count: ServerCount { occupied, through_seq, inside },
            })
        };
    admissions.into_iter().zip(batches).map(receipt).collect()
}
