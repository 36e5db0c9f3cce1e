//! Gateways, one per garage: the committed position of its sequence, and its lanes.

use std::collections::HashMap;

use domain::ids::{DeviceId, GarageId, LaneId};
use domain::time::Timestamp;
use protocol::alarm::{GatewayAlarm, LaneAlarm, MAX_SHAPE_SUMMARY, MessageShape};
use protocol::uplink::LaneStatus;

use super::{StoreError, Tx, codec};

/// Maximum number of fire inputs stored with an alarm; more than a garage has.
const MAX_ASSERTED: usize = 64;

/// Maximum number of alarms stored for a lane or a gateway: more than the number of kinds, and a page can still show
/// them.
const MAX_ALARMS: usize = 16;

/// A gateway whose row this transaction has locked: no other replica commits for the same garage until it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedGateway {
    pub garage: GarageId,
    /// Null before the first record.
    pub epoch: Option<String>,
    pub acked_seq: i64,
    /// Null: no data.
    pub occupied: Option<i64>,
}

/// A gateway's own status from a batch, with the sequence position that is committed with it.
#[derive(Debug, Clone)]
pub struct GatewayReport<'a> {
    pub garage: &'a GarageId,
    pub epoch: Option<&'a str>,
    pub acked_seq: i64,
    pub at: Timestamp,
    pub backlog: i64,
    pub version: &'a str,
    pub plan_etag: Option<&'a str>,
    pub alarms: &'a [GatewayAlarm],
}

/// A gateway's status for operators.
#[derive(Debug, Clone)]
pub struct GatewayHealth {
    pub garage: GarageId,
    pub last_seen_at: Option<Timestamp>,
    pub backlog: i64,
    pub version: Option<String>,
    pub alarms: Vec<GatewayAlarm>,
}

/// Locks the rows of these garages' gateways in the order of their ids, so that two replicas with the same garages
/// wait for each other instead of deadlocking. SQLite has one writer and needs no lock.
pub async fn lock(tx: &mut Tx, garages: &[GarageId]) -> Result<Vec<LockedGateway>, StoreError> {
    let tail = match tx {
        Tx::Sqlite(_) => ") as wanted on wanted.column1 = g.garage_id order by g.garage_id",
        Tx::Postgres(_) => ") as wanted on wanted.column1 = g.garage_id order by g.garage_id for update of g",
    };
    let rows: Vec<(String, Option<String>, i64)> = fetch_rows!(
        tx,
        "select g.garage_id, g.epoch, g.acked_seq from gateway g join (",
        garages,
        |row, garage| {
            row.push_bind(garage.as_str());
        },
        tail
    )?;
    // A separate statement: a statement that waited for the lock would join the counts from before its wait.
    let mut counts = counts(tx, garages).await?;
    let locked = |(garage, epoch, acked_seq): (String, Option<String>, i64)| {
        let occupied = counts.remove(&garage).flatten();
        Ok(LockedGateway { garage: codec::parse("gateway.garage_id", &garage)?, epoch, acked_seq, occupied })
    };
    rows.into_iter().map(locked).collect()
}

async fn counts(tx: &mut Tx, garages: &[GarageId]) -> Result<HashMap<String, Option<i64>>, StoreError> {
    let rows: Vec<(String, Option<i64>)> = fetch_rows!(
        tx,
        "select id, occupied from garage where id in (",
        garages,
        |row, garage| {
            row.push_bind(garage.as_str());
        },
        ")"
    )?;
    Ok(rows.into_iter().collect())
}

/// Writes the committed position and the status of each gateway.
pub async fn record_reports(tx: &mut Tx, seen: &[GatewayReport<'_>]) -> Result<(), StoreError> {
    execute_rows!(
        tx,
        "update gateway set epoch = v.column2, acked_seq = v.column3, last_seen_at = v.column4, \
         backlog = v.column5, version = v.column6, plan_etag = v.column7, alarms = v.column8 from (",
        seen,
        |row, gateway| {
            row.push_bind(gateway.garage.as_str())
                .push_bind(gateway.epoch)
                .push_bind(gateway.acked_seq)
                .push_bind(gateway.at.micros())
                .push_bind(gateway.backlog)
                .push_bind(clean(gateway.version))
                .push_bind(gateway.plan_etag.map(clean))
                .push_bind(gateway_alarms(gateway.alarms));
        },
        ") as v where gateway.garage_id = v.column1"
    )?;
    Ok(())
}

/// Text from the wire, without NUL (PostgreSQL refuses it) and cut to a length that a page can show.
fn clean(text: &str) -> String {
    text.chars().filter(|c| *c != '\0').take(200).collect()
}

fn gateway_alarms(alarms: &[GatewayAlarm]) -> String {
    let cleaned = |alarm: &GatewayAlarm| GatewayAlarm {
        detail: clean(&alarm.detail),
        asserted_by: alarm.asserted_by.iter().take(MAX_ASSERTED).cloned().collect(),
        ..alarm.clone()
    };
    codec::list(&alarms.iter().take(MAX_ALARMS).map(cleaned).collect::<Vec<_>>())
}

fn lane_alarms(alarms: &[LaneAlarm]) -> String {
    let shape = |shape: &MessageShape| MessageShape {
        id: clean(&shape.id),
        summary: shape.summary.chars().filter(|c| *c != '\0').take(MAX_SHAPE_SUMMARY).collect(),
        resembles_reading: shape.resembles_reading,
    };
    let cleaned = |alarm: &LaneAlarm| LaneAlarm {
        detail: clean(&alarm.detail),
        shape: alarm.shape.as_ref().map(shape),
        ..alarm.clone()
    };
    codec::list(&alarms.iter().take(MAX_ALARMS).map(cleaned).collect::<Vec<_>>())
}

/// Writes the lanes that a gateway reports at `at`. A lane that the gateway no longer has stays and appears offline.
pub async fn set_lanes(
    tx: &mut Tx,
    lanes: &[(&GarageId, &LaneStatus)],
    at: Timestamp,
) -> Result<(), StoreError> {
    execute_rows!(
        tx,
        "insert into lane (garage_id, id, name, direction, pass_by, device, last_seen_at, firmware, \
         pending_events, stuck_since, held_open_since, make, quirks, clock_ahead_ms, make_title, alarms, reported_at) ",
        lanes,
        |row, entry| {
            let (garage, lane) = entry;
            row.push_bind(garage.as_str())
                .push_bind(lane.lane.as_str())
                .push_bind(clean(&lane.name))
                .push_bind(codec::encode(lane.direction))
                .push_bind(codec::encode(lane.pass_by))
                .push_bind(lane.device.as_str())
                .push_bind(lane.last_seen_at.map(Timestamp::micros))
                .push_bind(lane.firmware.as_deref().map(clean))
                .push_bind(i64::from(lane.pending_events))
                .push_bind(lane.stuck_since.map(Timestamp::micros))
                .push_bind(lane.held_open_since.map(Timestamp::micros))
                .push_bind(lane.make.as_str())
                .push_bind(
                    lane.quirks.iter().map(|quirk| codec::encode(*quirk)).collect::<Vec<_>>().join(","),
                )
                .push_bind(lane.clock_ahead_ms)
                .push_bind(lane.make_title.as_deref().map(clean))
                .push_bind(lane_alarms(&lane.alarms))
                .push_bind(at.micros());
        },
        " on conflict (garage_id, id) do update set name = excluded.name, direction = excluded.direction, \
         pass_by = excluded.pass_by, device = excluded.device, last_seen_at = excluded.last_seen_at, \
         firmware = excluded.firmware, pending_events = excluded.pending_events, stuck_since = excluded.stuck_since, \
         held_open_since = excluded.held_open_since, \
         make = excluded.make, quirks = excluded.quirks, clock_ahead_ms = excluded.clock_ahead_ms, \
         make_title = excluded.make_title, alarms = excluded.alarms, reported_at = excluded.reported_at"
    )?;
    Ok(())
}

/// Whether the garage's gateway has reported this lane.
pub async fn has_lane(tx: &mut Tx, garage: &GarageId, lane: &LaneId) -> Result<bool, StoreError> {
    let row: Option<(String,)> = fetch_optional!(
        tx,
        "select id from lane where garage_id = $1 and id = $2",
        garage.as_str(),
        lane.as_str(),
    )?;
    Ok(row.is_some())
}

/// The message shape that a lane with this device currently reports under this id.
pub async fn reported_shape(
    tx: &mut Tx,
    garage: &GarageId,
    device: &DeviceId,
    shape: &str,
) -> Result<Option<MessageShape>, StoreError> {
    let rows: Vec<(String,)> = fetch_all!(
        tx,
        "select l.alarms from lane l join gateway g on g.garage_id = l.garage_id \
         where l.garage_id = $1 and l.device = $2 and l.reported_at >= g.last_seen_at",
        garage.as_str(),
        device.as_str(),
    )?;
    for (alarms,) in rows {
        let alarms: Vec<LaneAlarm> = codec::items("lane.alarms", &alarms)?;
        let shapes = alarms.into_iter().filter_map(|alarm| alarm.shape);
        if let Some(found) = shapes.into_iter().find(|reported| reported.id == shape) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// The alarms of a lane in the garage's latest report; none of a lane that the gateway no longer has.
pub async fn alarms_of_lane(
    tx: &mut Tx,
    garage: &GarageId,
    lane: &LaneId,
) -> Result<Vec<LaneAlarm>, StoreError> {
    let row: Option<(String,)> = fetch_optional!(
        tx,
        "select l.alarms from lane l join gateway g on g.garage_id = l.garage_id \
         where l.garage_id = $1 and l.id = $2 and l.reported_at >= g.last_seen_at",
        garage.as_str(),
        lane.as_str(),
    )?;
    row.map_or_else(|| Ok(Vec::new()), |(alarms,)| codec::items("lane.alarms", &alarms))
}

/// The gateway alarms of the garage's latest report.
pub async fn alarms(tx: &mut Tx, garage: &GarageId) -> Result<Vec<GatewayAlarm>, StoreError> {
    let row: Option<(String,)> =
        fetch_optional!(tx, "select alarms from gateway where garage_id = $1", garage.as_str())?;
    row.map_or_else(|| Ok(Vec::new()), |(alarms,)| codec::items("gateway.alarms", &alarms))
}

/// How complete the events of a garage are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GatewayProgress {
    pub last_seen_at: Option<Timestamp>,
    /// With a backlog: when the gateway received the newest stored event; the inner `None` means that no event is
    /// stored. Absent without a backlog.
    pub behind: Option<Option<Timestamp>>,
}

/// Progress of the garages that have a gateway.
pub async fn progress(
    tx: &mut Tx,
    garages: &[GarageId],
) -> Result<HashMap<GarageId, GatewayProgress>, StoreError> {
    let rows: Vec<(String, Option<i64>, i64, Option<i64>)> = fetch_rows!(
        tx,
        "select garage_id, last_seen_at, backlog, case when backlog > 0 then \
         (select e.received_at from gate_event e where e.garage_id = gateway.garage_id \
          order by e.no desc limit 1) end from gateway where garage_id in (",
        garages,
        |row, garage| {
            row.push_bind(garage.as_str());
        },
        ")"
    )?;
    let told = |(garage, last_seen_at, backlog, newest): (String, Option<i64>, i64, Option<i64>)| {
        let told = GatewayProgress {
            last_seen_at: last_seen_at.map(Timestamp::from_micros),
            behind: (backlog > 0).then(|| newest.map(Timestamp::from_micros)),
        };
        Ok((codec::parse("gateway.garage_id", &garage)?, told))
    };
    rows.into_iter().map(told).collect()
}

/// All gateways, at most one per garage.
pub async fn health(tx: &mut Tx) -> Result<Vec<GatewayHealth>, StoreError> {
    type GatewayHealthRow = (String, Option<i64>, i64, Option<String>, String);
    let rows: Vec<GatewayHealthRow> = fetch_all!(
        tx,
        "select garage_id, last_seen_at, backlog, version, alarms from gateway order by garage_id"
    )?;
    let health = |(garage, last_seen_at, backlog, version, alarms): GatewayHealthRow| {
        Ok(GatewayHealth {
            alarms: codec::items("gateway.alarms", &alarms)?,
            garage: codec::parse("gateway.garage_id", &garage)?,
            last_seen_at: last_seen_at.map(Timestamp::from_micros),
            backlog,
            version,
        })
    };
    rows.into_iter().map(health).collect()
}

#[derive(sqlx::FromRow)]
struct LaneStatusRow {
    garage_id: String,
    id: String,
    name: String,
    direction: String,
    pass_by: String,
    device: String,
    last_seen_at: Option<i64>,
    firmware: Option<String>,
    pending_events: i64,
    stuck_since: Option<i64>,
    held_open_since: Option<i64>,
    make: String,
    quirks: String,
    clock_ahead_ms: Option<i64>,
    make_title: Option<String>,
    alarms: String,
}

/// The lanes of the garages that an operator runs, by garage and id. A lane that its gateway no longer has shows no
/// alarms.
pub async fn lanes_of_operator(
    tx: &mut Tx,
    operator: &str,
) -> Result<Vec<(GarageId, LaneStatus)>, StoreError> {
    let rows: Vec<LaneStatusRow> = fetch_all!(
        tx,
        "select l.garage_id, l.id, l.name, l.direction, l.pass_by, l.device, l.last_seen_at, l.firmware, l.pending_events, \
         l.stuck_since, l.held_open_since, l.make, l.quirks, l.clock_ahead_ms, l.make_title, \
         case when l.reported_at >= g.last_seen_at then l.alarms else '[]' end as alarms \
         from lane l join gateway g on g.garage_id = l.garage_id \
         where l.garage_id in (select garage_id from operates where operator_id = $1) order by l.garage_id, l.id",
        operator,
    )?;
    rows.into_iter().map(lane).collect()
}

fn lane(row: LaneStatusRow) -> Result<(GarageId, LaneStatus), StoreError> {
    let quirks = row.quirks.split(',').filter(|quirk| !quirk.is_empty());
    let status = LaneStatus {
        lane: codec::parse("lane.id", &row.id)?,
        name: row.name,
        direction: codec::parse("lane.direction", &row.direction)?,
        pass_by: codec::parse("lane.pass_by", &row.pass_by)?,
        device: codec::parse("lane.device", &row.device)?,
        last_seen_at: row.last_seen_at.map(Timestamp::from_micros),
        firmware: row.firmware,
        pending_events: u32::try_from(row.pending_events).unwrap_or(0),
        stuck_since: row.stuck_since.map(Timestamp::from_micros),
        held_open_since: row.held_open_since.map(Timestamp::from_micros),
        make: codec::parse("lane.make", &row.make)?,
        quirks: quirks.map(|quirk| codec::parse("lane.quirks", quirk)).collect::<Result<_, _>>()?,
        clock_ahead_ms: row.clock_ahead_ms,
        make_title: row.make_title,
        alarms: codec::items("lane.alarms", &row.alarms)?,
    };
    Ok((codec::parse("lane.garage_id", &row.garage_id)?, status))
}
