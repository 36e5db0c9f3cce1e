//! Gate events, stored once each. Garage, device and event id identify an event in any batch or epoch.
//!
//! - [`readings`]: single events by their keys, for passes, repetitions and second readings

pub mod readings;

use std::collections::HashMap;

use domain::access::AccessDecision;
use domain::ids::{DeviceId, EventId, GarageId};
use domain::occupancy::LaneDirection;
use domain::time::Timestamp;
use domain::vehicle::VehicleDetails;
use protocol::mqtt::EventKind;
use serde::de::DeserializeOwned;

use super::seal::SealedValue;
use super::{StoreError, Tx, codec};

/// Rows in one statement: 26 columns each stay far below the databases' limits of 32,766 and 65,535 values.
const ROWS: usize = 100;

/// An event that may not be stored yet.
#[derive(Debug, Clone)]
pub struct NewGateEventRow<'a> {
    pub garage: &'a GarageId,
    pub device: &'a DeviceId,
    pub event_id: &'a EventId,
    pub epoch: &'a str,
    pub seq: i64,
    pub lane: &'a str,
    pub direction: LaneDirection,
    pub kind: EventKind,
    pub plate: Option<&'a SealedValue>,
    pub confidence: u8,
    pub occurred_at: Timestamp,
    pub received_at: Timestamp,
    pub stored_at: Timestamp,
    pub decision: Option<AccessDecision>,
    pub offline: bool,
    pub of: Option<&'a EventId>,
    pub delta: i64,
    pub details: ReadingDetails<'a>,
}

/// Further data of a reading.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReadingDetails<'a> {
    pub vehicle: VehicleDetails,
    pub time_replaced: bool,
    pub time_uncertain: bool,
    pub rereads: Option<&'a EventId>,
    /// The id that the device sent, if another reading was stored under it before.
    pub raw_id: Option<&'a EventId>,
}

/// The permanent identity of an event.
pub type StoredEventKey = (GarageId, DeviceId, EventId);

/// Writes the new events and returns their numbers; skips known events.
pub async fn insert(
    tx: &mut Tx,
    events: &[NewGateEventRow<'_>],
) -> Result<HashMap<StoredEventKey, i64>, StoreError> {
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
    events: &[NewGateEventRow<'_>],
) -> Result<Vec<(i64, String, String, String)>, StoreError> {
    fetch_rows!(
        tx,
        "insert into gate_event (garage_id, device, event_id, epoch, seq, lane, direction, kind, plate_hash, \
         plate_enc, confidence, occurred_at, received_at, stored_at, decision, offline, of_event_id, delta, \
         plate_color, vehicle_class, travel, suspect, time_replaced, time_uncertain, rereads_event_id, raw_event_id) ",
        events,
        |row, event| {
            row.push_bind(event.garage.as_str())
                .push_bind(event.device.as_str())
                .push_bind(event.event_id.as_str())
                .push_bind(event.epoch)
                .push_bind(event.seq)
                .push_bind(event.lane)
                .push_bind(codec::encode(event.direction))
                .push_bind(codec::encode(event.kind))
                .push_bind(event.plate.map(|plate| plate.hash.as_slice()))
                .push_bind(event.plate.map(|plate| plate.enc.as_slice()))
                .push_bind(i64::from(event.confidence))
                .push_bind(event.occurred_at.micros())
                .push_bind(event.received_at.micros())
                .push_bind(event.stored_at.micros())
                .push_bind(event.decision.map(|decision| written(&decision)))
                .push_bind(i64::from(event.offline))
                .push_bind(event.of.map(EventId::as_str))
                .push_bind(event.delta)
                .push_bind(event.details.vehicle.plate_color.map(codec::encode))
                .push_bind(event.details.vehicle.class.map(codec::encode))
                .push_bind(event.details.vehicle.travel.map(codec::encode))
                .push_bind(i64::from(event.details.vehicle.is_suspect))
                .push_bind(i64::from(event.details.time_replaced))
                .push_bind(i64::from(event.details.time_uncertain))
                .push_bind(event.details.rereads.map(EventId::as_str))
                .push_bind(event.details.raw_id.map(EventId::as_str));
        },
        " on conflict (garage_id, device, event_id) do nothing returning no, garage_id, device, event_id"
    )
}

fn written(decision: &AccessDecision) -> String {
    // A plain enum always serialises.
    serde_json::to_string(decision).unwrap_or_default()
}

fn read_decision(text: Option<String>) -> Result<Option<AccessDecision>, StoreError> {
    let parse = |text: String| {
        serde_json::from_str(&text).map_err(|_| StoreError::Corrupt { column: "gate_event.decision" })
    };
    text.map(parse).transpose()
}

fn key(garage: &str, device: &str, event_id: &str) -> Result<StoredEventKey, StoreError> {
    Ok((
        codec::parse("gate_event.garage_id", garage)?,
        codec::parse("gate_event.device", device)?,
        codec::parse("gate_event.event_id", event_id)?,
    ))
}

/// A stored event; the plate is still sealed.
#[derive(Debug, Clone)]
pub struct StoredGateEvent {
    pub no: i64,
    pub device: DeviceId,
    pub lane: String,
    pub direction: LaneDirection,
    pub kind: EventKind,
    pub plate_enc: Option<Vec<u8>>,
    pub confidence: i64,
    pub occurred_at: Timestamp,
    pub received_at: Timestamp,
    pub stored_at: Timestamp,
    pub decision: Option<AccessDecision>,
    pub offline: bool,
    pub of: Option<EventId>,
    pub vehicle: VehicleDetails,
    pub time_replaced: bool,
    pub time_uncertain: bool,
    pub rereads: Option<EventId>,
}

#[derive(sqlx::FromRow)]
struct GateEventRow {
    no: i64,
    device: String,
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
    of_event_id: Option<String>,
    plate_color: Option<String>,
    vehicle_class: Option<String>,
    travel: Option<String>,
    suspect: i64,
    time_replaced: i64,
    time_uncertain: i64,
    rereads_event_id: Option<String>,
}

/// Events before number `before`, newest first.
pub async fn page(
    tx: &mut Tx,
    garage: &GarageId,
    before: i64,
    limit: i64,
) -> Result<Vec<StoredGateEvent>, StoreError> {
    let rows: Vec<GateEventRow> = fetch_all!(
        tx,
        "select no, device, lane, direction, kind, plate_enc, confidence, occurred_at, received_at, stored_at, decision, \
         offline, of_event_id, plate_color, vehicle_class, travel, suspect, time_replaced, time_uncertain, rereads_event_id \
         from gate_event where garage_id = $1 and no < $2 order by no desc limit $3",
        garage.as_str(),
        before,
        limit,
    )?;
    rows.into_iter().map(StoredGateEvent::try_from).collect()
}

impl TryFrom<GateEventRow> for StoredGateEvent {
    type Error = StoreError;

    fn try_from(row: GateEventRow) -> Result<Self, StoreError> {
        Ok(Self {
            no: row.no,
            device: codec::parse("gate_event.device", &row.device)?,
            lane: row.lane,
            direction: codec::parse("gate_event.direction", &row.direction)?,
            kind: codec::parse("gate_event.kind", &row.kind)?,
            plate_enc: row.plate_enc,
            confidence: row.confidence,
            occurred_at: Timestamp::from_micros(row.occurred_at),
            received_at: Timestamp::from_micros(row.received_at),
            stored_at: Timestamp::from_micros(row.stored_at),
            decision: read_decision(row.decision)?,
            offline: row.offline != 0,
            of: event_id("gate_event.of_event_id", row.of_event_id)?,
            vehicle: VehicleDetails {
                plate_color: optional("gate_event.plate_color", row.plate_color)?,
                class: optional("gate_event.vehicle_class", row.vehicle_class)?,
                travel: optional("gate_event.travel", row.travel)?,
                is_suspect: row.suspect != 0,
            },
            time_replaced: row.time_replaced != 0,
            time_uncertain: row.time_uncertain != 0,
            rereads: event_id("gate_event.rereads_event_id", row.rereads_event_id)?,
        })
    }
}

fn optional<T: DeserializeOwned>(
    column: &'static str,
    text: Option<String>,
) -> Result<Option<T>, StoreError> {
    text.map(|text| codec::parse(column, &text)).transpose()
}

fn event_id(column: &'static str, text: Option<String>) -> Result<Option<EventId>, StoreError> {
    optional(column, text)
}
