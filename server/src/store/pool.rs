//! Pools of a garage and their numbered spaces.

use std::collections::BTreeMap;

use domain::ids::{GarageId, PoolId};

use super::{StoreError, Tx, word};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    pub id: PoolId,
    pub name: String,
    pub name_en: String,
    pub size: u32,
    /// Labels in the order in which they are given out; may be empty.
    pub spaces: Vec<String>,
}

/// By id.
pub async fn of_garage(tx: &mut Tx, garage: &GarageId) -> Result<Vec<Pool>, StoreError> {
    let rows: Vec<(String, String, String, i64)> = fetch_all!(
        tx,
        "select id, name, name_en, size from pool where garage_id = $1 order by id",
        garage.as_str()
    )?;
    let spaces: Vec<(String, String)> = fetch_all!(
        tx,
        "select pool_id, label from space where garage_id = $1 order by pool_id, position",
        garage.as_str(),
    )?;
    let mut labels: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (pool, label) in spaces {
        labels.entry(pool).or_default().push(label);
    }
    let pool = |(id, name, name_en, size): (String, String, String, i64)| {
        Ok(Pool {
            spaces: labels.remove(&id).unwrap_or_default(),
            id: word::parse("pool.id", &id)?,
            name,
            name_en,
            size: u32::try_from(size).map_err(|_| StoreError::Corrupt { column: "pool.size" })?,
        })
    };
    rows.into_iter().map(pool).collect()
}

/// Makes the garage's pools what is said here. Pools that are left out must be [`unused`]; the caller holds the book.
pub async fn put(tx: &mut Tx, garage: &GarageId, pools: &[Pool]) -> Result<(), StoreError> {
    execute!(tx, "delete from space where garage_id = $1", garage.as_str())?;
    for known in of_garage(tx, garage).await? {
        if !pools.iter().any(|pool| pool.id == known.id) {
            remove(tx, garage, &known.id).await?;
        }
    }
    for pool in pools {
        upsert(tx, garage, pool).await?;
        insert_spaces(tx, garage, pool).await?;
    }
    Ok(())
}

async fn remove(tx: &mut Tx, garage: &GarageId, pool: &PoolId) -> Result<(), StoreError> {
    execute!(tx, "delete from pool where garage_id = $1 and id = $2", garage.as_str(), pool.as_str())?;
    Ok(())
}

async fn upsert(tx: &mut Tx, garage: &GarageId, pool: &Pool) -> Result<(), StoreError> {
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

async fn insert_spaces(tx: &mut Tx, garage: &GarageId, pool: &Pool) -> Result<(), StoreError> {
    let labels: Vec<(i64, &String)> = (0_i64..).zip(&pool.spaces).collect();
    // A statement has room for so many rows of four values on either database.
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

/// No window, not even an ended one, and no live reservation names this pool.
pub async fn unused(tx: &mut Tx, garage: &GarageId, pool: &PoolId) -> Result<bool, StoreError> {
    let (uses,): (i64,) = fetch_one!(
        tx,
        "select (select count(*) from shared_window where garage_id = $1 and pool_id = $2) \
         + (select count(*) from reservation where garage_id = $1 and pool_id = $2 and live = 1)",
        garage.as_str(),
        pool.as_str(),
    )?;
    Ok(uses == 0)
}
