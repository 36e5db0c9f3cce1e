//! Visits: a car's stay from entry to exit, as far as both were seen. Each change sets a mark, and the garage's book
//! processes the marked visits later ([`to_book`]).

pub mod evidence;
pub mod inside;
pub mod reread;
pub mod to_book;
pub mod unseen;

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use domain::access::{Audience, AudienceCounts};
use domain::ids::GarageId;
use domain::time::Timestamp;
use domain::vehicle::{PlateColor, VehicleClass};
use uuid::Uuid;

use super::seal::SealedValue;
use super::{StoreError, Tx, codec};

/// A car that has just entered.
#[derive(Debug, Clone)]
pub struct VisitEntry<'a> {
    pub garage: &'a GarageId,
    /// Absent where the plate was not read.
    pub plate: Option<&'a SealedValue>,
    pub audience: Option<Audience>,
    pub color: Option<PlateColor>,
    pub class: Option<VehicleClass>,
    /// `gate_event.no`.
    pub event: i64,
    pub at: Timestamp,
}

/// A car that has just left.
#[derive(Debug, Clone)]
pub struct VisitExit<'a> {
    pub garage: &'a GarageId,
    pub plate: Option<&'a SealedValue>,
    pub color: Option<PlateColor>,
    /// `gate_event.no`.
    pub event: i64,
    pub at: Timestamp,
}

/// Opens visits. If the same plate is inside already, its exit was missed and the older visit ends. Returns for each
/// garage by how many its count was too high because of that. Each plate occurs at most once.
pub async fn enter(tx: &mut Tx, entries: &[VisitEntry<'_>]) -> Result<Vec<(GarageId, i64)>, StoreError> {
    let ended = evidence::entered_again(tx, entries).await?;
    if entries.is_empty() {
        return Ok(ended);
    }
    execute_rows!(
        tx,
        "insert into visit (id, garage_id, plate_hash, plate_enc, audience, entry_event, entered_at, book_due, \
         plate_color, vehicle_class) ",
        entries,
        |row, entry| {
            row.push_bind(Uuid::now_v7().to_string())
                .push_bind(entry.garage.as_str())
                .push_bind(entry.plate.map(|plate| plate.hash.as_slice()))
                .push_bind(entry.plate.map(|plate| plate.enc.as_slice()))
                .push_bind(entry.audience.map(codec::encode))
                .push_bind(entry.event)
                .push_bind(entry.at.micros())
                .push_bind(1_i64)
                .push_bind(entry.color.map(codec::encode))
                .push_bind(entry.class.map(codec::encode));
        },
        ""
    )?;
    Ok(ended)
}

/// Ends the visits of cars. If the plate has no visit, the oldest visit without a plate ends instead. A car that was
/// never seen entering gets a visit with an unknown entry. Returns for each garage by how many its count is too low,
/// because an exit that counted as missed has arrived late. Each plate occurs at most once.
pub async fn leave(tx: &mut Tx, exits: &[VisitExit<'_>]) -> Result<Vec<(GarageId, i64)>, StoreError> {
    let late = evidence::came_late(tx, exits).await?;
    let exits: Vec<VisitExit<'_>> =
        exits.iter().filter(|exit| !late.iter().any(|(_, event)| *event == exit.event)).cloned().collect();
    let ended = end_by_plate(tx, &exits).await?;
    let mut unknown = Vec::new();
    for exit in &exits {
        let of_visit =
            |plate: &SealedValue| ended.contains(&(exit.garage.as_str().to_owned(), plate.hash.clone()));
        if !exit.plate.is_some_and(of_visit) && end_oldest_unread(tx, exit).await? == 0 {
            unknown.push(exit);
        }
    }
    insert_unknown(tx, &unknown).await?;
    Ok(late.into_iter().map(|(garage, _)| (garage, 1)).collect())
}

async fn insert_unknown(tx: &mut Tx, exits: &[&VisitExit<'_>]) -> Result<(), StoreError> {
    if exits.is_empty() {
        return Ok(());
    }
    execute_rows!(
        tx,
        "insert into visit (id, garage_id, plate_hash, plate_enc, plate_color, exit_event, exited_at, ended_by) ",
        exits,
        |row, exit| {
            row.push_bind(Uuid::now_v7().to_string())
                .push_bind(exit.garage.as_str())
                .push_bind(exit.plate.map(|plate| plate.hash.as_slice()))
                .push_bind(exit.plate.map(|plate| plate.enc.as_slice()))
                .push_bind(exit.color.map(codec::encode))
                .push_bind(exit.event)
                .push_bind(exit.at.micros())
                .push_bind("exit");
        },
        ""
    )?;
    Ok(())
}

/// The wire name of the colour; empty if unknown.
pub fn color_word(color: Option<PlateColor>) -> String {
    color.filter(|color| *color != PlateColor::Other).map(codec::encode).unwrap_or_default()
}

/// Ends visits by plate; returns garage and plate hash of the cars that had one.
async fn end_by_plate(
    tx: &mut Tx,
    exits: &[VisitExit<'_>],
) -> Result<HashSet<(String, Vec<u8>)>, StoreError> {
    let read: Vec<_> = exits.iter().filter_map(|exit| Some((exit, &exit.plate?.hash))).collect();
    if read.is_empty() {
        return Ok(HashSet::new());
    }
    let rows: Vec<(String, Vec<u8>)> = fetch_rows!(
        tx,
        "update visit set exit_event = v.column3, exited_at = v.column4, ended_by = 'exit', book_due = 1 from (",
        read,
        |row, car| {
            row.push_bind(car.0.garage.as_str())
                .push_bind(car.1.as_slice())
                .push_bind(car.0.event)
                .push_bind(car.0.at.micros())
                .push_bind(color_word(car.0.color));
        },
        ") as v where visit.garage_id = v.column1 and visit.plate_hash = v.column2 and visit.ended_by is null \
         and (v.column5 = '' or coalesce(visit.plate_color, 'other') in (v.column5, 'other')) \
         returning visit.garage_id, visit.plate_hash"
    )?;
    Ok(rows.into_iter().collect())
}

/// Ends the oldest visit without a plate that began before this exit.
async fn end_oldest_unread(tx: &mut Tx, exit: &VisitExit<'_>) -> Result<u64, StoreError> {
    execute!(
        tx,
        "update visit set exit_event = $2, exited_at = $3, ended_by = 'exit', book_due = 1 where id = \
         (select id from visit where garage_id = $1 and plate_hash is null and ended_by is null \
          and exit_event is null and entry_event is not null and entered_at <= $3 order by entered_at limit 1)",
        exit.garage.as_str(),
        exit.event,
        exit.at.micros(),
    )
}

/// A visit's data for tests and reports.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct VisitFacts {
    pub audience: Option<String>,
    pub entered_at: Option<i64>,
    pub exited_at: Option<i64>,
    pub ended_by: Option<String>,
    pub ended_why: Option<String>,
}

/// All visits of a plate to a garage, oldest first. Visits older than the retention period have lost their plate.
pub async fn of_plate(
    tx: &mut Tx,
    garage: &GarageId,
    plate_hash: &[u8],
) -> Result<Vec<VisitFacts>, StoreError> {
    fetch_all!(
        tx,
        "select audience, entered_at, exited_at, ended_by, ended_why from visit \
         where garage_id = $1 and plate_hash = $2 order by coalesce(entered_at, exited_at)",
        garage.as_str(),
        plate_hash,
    )
}

/// Sealed plates of the cars inside, in order of entry.
pub async fn plates_inside(tx: &mut Tx, garage: &GarageId) -> Result<Vec<Vec<u8>>, StoreError> {
    let rows: Vec<(Vec<u8>,)> = fetch_all!(
        tx,
        "select plate_enc from visit where garage_id = $1 and ended_by is null and plate_enc is not null \
         order by entered_at limit 10000",
        garage.as_str(),
    )?;
    Ok(rows.into_iter().map(|(plate,)| plate).collect())
}

/// A car that entered earlier than this counts as unknown: its exit may have been missed.
const KNOWN: Duration = Duration::from_secs(48 * 3600);

/// Cars inside each garage by the audience under which they were admitted. Garages without such cars are absent.
pub async fn inside(
    tx: &mut Tx,
    garages: &[GarageId],
    now: Timestamp,
) -> Result<HashMap<GarageId, AudienceCounts>, StoreError> {
    if garages.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(String, String, i64)> = fetch_rows!(
        tx,
        "select i.garage_id, i.audience, cast(count(*) as bigint) from (",
        garages,
        |row, garage| {
            row.push_bind(garage.as_str()).push_bind((now - KNOWN).micros());
        },
        ") as v join visit i on i.garage_id = v.column1 and i.ended_by is null and i.audience is not null \
         and i.entered_at >= v.column2 group by i.garage_id, i.audience"
    )?;
    let mut inside: HashMap<GarageId, AudienceCounts> = HashMap::new();
    for (garage, audience, cars) in rows {
        let audience = codec::parse("visit.audience", &audience)?;
        inside.entry(codec::parse("visit.garage_id", &garage)?).or_default().add(audience, cars);
    }
    Ok(inside)
}
