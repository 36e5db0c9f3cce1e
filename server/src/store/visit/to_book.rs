//! Visits that the garage's book has not processed.

use domain::access::Audience;
use domain::ids::GarageId;
use domain::time::Timestamp;
use uuid::Uuid;

use crate::store::seal::Sealed;
use crate::store::{StoreError, Tx, word};

/// Visits in one batch: after an outage the visits of a week can arrive at once.
pub const BITE: usize = 500;

/// A visit that began or ended since the book last processed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    pub visit: Uuid,
    pub garage: GarageId,
    pub plate: Option<Sealed>,
    pub audience: Option<Audience>,
    pub entered_at: Timestamp,
    pub stay: Stay,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stay {
    Inside,
    Left(Timestamp),
    /// The car has left; its exit was missed.
    Missed,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    garage_id: String,
    plate_hash: Option<Vec<u8>>,
    plate_enc: Option<Vec<u8>>,
    audience: Option<String>,
    entered_at: i64,
    exited_at: Option<i64>,
    ended_by: Option<String>,
}

/// Takes the oldest [`BITE`] visits of these garages that their books have not processed; the commit marks them as
/// processed. On PostgreSQL, visits that a gateway's events are just changing wait for the next call: no transaction
/// waits here for the gate, and no deadlock is possible.
pub async fn take(tx: &mut Tx, garages: &[GarageId]) -> Result<Vec<Passed>, StoreError> {
    if garages.is_empty() {
        return Ok(Vec::new());
    }
    let tail = match tx {
        Tx::Sqlite(_) => {
            ") order by entered_at limit 500) update visit set book_due = 0 from due where visit.id = due.id \
             returning visit.id, visit.garage_id, visit.plate_hash, visit.plate_enc, visit.audience, \
             visit.entered_at, visit.exited_at, visit.ended_by"
        }
        Tx::Postgres(_) => {
            ") order by entered_at limit 500 for update skip locked) \
             update visit set book_due = 0 from due where visit.id = due.id \
             returning visit.id, visit.garage_id, visit.plate_hash, visit.plate_enc, visit.audience, \
             visit.entered_at, visit.exited_at, visit.ended_by"
        }
    };
    let rows: Vec<Row> = fetch_rows!(
        tx,
        "with due as materialized (select id from visit where book_due = 1 and entered_at is not null \
         and garage_id in (",
        garages,
        |row, garage| {
            row.push_bind(garage.as_str());
        },
        tail
    )?;
    rows.into_iter().map(passed).collect()
}

fn passed(row: Row) -> Result<Passed, StoreError> {
    let plate = row.plate_hash.zip(row.plate_enc).map(|(hash, enc)| Sealed { hash, enc });
    let stay = match (row.ended_by.as_deref(), row.exited_at) {
        (None, _) => Stay::Inside,
        (Some(_), Some(at)) => Stay::Left(Timestamp::from_micros(at)),
        (Some(_), None) => Stay::Missed,
    };
    Ok(Passed {
        visit: word::uuid("visit.id", &row.id)?,
        garage: word::parse("visit.garage_id", &row.garage_id)?,
        plate,
        audience: row.audience.map(|text| word::parse("visit.audience", &text)).transpose()?,
        entered_at: Timestamp::from_micros(row.entered_at),
        stay,
    })
}

/// Garages with visits that their books have not processed.
pub async fn garages(tx: &mut Tx) -> Result<Vec<GarageId>, StoreError> {
    let rows: Vec<(String,)> =
        fetch_all!(tx, "select distinct garage_id from visit where book_due = 1 order by garage_id")?;
    rows.into_iter().map(|(id,)| word::parse("visit.garage_id", &id)).collect()
}
