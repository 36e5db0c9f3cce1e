//! Writing, many rows a statement.

use uuid::Uuid;

use super::Stored;
use super::row::{state_columns, taken_columns};
use crate::store::{StoreError, Tx, word};

/// Rows in one statement: 27 columns each stay below the databases' limits of 32,766 and 65,535 values.
const ROWS: usize = 512;

pub async fn insert(tx: &mut Tx, new: &[Stored]) -> Result<(), StoreError> {
    for chunk in new.chunks(ROWS) {
        insert_chunk(tx, chunk).await?;
    }
    Ok(())
}

async fn insert_chunk(tx: &mut Tx, new: &[Stored]) -> Result<(), StoreError> {
    execute_rows!(
        tx,
        "insert into reservation (id, garage_id, pool_id, audience, window_id, origin, made_by, client_key, \
         series_id, person_id, plate_hash, plate_enc, starts_at, ends_at, state, state_since, expires_at, \
         cause, late, taken_from, taken_until, live, space, visit_id, reminded, created_at, changed_at) ",
        new,
        |row, stored| {
            let (entry, details) = (&stored.entry, &stored.details);
            let state = state_columns(stored);
            let (taken_from, taken_until) = taken_columns(entry);
            row.push_bind(entry.id.to_string())
                .push_bind(stored.garage.as_str())
                .push_bind(entry.pool.as_str())
                .push_bind(word::word(entry.audience))
                .push_bind(entry.window.as_ref().map(|window| window.as_str()))
                .push_bind(word::word(entry.origin))
                .push_bind(details.made_by.text())
                .push_bind(details.client_key.as_deref())
                .push_bind(details.series.as_deref())
                .push_bind(entry.person.map(|person| person.to_string()))
                .push_bind(entry.plate.as_ref().map(|plate| plate.0.as_slice()))
                .push_bind(details.plate_enc.as_deref())
                .push_bind(entry.span.from().timestamp().micros())
                .push_bind(entry.span.until().timestamp().micros())
                .push_bind(state.state)
                .push_bind(state.since)
                .push_bind(state.expires_at)
                .push_bind(state.cause)
                .push_bind(state.late)
                .push_bind(taken_from)
                .push_bind(taken_until)
                .push_bind(i64::from(entry.is_live()))
                .push_bind(entry.space.as_deref())
                .push_bind(entry.visit.map(|visit| visit.to_string()))
                .push_bind(i64::from(entry.reminded))
                .push_bind(entry.created_at.micros())
                .push_bind(details.changed_at.micros());
        },
        ""
    )?;
    Ok(())
}

/// Writes what of a reservation may change.
pub async fn update(tx: &mut Tx, changed: &[Stored]) -> Result<(), StoreError> {
    for chunk in changed.chunks(ROWS) {
        update_chunk(tx, chunk).await?;
    }
    Ok(())
}

async fn update_chunk(tx: &mut Tx, changed: &[Stored]) -> Result<(), StoreError> {
    execute_rows!(
        tx,
        "update reservation set pool_id = v.column2, window_id = v.column3, plate_hash = v.column4, \
         plate_enc = v.column5, starts_at = v.column6, ends_at = v.column7, state = v.column8, \
         state_since = v.column9, expires_at = v.column10, cause = v.column11, late = v.column12, \
         taken_from = v.column13, taken_until = v.column14, live = v.column15, space = v.column16, \
         visit_id = v.column17, reminded = v.column18, changed_at = v.column19 from (",
        changed,
        |row, stored| {
            let (entry, details) = (&stored.entry, &stored.details);
            let state = state_columns(stored);
            let (taken_from, taken_until) = taken_columns(entry);
            row.push_bind(entry.id.to_string())
                .push_bind(entry.pool.as_str())
                .push_bind(entry.window.as_ref().map(|window| window.as_str()))
                .push_bind(entry.plate.as_ref().map(|plate| plate.0.as_slice()))
                .push_bind(details.plate_enc.as_deref())
                .push_bind(entry.span.from().timestamp().micros())
                .push_bind(entry.span.until().timestamp().micros())
                .push_bind(state.state)
                .push_bind(state.since)
                .push_bind(state.expires_at)
                .push_bind(state.cause)
                .push_bind(state.late)
                .push_bind(taken_from)
                .push_bind(taken_until)
                .push_bind(i64::from(entry.is_live()))
                .push_bind(entry.space.as_deref())
                .push_bind(entry.visit.map(|visit: Uuid| visit.to_string()))
                .push_bind(i64::from(entry.reminded))
                .push_bind(details.changed_at.micros());
        },
        ") as v where reservation.id = v.column1"
    )?;
    Ok(())
}
