//! History of a garage's count: passages and corrections, newest first.

use domain::ids::GarageId;
use domain::time::Timestamp;

use super::{StoreError, Tx};

#[derive(Debug, Clone)]
pub struct OccupancyHistory {
    /// The present count; absent: no data.
    pub now: Option<i64>,
    /// Newest first.
    pub changes: Vec<OccupancyChange>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OccupancyChange {
    pub at: Timestamp,
    pub before: CountBeforeChange,
}

/// The count before a change, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountBeforeChange {
    /// A passage: this many fewer cars than after it.
    Less(i64),
    /// A correction: exactly this count; absent: no data.
    Was(Option<i64>),
}

/// Changes since `since`. Passages have the time of their receipt by the server, which is when the count changed.
pub async fn of_garage(
    tx: &mut Tx,
    garage: &GarageId,
    since: Timestamp,
    limit: i64,
) -> Result<OccupancyHistory, StoreError> {
    let now: Option<(Option<i64>,)> =
        fetch_optional!(tx, "select occupied from garage where id = $1", garage.as_str())?;
    let rows: Vec<(i64, i64, i64, Option<i64>)> = fetch_all!(
        tx,
        "select stored_at as at, cast(0 as bigint) as corrected, delta, cast(null as bigint) as count_before \
         from gate_event where garage_id = $1 and delta <> 0 and stored_at >= $2 \
         union all select at, cast(1 as bigint), cast(0 as bigint), count_before \
         from adjustment where garage_id = $1 and at >= $2 order by 1 desc, 2 desc limit $3",
        garage.as_str(),
        since.micros(),
        limit,
    )?;
    let change = |(at, corrected, delta, before)| OccupancyChange {
        at: Timestamp::from_micros(at),
        before: if corrected == 1 { CountBeforeChange::Was(before) } else { CountBeforeChange::Less(delta) },
    };
    Ok(OccupancyHistory {
        now: now.and_then(|(count,)| count),
        changes: rows.into_iter().map(change).collect(),
    })
}
