//! Writes many rows in one statement.
//!
//! SQLite gets a row of values for each reservation, PostgreSQL an array for each column. PostgreSQL parses and plans
//! a statement anew for each number of rows, which costs more than the write; an array has any length.

use sqlx::{Postgres, Transaction};

use super::StoredReservation;
use super::row::ReservationRow;
use crate::{StoreError, Tx};

/// Rows in one statement: 27 columns each stay below SQLite's limit of 32,766 values.
const ROWS: usize = 512;

pub async fn insert(tx: &mut Tx, new: &[StoredReservation]) -> Result<(), StoreError> {
    for chunk in new.chunks(ROWS) {
        let rows: Vec<ReservationRow> = chunk.iter().map(ReservationRow::from).collect();
        insert_rows(tx, &rows).await?;
    }
    Ok(())
}

/// Names of the columns.
macro_rules! columns {
    () => {
        "id, garage_id, pool_id, audience, window_id, origin, made_by, client_key, series_id, person_id, \
         plate_hash, plate_enc, starts_at, ends_at, state, state_since, expires_at, cause, late, taken_from, \
         taken_until, live, space, visit_id, reminded, created_at, changed_at"
    };
}

async fn insert_rows(tx: &mut Tx, rows: &[ReservationRow]) -> Result<(), StoreError> {
    match tx {
        Tx::Sqlite(_) => insert_rows_sqlite(tx, rows).await,
        Tx::Postgres(tx) => insert_rows_postgres(tx, rows).await,
    }
}

async fn insert_rows_sqlite(tx: &mut Tx, rows: &[ReservationRow]) -> Result<(), StoreError> {
    execute_rows!(
        tx,
        concat!("insert into reservation (", columns!(), ") "),
        rows,
        |row, of| {
            row.push_bind(of.id.as_str())
                .push_bind(of.garage_id.as_str())
                .push_bind(of.pool_id.as_str())
                .push_bind(of.audience.as_str())
                .push_bind(of.window_id.as_deref())
                .push_bind(of.origin.as_str())
                .push_bind(of.made_by.as_str())
                .push_bind(of.client_key.as_deref())
                .push_bind(of.series_id.as_deref())
                .push_bind(of.person_id.as_deref())
                .push_bind(of.plate_hash.as_deref())
                .push_bind(of.plate_enc.as_deref())
                .push_bind(of.starts_at)
                .push_bind(of.ends_at)
                .push_bind(of.state.as_str())
                .push_bind(of.state_since)
                .push_bind(of.expires_at)
                .push_bind(of.cause.as_deref())
                .push_bind(of.late)
                .push_bind(of.taken_from)
                .push_bind(of.taken_until)
                .push_bind(of.live)
                .push_bind(of.space.as_deref())
                .push_bind(of.visit_id.as_deref())
                .push_bind(of.reminded)
                .push_bind(of.created_at)
                .push_bind(of.changed_at);
        },
        ""
    )?;
    Ok(())
}

async fn insert_rows_postgres(
    tx: &mut Transaction<'static, Postgres>,
    rows: &[ReservationRow],
) -> Result<(), StoreError> {
    const SQL: &str = concat!(
        "insert into reservation (",
        columns!(),
        ") select * from unnest(\
         $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], \
         $9::text[], $10::text[], $11::bytea[], $12::bytea[], $13::bigint[], $14::bigint[], $15::text[], \
         $16::bigint[], $17::bigint[], $18::text[], $19::bigint[], $20::bigint[], $21::bigint[], \
         $22::bigint[], $23::text[], $24::text[], $25::bigint[], $26::bigint[], $27::bigint[])"
    );
    sqlx::query(SQL)
        .bind(column(rows, |row| row.id.as_str()))
        .bind(column(rows, |row| row.garage_id.as_str()))
        .bind(column(rows, |row| row.pool_id.as_str()))
        .bind(column(rows, |row| row.audience.as_str()))
        .bind(column(rows, |row| row.window_id.as_deref()))
        .bind(column(rows, |row| row.origin.as_str()))
        .bind(column(rows, |row| row.made_by.as_str()))
        .bind(column(rows, |row| row.client_key.as_deref()))
        .bind(column(rows, |row| row.series_id.as_deref()))
        .bind(column(rows, |row| row.person_id.as_deref()))
        .bind(column(rows, |row| row.plate_hash.as_deref()))
        .bind(column(rows, |row| row.plate_enc.as_deref()))
        .bind(column(rows, |row| row.starts_at))
        .bind(column(rows, |row| row.ends_at))
        .bind(column(rows, |row| row.state.as_str()))
        .bind(column(rows, |row| row.state_since))
        .bind(column(rows, |row| row.expires_at))
        .bind(column(rows, |row| row.cause.as_deref()))
        .bind(column(rows, |row| row.late))
        .bind(column(rows, |row| row.taken_from))
        .bind(column(rows, |row| row.taken_until))
        .bind(column(rows, |row| row.live))
        .bind(column(rows, |row| row.space.as_deref()))
        .bind(column(rows, |row| row.visit_id.as_deref()))
        .bind(column(rows, |row| row.reminded))
        .bind(column(rows, |row| row.created_at))
        .bind(column(rows, |row| row.changed_at))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

fn column<'a, T>(rows: &'a [ReservationRow], of: impl Fn(&'a ReservationRow) -> T) -> Vec<T> {
    rows.iter().map(of).collect()
}

/// Writes the mutable columns of reservations.
pub async fn update(tx: &mut Tx, changed: &[StoredReservation]) -> Result<(), StoreError> {
    for chunk in changed.chunks(ROWS) {
        let rows: Vec<ReservationRow> = chunk.iter().map(ReservationRow::from).collect();
        update_rows(tx, &rows).await?;
    }
    Ok(())
}

/// The columns are in the order in which both functions below bind them.
macro_rules! update {
    ($from:literal) => {
        concat!(
            "update reservation set pool_id = v.column2, window_id = v.column3, plate_hash = v.column4, \
             plate_enc = v.column5, starts_at = v.column6, ends_at = v.column7, state = v.column8, \
             state_since = v.column9, expires_at = v.column10, cause = v.column11, late = v.column12, \
             taken_from = v.column13, taken_until = v.column14, live = v.column15, space = v.column16, \
             visit_id = v.column17, reminded = v.column18, changed_at = v.column19 from ",
            $from
        )
    };
}

async fn update_rows(tx: &mut Tx, rows: &[ReservationRow]) -> Result<(), StoreError> {
    match tx {
        Tx::Sqlite(_) => update_rows_sqlite(tx, rows).await,
        Tx::Postgres(tx) => update_rows_postgres(tx, rows).await,
    }
}

async fn update_rows_sqlite(tx: &mut Tx, rows: &[ReservationRow]) -> Result<(), StoreError> {
    execute_rows!(
        tx,
        update!("("),
        rows,
        |row, of| {
            row.push_bind(of.id.as_str())
                .push_bind(of.pool_id.as_str())
                .push_bind(of.window_id.as_deref())
                .push_bind(of.plate_hash.as_deref())
                .push_bind(of.plate_enc.as_deref())
                .push_bind(of.starts_at)
                .push_bind(of.ends_at)
                .push_bind(of.state.as_str())
                .push_bind(of.state_since)
                .push_bind(of.expires_at)
                .push_bind(of.cause.as_deref())
                .push_bind(of.late)
                .push_bind(of.taken_from)
                .push_bind(of.taken_until)
                .push_bind(of.live)
                .push_bind(of.space.as_deref())
                .push_bind(of.visit_id.as_deref())
                .push_bind(of.reminded)
                .push_bind(of.changed_at);
        },
        ") as v where reservation.id = v.column1"
    )?;
    Ok(())
}

async fn update_rows_postgres(
    tx: &mut Transaction<'static, Postgres>,
    rows: &[ReservationRow],
) -> Result<(), StoreError> {
    const SQL: &str = update!(
        "unnest(\
         $1::text[], $2::text[], $3::text[], $4::bytea[], $5::bytea[], $6::bigint[], $7::bigint[], \
         $8::text[], $9::bigint[], $10::bigint[], $11::text[], $12::bigint[], $13::bigint[], \
         $14::bigint[], $15::bigint[], $16::text[], $17::text[], $18::bigint[], $19::bigint[]) \
         as v (column1, column2, column3, column4, column5, column6, column7, column8, column9, column10, \
         column11, column12, column13, column14, column15, column16, column17, column18, column19) \
         where reservation.id = v.column1"
    );
    sqlx::query(SQL)
        .bind(column(rows, |row| row.id.as_str()))
        .bind(column(rows, |row| row.pool_id.as_str()))
        .bind(column(rows, |row| row.window_id.as_deref()))
        .bind(column(rows, |row| row.plate_hash.as_deref()))
        .bind(column(rows, |row| row.plate_enc.as_deref()))
        .bind(column(rows, |row| row.starts_at))
        .bind(column(rows, |row| row.ends_at))
        .bind(column(rows, |row| row.state.as_str()))
        .bind(column(rows, |row| row.state_since))
        .bind(column(rows, |row| row.expires_at))
        .bind(column(rows, |row| row.cause.as_deref()))
        .bind(column(rows, |row| row.late))
        .bind(column(rows, |row| row.taken_from))
        .bind(column(rows, |row| row.taken_until))
        .bind(column(rows, |row| row.live))
        .bind(column(rows, |row| row.space.as_deref()))
        .bind(column(rows, |row| row.visit_id.as_deref()))
        .bind(column(rows, |row| row.reminded))
        .bind(column(rows, |row| row.changed_at))
        .execute(&mut **tx)
        .await?;
    Ok(())
}
