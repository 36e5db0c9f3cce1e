//! Closures: suspensions, blackouts, spaces out of service.

use domain::access::Audience;
use domain::ids::{GarageId, PoolId};
use domain::time::Timestamp;
use uuid::Uuid;

use super::{StoreError, Tx, codec};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredClosure {
    pub id: Uuid,
    /// Absent: all.
    pub pool: Option<PoolId>,
    /// Absent: all.
    pub audience: Option<Audience>,
    pub from: Timestamp,
    pub until: Timestamp,
    /// Number of spaces out of use; absent: the pool or garage is closed.
    pub spaces: Option<u32>,
    pub reason: String,
    pub operator: String,
    pub operator_name: String,
    pub created_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct ClosureRow {
    id: String,
    garage_id: String,
    pool_id: Option<String>,
    audience: Option<String>,
    from_at: i64,
    until_at: i64,
    spaces: Option<i64>,
    reason: String,
    operator_id: String,
    operator_name: String,
    created_at: i64,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select c.id, c.garage_id, c.pool_id, c.audience, c.from_at, c.until_at, c.spaces, c.reason, c.operator_id, \
             o.name as operator_name, c.created_at from closure c join operator o on o.id = c.operator_id ",
            $rest
        )
    };
}

impl TryFrom<ClosureRow> for StoredClosure {
    type Error = StoreError;

    fn try_from(row: ClosureRow) -> Result<Self, StoreError> {
        let spaces = |n: i64| u32::try_from(n).map_err(|_| StoreError::Corrupt { column: "closure.spaces" });
        Ok(Self {
            id: codec::id("closure.id", &row.id)?,
            pool: row.pool_id.map(|id| codec::parse("closure.pool_id", &id)).transpose()?,
            audience: row.audience.map(|text| codec::parse("closure.audience", &text)).transpose()?,
            from: Timestamp::from_micros(row.from_at),
            until: Timestamp::from_micros(row.until_at),
            spaces: row.spaces.map(spaces).transpose()?,
            reason: row.reason,
            operator: row.operator_id,
            operator_name: row.operator_name,
            created_at: Timestamp::from_micros(row.created_at),
        })
    }
}

/// Closures that have not been ended and whose time ends after `since`, by their start.
pub async fn open(
    tx: &mut Tx,
    garage: &GarageId,
    since: Timestamp,
) -> Result<Vec<StoredClosure>, StoreError> {
    let rows: Vec<ClosureRow> = fetch_all!(
        tx,
        select!("where c.garage_id = $1 and c.ended_at is null and c.until_at > $2 order by c.from_at, c.id"),
        garage.as_str(),
        since.micros(),
    )?;
    rows.into_iter().map(StoredClosure::try_from).collect()
}

/// The same closures of every garage, by garage and start.
pub async fn open_everywhere(
    tx: &mut Tx,
    since: Timestamp,
) -> Result<Vec<(GarageId, StoredClosure)>, StoreError> {
    let rows: Vec<ClosureRow> = fetch_all!(
        tx,
        select!("where c.ended_at is null and c.until_at > $1 order by c.garage_id, c.from_at, c.id"),
        since.micros(),
    )?;
    let one = |row: ClosureRow| {
        Ok((codec::parse("closure.garage_id", &row.garage_id)?, StoredClosure::try_from(row)?))
    };
    rows.into_iter().map(one).collect()
}

/// A closure that has not been ended.
pub async fn find(tx: &mut Tx, garage: &GarageId, id: Uuid) -> Result<Option<StoredClosure>, StoreError> {
    let row: Option<ClosureRow> = fetch_optional!(
        tx,
        select!("where c.garage_id = $1 and c.id = $2 and c.ended_at is null"),
        garage.as_str(),
        id.to_string(),
    )?;
    row.map(StoredClosure::try_from).transpose()
}

/// Stores a closure; `false` if its id exists already.
pub async fn insert(tx: &mut Tx, garage: &GarageId, closure: &StoredClosure) -> Result<bool, StoreError> {
    let inserted = execute!(
        tx,
        "insert into closure (id, garage_id, pool_id, audience, from_at, until_at, spaces, reason, operator_id, \
         created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (id) do nothing",
        closure.id.to_string(),
        garage.as_str(),
        closure.pool.as_ref().map(|id| id.as_str()),
        closure.audience.map(codec::encode),
        closure.from.micros(),
        closure.until.micros(),
        closure.spaces.map(i64::from),
        closure.reason.as_str(),
        closure.operator.as_str(),
        closure.created_at.micros(),
    )?;
    Ok(inserted == 1)
}

/// Ends a closure. Its row stays for later reports.
pub async fn end(tx: &mut Tx, garage: &GarageId, id: Uuid, at: Timestamp) -> Result<(), StoreError> {
    execute!(
        tx,
        "update closure set ended_at = $3 where garage_id = $1 and id = $2 and ended_at is null",
        garage.as_str(),
        id.to_string(),
        at.micros(),
    )?;
    Ok(())
}
