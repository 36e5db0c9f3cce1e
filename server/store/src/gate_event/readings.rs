//! Single events by their keys: the plate event that a pass names, a known event that is sent again, the first of two
//! readings of a car.

use std::collections::HashMap;

use domain::access::AccessDecision;
use domain::ids::EventId;
use domain::time::Timestamp;
use domain::vehicle::{PlateColor, VehicleClass};
use protocol::mqtt::EventKind;

use super::{StoredEventKey, event_id, key, optional, read_decision};
use crate::seal::SealedValue;
use crate::{StoreError, Tx, codec};

/// A stored event with its car.
#[derive(Debug, Clone)]
pub struct StoredReading {
    pub no: i64,
    /// The id under which the event is recorded.
    pub event_id: EventId,
    pub kind: EventKind,
    pub plate: Option<SealedValue>,
    pub confidence: u8,
    pub occurred_at: Timestamp,
    pub stored_at: Timestamp,
    pub time_replaced: bool,
    pub of: Option<EventId>,
    pub decision: Option<AccessDecision>,
    pub delta: i64,
    pub plate_color: Option<PlateColor>,
    pub vehicle_class: Option<VehicleClass>,
    pub is_suspect: bool,
    /// The earlier event whose reading stands instead of this one.
    pub standing_no: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct GateReadingRow {
    no: i64,
    garage_id: String,
    device: String,
    named_id: String,
    event_id: String,
    kind: String,
    plate_hash: Option<Vec<u8>>,
    plate_enc: Option<Vec<u8>>,
    confidence: i64,
    occurred_at: i64,
    stored_at: i64,
    time_replaced: i64,
    of_event_id: Option<String>,
    decision: Option<String>,
    delta: i64,
    plate_color: Option<String>,
    vehicle_class: Option<String>,
    suspect: i64,
    standing_no: Option<i64>,
}

/// The select list of every read.
macro_rules! select {
    ($named:literal) => {
        concat!(
            "select e.no, e.garage_id, e.device, ",
            $named,
            " as named_id, e.event_id, e.kind, e.plate_hash, e.plate_enc, e.confidence, e.occurred_at, e.stored_at, e.time_replaced, \
             e.of_event_id, e.decision, e.delta, e.plate_color, e.vehicle_class, e.suspect, e.standing_no from gate_event e join ("
        )
    };
}

/// The events recorded under these ids; unknown ids are absent.
pub async fn by_id(
    tx: &mut Tx,
    keys: &[StoredEventKey],
) -> Result<HashMap<StoredEventKey, StoredReading>, StoreError> {
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<GateReadingRow> = fetch_rows!(
        tx,
        select!("e.event_id"),
        keys,
        |row, key| {
            row.push_bind(key.0.as_str()).push_bind(key.1.as_str()).push_bind(key.2.as_str());
        },
        ") as v on e.garage_id = v.column1 and e.device = v.column2 and e.event_id = v.column3"
    )?;
    rows.into_iter().map(named).collect()
}

/// The newest events that devices sent under these ids, under any recorded id.
pub async fn newest_by_id(
    tx: &mut Tx,
    keys: &[StoredEventKey],
) -> Result<HashMap<StoredEventKey, StoredReading>, StoreError> {
    let mut found = by_id(tx, keys).await?;
    if found.is_empty() {
        return Ok(found);
    }
    let rows: Vec<GateReadingRow> = fetch_rows!(
        tx,
        select!("e.raw_event_id"),
        keys,
        |row, key| {
            row.push_bind(key.0.as_str()).push_bind(key.1.as_str()).push_bind(key.2.as_str());
        },
        ") as v on e.garage_id = v.column1 and e.device = v.column2 and e.raw_event_id = v.column3 \
         where e.raw_event_id is not null order by e.no"
    )?;
    for row in rows {
        let (key, reading) = named(row)?;
        found.insert(key, reading);
    }
    Ok(found)
}

/// The event with this number.
pub async fn by_no(tx: &mut Tx, no: i64) -> Result<Option<StoredReading>, StoreError> {
    let row: Option<GateReadingRow> = fetch_optional!(
        tx,
        "select e.no, e.garage_id, e.device, e.event_id as named_id, e.event_id, e.kind, e.plate_hash, \
         e.plate_enc, e.confidence, e.occurred_at, e.stored_at, e.time_replaced, e.of_event_id, e.decision, e.delta, e.plate_color, e.vehicle_class, \
         e.suspect, e.standing_no from gate_event e where e.no = $1",
        no,
    )?;
    Ok(row.map(named).transpose()?.map(|(_, reading)| reading))
}

/// Records the other event whose reading of the car stands.
pub async fn set_standing(tx: &mut Tx, no: i64, standing: Option<i64>) -> Result<(), StoreError> {
    execute!(tx, "update gate_event set standing_no = $2 where no = $1", no, standing)?;
    Ok(())
}

fn named(row: GateReadingRow) -> Result<(StoredEventKey, StoredReading), StoreError> {
    let reading = StoredReading {
        no: row.no,
        event_id: codec::parse("gate_event.event_id", &row.event_id)?,
        kind: codec::parse("gate_event.kind", &row.kind)?,
        plate: row.plate_hash.zip(row.plate_enc).map(|(hash, enc)| SealedValue { hash, enc }),
        confidence: u8::try_from(row.confidence).unwrap_or(0),
        occurred_at: Timestamp::from_micros(row.occurred_at),
        stored_at: Timestamp::from_micros(row.stored_at),
        time_replaced: row.time_replaced != 0,
        of: event_id("gate_event.of_event_id", row.of_event_id)?,
        decision: read_decision(row.decision)?,
        delta: row.delta,
        plate_color: optional("gate_event.plate_color", row.plate_color)?,
        vehicle_class: optional("gate_event.vehicle_class", row.vehicle_class)?,
        is_suspect: row.suspect != 0,
        standing_no: row.standing_no,
    };
    Ok((key(&row.garage_id, &row.device, &row.named_id)?, reading))
}
