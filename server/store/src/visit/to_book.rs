//! Visits that the garage's book has not processed.

use domain::access::Audience;
use domain::ids::{GarageId, VisitId};
use domain::time::Timestamp;

use crate::seal::SealedValue;
use crate::{StoreError, Tx, codec};

/// Visits in one batch: after an outage the visits of a week can arrive at once.
pub const BATCH_ROWS: usize = 500;

/// A visit that began or ended since the book last processed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsettledVisit {
    pub visit: VisitId,
    pub garage: GarageId,
    pub plate: Option<SealedValue>,
    pub audience: Option<Audience>,
    pub entered_at: Timestamp,
    pub stay: VisitStay,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VisitStay {
    Inside,
    Left(Timestamp),
    /// The car has left; its exit was missed.
    Missed,
}

#[derive(sqlx::FromRow)]
struct UnsettledVisitRow {
    id: String,
    garage_id: String,
    plate_hash: Option<Vec<u8>>,
    plate_enc: Option<Vec<u8>>,
    audience: Option<String>,
    entered_at: i64,
    exited_at: Option<i64>,
    ended_by: Option<String>,
}

/// Takes the oldest [`BATCH_ROWS`] visits of these garages that their books have not processed; the commit marks them as
/// processed. On PostgreSQL, visits that a gateway's events are just changing wait for the next call: no transaction
/// waits here for the gate, and no deadlock is possible.
pub async fn take(tx: &mut Tx, garages: &[GarageId]) -> Result<Vec<UnsettledVisit>, StoreError> {
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
    let rows: Vec<UnsettledVisitRow> = fetch_rows!(
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

fn passed(row: UnsettledVisitRow) -> Result<UnsettledVisit, StoreError> {
    let plate = row.plate_hash.zip(row.plate_enc).map(|(hash, enc)| SealedValue { hash, enc });
    let stay = match (row.ended_by.as_deref(), row.exited_at) {
        (None, _) => VisitStay::Inside,
        (Some(_), Some(at)) => VisitStay::Left(Timestamp::from_micros(at)),
        (Some(_), None) => VisitStay::Missed,
    };
    Ok(UnsettledVisit {
        visit: codec::id("visit.id", &row.id)?,
        garage: codec::parse("visit.garage_id", &row.garage_id)?,
        plate,
        audience: row.audience.map(|text| codec::parse("visit.audience", &text)).transpose()?,
        entered_at: Timestamp::from_micros(row.entered_at),
        stay,
    })
}

/// Garages with visits that their books have not processed.
pub async fn garages(tx: &mut Tx) -> Result<Vec<GarageId>, StoreError> {
    let rows: Vec<(String,)> =
        fetch_all!(tx, "select distinct garage_id from visit where book_due = 1 order by garage_id")?;
    rows.into_iter().map(|(id,)| codec::parse("visit.garage_id", &id)).collect()
}
