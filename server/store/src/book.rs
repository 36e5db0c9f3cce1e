//! The row that serialises all changes to a garage's shared spaces.
//!
//! A transaction that changes a reservation, or anything that reservations depend on, holds the row until its commit
//! and raises the version. A book in memory is valid while the row has the version that the book was built from.

use domain::ids::GarageId;

use super::{StoreError, Tx, codec};

/// Version of a book; a book in memory is valid for one version.
pub type BookVersion = i64;

/// Locks the rows of these garages, in order of their ids, so that two transactions never deadlock. Garages without a
/// row are absent. SQLite has one writer and needs no lock.
pub async fn lock(tx: &mut Tx, garages: &[GarageId]) -> Result<Vec<(GarageId, BookVersion)>, StoreError> {
    if garages.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(String, i64)> = match tx {
        Tx::Sqlite(_) => fetch_rows!(
            tx,
            "select b.garage_id, b.version from (",
            garages,
            |row, garage| {
                row.push_bind(garage.as_str());
            },
            ") as v join book b on b.garage_id = v.column1 order by b.garage_id"
        )?,
        Tx::Postgres(_) => fetch_rows!(
            tx,
            "select b.garage_id, b.version from (",
            garages,
            |row, garage| {
                row.push_bind(garage.as_str());
            },
            ") as v join book b on b.garage_id = v.column1 order by b.garage_id for update of b"
        )?,
    };
    rows.into_iter()
        .map(|(garage, version)| Ok((codec::parse("book.garage_id", &garage)?, version)))
        .collect()
}

/// Reads the version without a lock; absent if there is no such garage.
pub async fn version(tx: &mut Tx, garage: &GarageId) -> Result<Option<BookVersion>, StoreError> {
    let row: Option<(i64,)> =
        fetch_optional!(tx, "select version from book where garage_id = $1", garage.as_str())?;
    Ok(row.map(|(version,)| version))
}

/// The versions of all books, read without locks.
pub async fn versions(tx: &mut Tx) -> Result<Vec<(GarageId, BookVersion)>, StoreError> {
    let rows: Vec<(String, i64)> = fetch_all!(tx, "select garage_id, version from book",)?;
    rows.into_iter()
        .map(|(garage, version)| Ok((codec::parse("book.garage_id", &garage)?, version)))
        .collect()
}

/// Raises the version. The caller holds [`lock`].
pub async fn advance(tx: &mut Tx, garages: &[GarageId]) -> Result<(), StoreError> {
    if garages.is_empty() {
        return Ok(());
    }
    execute_rows!(
        tx,
        "update book set version = version + 1 where garage_id in (select column1 from (",
        garages,
        |row, garage| {
            row.push_bind(garage.as_str());
        },
        ") as v)"
    )?;
    Ok(())
}

/// Creates the row of a new garage.
pub async fn open(tx: &mut Tx, garage: &GarageId) -> Result<(), StoreError> {
    execute!(
        tx,
        "insert into book (garage_id, version) values ($1, 1) on conflict (garage_id) do nothing",
        garage.as_str(),
    )?;
    Ok(())
}
