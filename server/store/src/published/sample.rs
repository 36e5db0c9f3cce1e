//! The history of a site: what was published at which time.

use domain::ids::GarageId;
use domain::time::Timestamp;
use protocol::public::OpeningStatus;

use super::super::{StoreError, Tx, codec};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSample {
    pub garage: GarageId,
    pub at: Timestamp,
    pub capacity: u32,
    /// Absent: no data.
    pub free: Option<u32>,
    pub status: OpeningStatus,
    pub confirmed_at: Option<Timestamp>,
}

/// Stores samples. A sample that another replica has written for the same moment stays.
pub async fn record(tx: &mut Tx, samples: &[StoredSample]) -> Result<(), StoreError> {
    // Six values a row stay below SQLite's limit of 32,766 values.
    for samples in samples.chunks(1000) {
        execute_rows!(
            tx,
            "insert into published_sample (garage_id, at, capacity, free, status, confirmed_at) ",
            samples,
            |row, sample| {
                row.push_bind(sample.garage.as_str())
                    .push_bind(sample.at.micros())
                    .push_bind(i64::from(sample.capacity))
                    .push_bind(sample.free.map(i64::from))
                    .push_bind(codec::encode(sample.status))
                    .push_bind(sample.confirmed_at.map(Timestamp::micros));
            },
            " on conflict (garage_id, at) do nothing"
        )?;
    }
    Ok(())
}

/// Deletes samples from before `before`.
pub async fn prune(tx: &mut Tx, before: Timestamp) -> Result<(), StoreError> {
    execute!(tx, "delete from published_sample where at < $1", before.micros())?;
    Ok(())
}

type PublishedSampleRow = (i64, i64, Option<i64>, String, Option<i64>);

/// Samples up to `latest`, newest first.
pub async fn samples(
    tx: &mut Tx,
    garage: &GarageId,
    latest: Timestamp,
    limit: i64,
) -> Result<Vec<StoredSample>, StoreError> {
    let rows: Vec<PublishedSampleRow> = fetch_all!(
        tx,
        "select at, capacity, free, status, confirmed_at from published_sample \
         where garage_id = $1 and at <= $2 order by at desc limit $3",
        garage.as_str(),
        latest.micros(),
        limit,
    )?;
    let spaces = |column, n: i64| u32::try_from(n).map_err(|_| StoreError::Corrupt { column });
    let sample = |(at, capacity, free, status, confirmed_at): PublishedSampleRow| {
        Ok(StoredSample {
            garage: garage.clone(),
            at: Timestamp::from_micros(at),
            capacity: spaces("published_sample.capacity", capacity)?,
            free: free.map(|free| spaces("published_sample.free", free)).transpose()?,
            status: codec::parse("published_sample.status", &status)?,
            confirmed_at: confirmed_at.map(Timestamp::from_micros),
        })
    };
    rows.into_iter().map(sample).collect()
}

pub async fn samples_count(tx: &mut Tx, garage: &GarageId) -> Result<i64, StoreError> {
    let (count,): (i64,) =
        fetch_one!(tx, "select count(*) from published_sample where garage_id = $1", garage.as_str())?;
    Ok(count)
}
