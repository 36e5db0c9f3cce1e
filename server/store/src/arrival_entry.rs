//! Arrivals that cars create, many at once, and the changes that a reading makes to an existing arrival.

use std::collections::HashMap;

use chrono::NaiveDate;
use domain::ids::{ArrivalId, ClassId};
use domain::pickup::{CarSeen, PickupState};
use domain::time::Timestamp;
use protocol::people::{FeedCursor, ReadingDoubt};

use super::arrival::NewArrival;
use super::seal::SealedValue;
use super::{StoreError, Tx, codec};

/// Rows in one statement.
const ROWS: usize = 500;

/// Whether any of these plates has an arrival whose car has not left.
pub async fn any_car_inside(tx: &mut Tx, plate_hashes: &[&[u8]]) -> Result<bool, StoreError> {
    if plate_hashes.is_empty() {
        return Ok(false);
    }
    let rows: Vec<(String,)> = fetch_rows!(
        tx,
        "select a.id from (",
        plate_hashes,
        |row, hash| {
            row.push_bind(*hash);
        },
        ") as v join arrival a on (a.plate_hash = v.column1 or a.other_plate_hash = v.column1) and a.car_left_at is null limit 1"
    )?;
    Ok(!rows.is_empty())
}

/// The data that a reading adds to an arrival without a car.
#[derive(Debug, Clone)]
pub struct ArrivingCar<'a> {
    pub plate: &'a SealedValue,
    pub relation: &'a str,
    /// `gate_event.no`, if the event is stored already.
    pub entry_event: Option<i64>,
    pub entered_at: Option<Timestamp>,
    pub doubt: Option<ReadingDoubt>,
}

/// Adds the car to an arrival that was reported by hand; `false` if there is no such arrival.
pub async fn attach_car(
    tx: &mut Tx,
    id: ArrivalId,
    car: &ArrivingCar<'_>,
    pickup: PickupState,
    at: Timestamp,
    cursor: FeedCursor,
) -> Result<bool, StoreError> {
    let changed = execute!(
        tx,
        "update arrival set plate_hash = $2, plate_enc = $3, guardian_relation = $4, entry_event = $5, \
         phase = $6, phase_since = $7, claimed = $8, changed_at = $9, cursor = $10, entered_at = $11, reading_doubt = $12 \
         where id = $1",
        id.to_string(),
        car.plate.hash.as_slice(),
        car.plate.enc.as_slice(),
        car.relation,
        car.entry_event,
        codec::encode(pickup.phase),
        pickup.since.micros(),
        i64::from(pickup.claimed),
        at.micros(),
        cursor,
        car.entered_at.map(Timestamp::micros),
        car.doubt.map(codec::encode),
    )?;
    Ok(changed == 1)
}

/// Stores a new reading of a car whose child still waits for it: the car is back, has passed the gate, or is no longer in
/// doubt.
pub async fn set_car_seen(
    tx: &mut Tx,
    id: ArrivalId,
    seen: CarSeen,
    at: Timestamp,
    cursor: FeedCursor,
) -> Result<bool, StoreError> {
    let changed = execute!(
        tx,
        "update arrival set car_left_at = null, changed_at = $2, cursor = $3, entered_at = $4, reading_doubt = $5, \
         other_plate_hash = case when $5 is null then null else other_plate_hash end where id = $1",
        id.to_string(),
        at.micros(),
        cursor,
        seen.entered_at.map(Timestamp::micros),
        seen.doubt.map(codec::encode),
    )?;
    Ok(changed == 1)
}

/// Sets the time at which cars passed the gate: arrival, time, cursor of the change.
pub async fn set_cars_entered(
    tx: &mut Tx,
    entered: &[(ArrivalId, Timestamp, FeedCursor)],
) -> Result<(), StoreError> {
    for chunk in entered.chunks(ROWS) {
        execute_rows!(
            tx,
            "update arrival set entered_at = v.column2, at_gate_cursor = cursor, entered_cursor = v.column3, cursor = v.column3 from (",
            chunk,
            |row, car| {
                row.push_bind(car.0.to_string()).push_bind(car.1.micros()).push_bind(car.2);
            },
            ") as v where arrival.id = v.column1"
        )?;
    }
    Ok(())
}

/// Marks an arrival whose car was read twice; `None` removes the mark.
pub async fn set_doubt(
    tx: &mut Tx,
    id: ArrivalId,
    doubt: Option<ReadingDoubt>,
    other_plate: Option<&[u8]>,
    cursor: FeedCursor,
) -> Result<(), StoreError> {
    execute!(
        tx,
        "update arrival set reading_doubt = $2, other_plate_hash = $3, cursor = $4 where id = $1",
        id.to_string(),
        doubt.map(codec::encode),
        other_plate,
        cursor,
    )?;
    Ok(())
}

/// Removes the car from an arrival that was reported by hand, because the reading belongs to another plate. The
/// report waits for the teacher again.
pub async fn detach_car(
    tx: &mut Tx,
    id: ArrivalId,
    pickup: PickupState,
    at: Timestamp,
    cursor: FeedCursor,
) -> Result<(), StoreError> {
    execute!(
        tx,
        "update arrival set plate_hash = null, plate_enc = null, entry_event = null, entered_at = null, reading_doubt = null, \
         other_plate_hash = null, phase = $2, phase_since = $3, claimed = $4, changed_at = $5, cursor = $6 where id = $1",
        id.to_string(),
        codec::encode(pickup.phase),
        pickup.since.micros(),
        i64::from(pickup.claimed),
        at.micros(),
        cursor,
    )?;
    Ok(())
}

/// Sets the time at which cars left: arrival, time, cursor of the change.
pub async fn set_cars_left(
    tx: &mut Tx,
    left: &[(ArrivalId, Timestamp, FeedCursor)],
) -> Result<(), StoreError> {
    for chunk in left.chunks(ROWS) {
        execute_rows!(
            tx,
            "update arrival set car_left_at = v.column2, changed_at = v.column2, cursor = v.column3 from (",
            chunk,
            |row, car| {
                row.push_bind(car.0.to_string()).push_bind(car.1.micros()).push_bind(car.2);
            },
            ") as v where arrival.id = v.column1"
        )?;
    }
    Ok(())
}

/// The next order of arrival in each class; the caller holds the lock of all arrivals.
pub async fn next_orders(
    tx: &mut Tx,
    classes: &[&ClassId],
    day: NaiveDate,
) -> Result<HashMap<ClassId, i64>, StoreError> {
    let rows: Vec<(String, i64)> = fetch_rows!(
        tx,
        "select v.column1, coalesce(max(a.order_no), 0) + 1 from (",
        classes,
        |row, class| {
            row.push_bind(class.as_str()).push_bind(day.to_string());
        },
        ") as v left join arrival a on a.class_id = v.column1 and a.day = v.column2 group by v.column1"
    )?;
    rows.into_iter().map(|(class, order)| Ok((codec::parse("arrival.class_id", &class)?, order))).collect()
}

/// Writes arrivals with their orders; the caller holds the lock of all arrivals.
pub async fn insert(tx: &mut Tx, arrivals: &[(i64, NewArrival<'_>)]) -> Result<(), StoreError> {
    if arrivals.is_empty() {
        return Ok(());
    }
    execute_rows!(
        tx,
        "insert into arrival (id, school_id, class_id, pupil_id, garage_id, day, order_no, phase, phase_since, \
         claimed, arrived_at, changed_at, cursor, plate_hash, plate_enc, guardian_relation, note, entry_event, \
         entered_at, reading_doubt) ",
        arrivals,
        |row, arrival| {
            let (order, new) = arrival;
            row.push_bind(new.id.to_string())
                .push_bind(new.school.as_str())
                .push_bind(new.class.as_str())
                .push_bind(new.pupil.to_string())
                .push_bind(new.garage.as_str())
                .push_bind(new.day.to_string())
                .push_bind(*order)
                .push_bind(codec::encode(new.pickup.phase))
                .push_bind(new.pickup.since.micros())
                .push_bind(i64::from(new.pickup.claimed))
                .push_bind(new.arrived_at.micros())
                .push_bind(new.changed_at.micros())
                .push_bind(new.cursor)
                .push_bind(new.car.map(|car| car.hash.as_slice()))
                .push_bind(new.car.map(|car| car.enc.as_slice()))
                .push_bind(new.guardian)
                .push_bind(new.note.map(codec::encode))
                .push_bind(new.entry_event)
                .push_bind(new.entered_at.map(Timestamp::micros))
                .push_bind(new.doubt.map(codec::encode));
        },
        ""
    )?;
    Ok(())
}
