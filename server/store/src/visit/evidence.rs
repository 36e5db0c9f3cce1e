//! Cars whose exit was missed, proved by a later passage. Each visit records the reason of its end, and whether the
//! count lost the car by it. A car that entered before the last correction is not in the count (the operator did not
//! find it), unless an inventory has confirmed it since.

use std::collections::HashMap;

use domain::ids::GarageId;
use domain::time::Timestamp;

use super::{VisitEntry, VisitExit, color_word};
use crate::{StoreError, Tx, codec};

/// Ends the visits of cars that enter again; returns by how many each garage's count was too high.
pub(super) async fn entered_again(
    tx: &mut Tx,
    entries: &[VisitEntry<'_>],
) -> Result<Vec<(GarageId, i64)>, StoreError> {
    let plates: Vec<_> = entries
        .iter()
        .filter_map(|e| Some((e.garage.as_str(), &e.plate?.hash, color_word(e.color))))
        .collect();
    if plates.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(String, i64)> = fetch_rows!(
        tx,
        "update visit set ended_by = 'exit_missed', ended_why = 'entered_again', book_due = 1, uncounted = \
         case when exists (select 1 from adjustment a where a.garage_id = visit.garage_id and a.id > visit.id and not exists \
         (select 1 from inventory i where i.garage_id = a.garage_id and i.id > a.id)) then 0 else 1 end from (",
        plates,
        |row, car| {
            row.push_bind(car.0).push_bind(car.1.as_slice()).push_bind(car.2.as_str());
        },
        ") as v where visit.garage_id = v.column1 and visit.plate_hash = v.column2 and visit.ended_by is null \
         and (v.column3 = '' or coalesce(visit.plate_color, 'other') in (v.column3, 'other')) \
         returning visit.garage_id, visit.uncounted"
    )?;
    by_garage(rows)
}

/// Completes visits whose exit counted as missed and has arrived late: the car has entered since, here or elsewhere.
/// Returns garage and `gate_event.no` of the cars that the count had lost.
pub(super) async fn came_late(
    tx: &mut Tx,
    exits: &[VisitExit<'_>],
) -> Result<Vec<(GarageId, i64)>, StoreError> {
    let read: Vec<_> = exits.iter().filter_map(|exit| Some((exit, &exit.plate?.hash))).collect();
    if read.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(String, i64)> = fetch_rows!(
        tx,
        "update visit set exit_event = v.column3, exited_at = v.column4, ended_by = 'exit', ended_why = null, uncounted = 0, \
         book_due = 1 from (",
        read,
        |row, car| {
            row.push_bind(car.0.garage.as_str())
                .push_bind(car.1.as_slice())
                .push_bind(car.0.event)
                .push_bind(car.0.at.micros());
        },
        ") as v where visit.garage_id = v.column1 and visit.plate_hash = v.column2 and visit.uncounted = 1 \
         and visit.entered_at <= v.column4 and exists (select 1 from visit later \
          where later.plate_hash = v.column2 and later.entered_at > v.column4) \
         and not exists (select 1 from visit other where other.garage_id = v.column1 and other.plate_hash = v.column2 \
          and other.id > visit.id and other.entered_at <= v.column4 and (other.ended_by is null or other.uncounted = 1)) \
         returning visit.garage_id, visit.exit_event"
    )?;
    rows.into_iter().map(|(garage, event)| Ok((codec::parse("visit.garage_id", &garage)?, event))).collect()
}

/// Garages with open visits of cars that have since entered another garage. A garage is excluded if its gateway has a
/// backlog or has not reported since the second time, because the gateway may still send the exit.
pub async fn garages_left_behind(
    tx: &mut Tx,
    since: Timestamp,
    reported_since: Timestamp,
) -> Result<Vec<GarageId>, StoreError> {
    let rows: Vec<(String,)> = fetch_all!(
        tx,
        "select distinct v.garage_id from visit n join visit v on v.plate_hash = n.plate_hash \
         and v.garage_id <> n.garage_id and v.ended_by is null and v.entered_at < n.entered_at \
         join gateway g on g.garage_id = v.garage_id and g.backlog = 0 and g.last_seen_at >= $2 \
         where n.ended_by is null and n.plate_hash is not null and n.entered_at >= $1 order by v.garage_id",
        since.micros(),
        reported_since.micros(),
    )?;
    rows.into_iter().map(|(garage,)| codec::parse("visit.garage_id", &garage)).collect()
}

/// Ends the visits of cars that have since entered another garage; returns by how many the count was too high. The
/// caller holds the garage's row.
pub async fn end_left_behind(tx: &mut Tx, garage: &GarageId, since: Timestamp) -> Result<i64, StoreError> {
    let rows: Vec<(String, i64)> = fetch_all!(
        tx,
        "update visit set ended_by = 'exit_missed', ended_why = 'elsewhere', book_due = 1, uncounted = \
         case when exists (select 1 from adjustment a where a.garage_id = visit.garage_id and a.id > visit.id and not exists \
         (select 1 from inventory i where i.garage_id = a.garage_id and i.id > a.id)) then 0 else 1 end \
         where garage_id = $1 and ended_by is null and exists (select 1 from visit n where n.plate_hash = visit.plate_hash \
         and n.garage_id <> visit.garage_id and n.ended_by is null and n.entered_at > visit.entered_at and n.entered_at >= $2) \
         returning garage_id, uncounted",
        garage.as_str(),
        since.micros(),
    )?;
    Ok(rows.into_iter().map(|(_, cars)| cars).sum())
}

fn by_garage(rows: Vec<(String, i64)>) -> Result<Vec<(GarageId, i64)>, StoreError> {
    let mut cars: HashMap<String, i64> = HashMap::new();
    for (garage, uncounted) in rows {
        *cars.entry(garage).or_default() += uncounted;
    }
    cars.into_iter().map(|(garage, n)| Ok((codec::parse("visit.garage_id", &garage)?, n))).collect()
}
