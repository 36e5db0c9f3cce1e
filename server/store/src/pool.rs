//! Pools of a garage and their numbered spaces.

use std::collections::HashMap;

use domain::ids::{GarageId, PoolId};

use super::{StoreError, Tx, codec};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPool {
    pub id: PoolId,
    pub name: String,
    pub name_en: String,
    pub size: u32,
    /// Labels in the order of their assignment; may be empty.
    pub spaces: Vec<String>,
}

/// The garage's pools, by id.
pub async fn of_garage(tx: &mut Tx, garage: &GarageId) -> Result<Vec<StoredPool>, StoreError> {
    let rows: Vec<PoolRow> = fetch_all!(
        tx,
        "select garage_id, id, name, name_en, size from pool where garage_id = $1 order by id",
        garage.as_str()
    )?;
    let spaces: Vec<PoolSpaceRow> = fetch_all!(
        tx,
        "select garage_id, pool_id, label from space where garage_id = $1 order by pool_id, position",
        garage.as_str(),
    )?;
    Ok(pools(rows, spaces)?.remove(garage).unwrap_or_default())
}

/// The pools of every garage.
pub async fn everywhere(tx: &mut Tx) -> Result<HashMap<GarageId, Vec<StoredPool>>, StoreError> {
    let rows: Vec<PoolRow> =
        fetch_all!(tx, "select garage_id, id, name, name_en, size from pool order by garage_id, id")?;
    let spaces: Vec<PoolSpaceRow> =
        fetch_all!(tx, "select garage_id, pool_id, label from space order by garage_id, pool_id, position")?;
    pools(rows, spaces)
}

type PoolRow = (String, String, String, String, i64);
type PoolSpaceRow = (String, String, String);

fn pools(
    rows: Vec<PoolRow>,
    spaces: Vec<PoolSpaceRow>,
) -> Result<HashMap<GarageId, Vec<StoredPool>>, StoreError> {
    let mut labels: HashMap<(String, String), Vec<String>> = HashMap::new();
    for (garage, pool, label) in spaces {
        labels.entry((garage, pool)).or_default().push(label);
    }
    let mut pools: HashMap<GarageId, Vec<StoredPool>> = HashMap::new();
    for (garage, id, name, name_en, size) in rows {
        let of = codec::parse("pool.garage_id", &garage)?;
        let pool = StoredPool {
            id: codec::parse("pool.id", &id)?,
            name,
            name_en,
            size: u32::try_from(size).map_err(|_| StoreError::Corrupt { column: "pool.size" })?,
            spaces: labels.remove(&(garage, id)).unwrap_or_default(),
        };
        pools.entry(of).or_default().push(pool);
    }
    Ok(pools)
}

/// Writes these pools and replaces all of the garage's numbered spaces by theirs. Other pools stay, without numbered
/// spaces. The caller holds the book.
pub async fn put(tx: &mut Tx, garage: &GarageId, pools: &[StoredPool]) -> Result<(), StoreError> {
    execute!(tx, "delete from space where garage_id = $1", garage.as_str())?;
    for pool in pools {
        upsert(tx, garage, pool).await?;
        insert_spaces(tx, garage, pool).await?;
    }
    Ok(())
}

/// Deletes an [`unused`] pool with its ended windows and its spaces.
pub async fn remove(tx: &mut Tx, garage: &GarageId, pool: &PoolId) -> Result<(), StoreError> {
    let (garage, pool) = (garage.as_str(), pool.as_str());
    execute!(
        tx,
        "delete from window_stagger where window_id in \
         (select id from shared_window where garage_id = $1 and pool_id = $2)",
        garage,
        pool,
    )?;
    execute!(tx, "delete from shared_window where garage_id = $1 and pool_id = $2", garage, pool)?;
    execute!(tx, "delete from space where garage_id = $1 and pool_id = $2", garage, pool)?;
    execute!(tx, "delete from pool where garage_id = $1 and id = $2", garage, pool)?;
    Ok(())
}

async fn upsert(tx: &mut Tx, garage: &GarageId, pool: &StoredPool) -> Result<(), StoreError> {
    execute!(
        tx,
        "insert into pool (garage_id, id, name, name_en, size) values ($1, $2, $3, $4, $5) \
         on conflict (garage_id, id) do update set name = excluded.name, name_en = excluded.name_en, \
         size = excluded.size",
        garage.as_str(),
        pool.id.as_str(),
        pool.name.as_str(),
        pool.name_en.as_str(),
        i64::from(pool.size),
    )?;
    Ok(())
}

async fn insert_spaces(tx: &mut Tx, garage: &GarageId, pool: &StoredPool) -> Result<(), StoreError> {
    let labels: Vec<(i64, &String)> = (0_i64..).zip(&pool.spaces).collect();
    // Four values a row: this many rows stay below the limits of both databases.
    for rows in labels.chunks(1000) {
        execute_rows!(
            tx,
            "insert into space (garage_id, pool_id, label, position) ",
            rows,
            |row, space| {
                row.push_bind(garage.as_str())
                    .push_bind(pool.id.as_str())
                    .push_bind(space.1.as_str())
                    .push_bind(space.0);
            },
            ""
        )?;
    }
    Ok(())
}

/// Whether no active window and no live reservation names this pool.
pub async fn unused(tx: &mut Tx, garage: &GarageId, pool: &PoolId) -> Result<bool, StoreError> {
    let (uses,): (i64,) = fetch_one!(
        tx,
        "select (select count(*) from shared_window where garage_id = $1 and pool_id = $2 and ended_at is null) \
         + (select count(*) from reservation where garage_id = $1 and pool_id = $2 and live = 1)",
        garage.as_str(),
        pool.as_str(),
    )?;
    Ok(uses == 0)
}
