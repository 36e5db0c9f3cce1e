//! Gate events, each once: a garage's controller and its event id name it, whatever batch or epoch it came in.

use std::collections::HashMap;

use domain::access::Decision;
use domain::ids::{DeviceId, EventId, GarageId};
use domain::occupancy::Direction;
use domain::time::Timestamp;
use protocol::mqtt::EventKind;

use super::seal::Sealed;
use super::{StoreError, Tx, word};

/// Rows in one statement: 18 columns each stay far below the databases' limits of 32,766 and 65,535 values.
const ROWS: usize = 100;

/// An event that may be new.
#[derive(Debug, Clone)]
pub struct NewEvent<'a> {
    pub garage: &'a GarageId,
    pub device: &'a DeviceId,
    pub event_id: &'a EventId,
    pub epoch: &'a str,
    pub seq: i64,
    pub lane: &'a str,
    pub direction: Direction,
    pub kind: EventKind,
    pub plate: Option<&'a Sealed>,
    pub confidence: u8,
    pub occurred_at: Timestamp,
    pub received_at: Timestamp,
    pub stored_at: Timestamp,
    pub decision: Option<Decision>,
    pub offline: bool,
    pub of: Option<&'a EventId>,
    pub delta: i64,
}

/// What names an event for good.
pub type Key = (GarageId, DeviceId, EventId);

/// Writes those that are new and gives their numbers; a known one is passed over in silence.
pub async fn insert(tx: &mut Tx, events: &[NewEvent<'_>]) -> Result<HashMap<Key, i64>, StoreError> {
    let mut new = HashMap::new();
    for chunk in events.chunks(ROWS) {
        for (no, garage, device, event_id) in insert_chunk(tx, chunk).await? {
            new.insert(key(&garage, &device, &event_id)?, no);
        }
    }
    Ok(new)
}

async fn insert_chunk(
    tx: &mut Tx,
    events: &[NewEvent<'_>],
) -> Result<Vec<(i64, String, String, String)>, StoreError> {
    fetch_rows!(
        tx,
        "insert into gate_event (garage_id, device, event_id, epoch, seq, lane, direction, kind, plate_hash, \
         plate_enc, confidence, occurred_at, received_at, stored_at, decision, offline, of_event_id, delta) ",
        events,
        |row, event| {
            row.push_bind(event.garage.as_str())
                .push_bind(event.device.as_str())
                .push_bind(event.event_id.as_str())
                .push_bind(event.epoch)
                .push_bind(event.seq)
                .push_bind(event.lane)
                .push_bind(word::word(event.direction))
                .push_bind(word::word(event.kind))
                .push_bind(event.plate.map(|plate| plate.hash.as_slice()))
                .push_bind(event.plate.map(|plate| plate.enc.as_slice()))
                .push_bind(i64::from(event.confidence))
                .push_bind(event.occurred_at.micros())
                .push_bind(event.received_at.micros())
                .push_bind(event.stored_at.micros())
                .push_bind(event.decision.map(|decision| written(&decision)))
                .push_bind(i64::from(event.offline))
                .push_bind(event.of.map(EventId::as_str))
                .push_bind(event.delta);
        },
        " on conflict (garage_id, device, event_id) do nothing returning no, garage_id, device, event_id"
    )
}

fn written(decision: &Decision) -> String {
    // A plain enum always serialises.
    serde_json::to_string(decision).unwrap_or_default()
}

fn read_decision(text: Option<String>) -> Result<Option<Decision>, StoreError> {
    let parse = |text: String| {
        serde_json::from_str(&text).map_err(|_| StoreError::Corrupt { column: "gate_event.decision" })
    };
    text.map(parse).transpose()
}

/// The car of a plate event, for the `pass` event that names it.
#[derive(Debug, Clone)]
pub struct Car {
    pub plate: Option<Sealed>,
    pub decision: Option<Decision>,
}

/// The cars of these plate events; unknown ones are left out.
pub async fn cars_of(tx: &mut Tx, events: &[Key]) -> Result<HashMap<Key, Car>, StoreError> {
    if events.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<CarRow> = fetch_rows!(
        tx,
        "select e.garage_id, e.device, e.event_id, e.plate_hash, e.plate_enc, e.decision from gate_event e join (",
        events,
        |row, key| {
            row.push_bind(key.0.as_str()).push_bind(key.1.as_str()).push_bind(key.2.as_str());
        },
        ") as v on e.garage_id = v.column1 and e.device = v.column2 and e.event_id = v.column3"
    )?;
    rows.into_iter().map(car).collect()
}

type CarRow = (String, String, String, Option<Vec<u8>>, Option<Vec<u8>>, Option<String>);

fn car((garage, device, event_id, hash, enc, decision): CarRow) -> Result<(Key, Car), StoreError> {
    let plate = hash.zip(enc).map(|(hash, enc)| Sealed { hash, enc });
    Ok((key(&garage, &device, &event_id)?, Car { plate, decision: read_decision(decision)? }))
}

fn key(garage: &str, device: &str, event_id: &str) -> Result<Key, StoreError> {
    Ok((
        word::parse("gate_event.garage_id", garage)?,
        word::parse("gate_event.device", device)?,
        word::parse("gate_event.event_id", event_id)?,
    ))
}

/// An event as it is stored; the plate still sealed.
#[derive(Debug, Clone)]
pub struct Stored {
    pub no: i64,
    pub lane: String,
    pub direction: Direction,
    pub kind: EventKind,
    pub plate_enc: Option<Vec<u8>>,
    pub confidence: i64,
    pub occurred_at: Timestamp,
    pub received_at: Timestamp,
    pub stored_at: Timestamp,
    pub decision: Option<Decision>,
    pub offline: bool,
}

#[derive(sqlx::FromRow)]
struct Row {
    no: i64,
    lane: String,
    direction: String,
    kind: String,
    plate_enc: Option<Vec<u8>>,
    confidence: i64,
    occurred_at: i64,
    received_at: i64,
    stored_at: i64,
    decision: Option<String>,
    offline: i64,
}

/// Newest first, those before event number `before`.
pub async fn page(
    tx: &mut Tx,
    garage: &GarageId,
    before: i64,
    limit: i64,
) -> Result<Vec<Stored>, StoreError> {
    let rows: Vec<Row> = fetch_all!(
        tx,
        "select no, lane, direction, kind, plate_enc, confidence, occurred_at, received_at, stored_at, decision, \
         offline from gate_event where garage_id = $1 and no < $2 order by no desc limit $3",
        garage.as_str(),
        before,
        limit,
    )?;
    rows.into_iter().map(Stored::try_from).collect()
}

impl TryFrom<Row> for Stored {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            no: row.no,
            lane: row.lane,
            direction: word::parse("gate_event.direction", &row.direction)?,
            kind: word::parse("gate_event.kind", &row.kind)?,
            plate_enc: row.plate_enc,
            confidence: row.confidence,
            occurred_at: Timestamp::from_micros(row.occurred_at),
            received_at: Timestamp::from_micros(row.received_at),
            stored_at: Timestamp::from_micros(row.stored_at),
            decision: read_decision(row.decision)?,
            offline: row.offline != 0,
        })
    }
}
