//! Events at a garage's gates, and rejected messages. Reading plates is audited.

use domain::ids::GarageId;
use protocol::operator::{CursorPage, DeadLetterEntry, EventLogEntry};

use super::{OperatorCaller, OperatorError, require};
use crate::app::audit::{AuditAction, record};
use crate::context::ServerContext;
use store::seal::SealPurpose;
use store::{StoreError, codec, dead_letter, gate_event};

/// Rows on one page.
const PAGE: usize = 50;

/// The garage's events, newest first; `cursor` is the `next` of the previous page.
pub async fn events(
    context: &ServerContext,
    caller: &OperatorCaller,
    garage: &GarageId,
    cursor: Option<i64>,
) -> Result<CursorPage<EventLogEntry>, OperatorError> {
    let before = cursor.unwrap_or(i64::MAX);
    let mut tx = context.store.begin().await?;
    require(&mut tx, caller, garage).await?;
    let rows = gate_event::page(&mut tx, garage, before, PAGE as i64 + 1).await?;
    record(&mut tx, context.now(), caller.actor(), AuditAction::GateEventRead(garage), &before.to_string())
        .await?;
    tx.commit().await?;
    page(rows, |row| row.no, |row| event(context, row))
}

fn event(context: &ServerContext, row: gate_event::StoredGateEvent) -> Result<EventLogEntry, StoreError> {
    let plate = row.plate_enc.map(|enc| context.keys.open(SealPurpose::Plate, &enc)).transpose()?;
    Ok(EventLogEntry {
        lane: codec::parse("gate_event.lane", &row.lane)?,
        direction: row.direction,
        kind: row.kind,
        plate,
        confidence: u8::try_from(row.confidence).unwrap_or(0),
        occurred_at: row.occurred_at,
        received_at: row.received_at,
        stored_at: row.stored_at,
        decision: row.decision,
        offline: row.offline,
        vehicle: row.vehicle,
        time_replaced: row.time_replaced,
        time_uncertain: row.time_uncertain,
        rereads: row.rereads.is_some(),
    })
}

/// The garage's rejected messages, newest first. An excerpt may contain a plate.
pub async fn dead_letters(
    context: &ServerContext,
    caller: &OperatorCaller,
    garage: &GarageId,
    cursor: Option<i64>,
) -> Result<CursorPage<DeadLetterEntry>, OperatorError> {
    let before = cursor.unwrap_or(i64::MAX);
    let mut tx = context.store.begin().await?;
    require(&mut tx, caller, garage).await?;
    let rows = dead_letter::page(&mut tx, garage, before, PAGE as i64 + 1).await?;
    record(&mut tx, context.now(), caller.actor(), AuditAction::DeadLetterRead(garage), &before.to_string())
        .await?;
    tx.commit().await?;
    page(rows, |row| row.no, |row| letter(context, row))
}

fn letter(
    context: &ServerContext,
    row: dead_letter::StoredDeadLetter,
) -> Result<DeadLetterEntry, StoreError> {
    Ok(DeadLetterEntry {
        device: row.device,
        code: row.code,
        detail: row.detail,
        excerpt: context.keys.open(SealPurpose::DeadLetter, &row.excerpt_enc)?,
        received_at: row.received_at,
    })
}

/// Cuts the rows to one page. The caller has read one row more than fits, which shows whether there is a next page.
fn page<R, T>(
    mut rows: Vec<R>,
    number: impl Fn(&R) -> i64,
    item: impl Fn(R) -> Result<T, StoreError>,
) -> Result<CursorPage<T>, OperatorError> {
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more).map(|row| number(row).to_string());
    let items = rows.into_iter().map(item).collect::<Result<_, _>>()?;
    Ok(CursorPage { items, next })
}
