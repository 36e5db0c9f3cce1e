//! Events at a garage's gates, and rejected messages. Reading plates is audited.

use domain::ids::GarageId;
use protocol::operator::{DeadLetter, Event, Page};

use super::{Caller, OperatorError, record, require};
use crate::app::App;
use crate::store::seal::Purpose;
use crate::store::{StoreError, dead_letter, gate_event, word};

/// Rows on one page.
const PAGE: usize = 50;

/// The garage's events, newest first; `cursor` is the `next` of the previous page.
pub async fn events(
    app: &App,
    caller: &Caller,
    garage: &GarageId,
    cursor: Option<i64>,
) -> Result<Page<Event>, OperatorError> {
    let before = cursor.unwrap_or(i64::MAX);
    let mut tx = app.store.begin().await?;
    require(&mut tx, caller, garage).await?;
    let rows = gate_event::page(&mut tx, garage, before, PAGE as i64 + 1).await?;
    record(&mut tx, app.now(), &caller.operator, "gate_event.read", garage.as_str(), &before.to_string())
        .await?;
    tx.commit().await?;
    page(rows, |row| row.no, |row| event(app, row))
}

fn event(app: &App, row: gate_event::Stored) -> Result<Event, StoreError> {
    let plate = row.plate_enc.map(|enc| app.keys.open(Purpose::Plate, &enc)).transpose()?;
    Ok(Event {
        lane: word::parse("gate_event.lane", &row.lane)?,
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
    app: &App,
    caller: &Caller,
    garage: &GarageId,
    cursor: Option<i64>,
) -> Result<Page<DeadLetter>, OperatorError> {
    let before = cursor.unwrap_or(i64::MAX);
    let mut tx = app.store.begin().await?;
    require(&mut tx, caller, garage).await?;
    let rows = dead_letter::page(&mut tx, garage, before, PAGE as i64 + 1).await?;
    record(&mut tx, app.now(), &caller.operator, "dead_letter.read", garage.as_str(), &before.to_string())
        .await?;
    tx.commit().await?;
    page(rows, |row| row.no, |row| letter(app, row))
}

fn letter(app: &App, row: dead_letter::Stored) -> Result<DeadLetter, StoreError> {
    Ok(DeadLetter {
        device: row.device,
        code: row.code,
        detail: row.detail,
        excerpt: app.keys.open(Purpose::DeadLetter, &row.excerpt_enc)?,
        received_at: row.received_at,
    })
}

/// Cuts the rows to one page. The caller has read one row more than fits, which shows whether there is a next page.
fn page<R, T>(
    mut rows: Vec<R>,
    number: impl Fn(&R) -> i64,
    item: impl Fn(R) -> Result<T, StoreError>,
) -> Result<Page<T>, OperatorError> {
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more).map(|row| number(row).to_string());
    let items = rows.into_iter().map(item).collect::<Result<_, _>>()?;
    Ok(Page { items, next })
}
