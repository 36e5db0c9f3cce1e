//! A garage's rules of sharing that belong to no window, and the plates that break them.

use domain::ids::GarageId;
use domain::time::Timestamp;

use super::{StoreError, Tx};

/// What holds where an operator has said nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SharingRules {
    /// So many strikes within so many days block a plate for so many days; 0 strikes: never.
    pub strikes: u32,
    pub strike_days: u32,
    pub block_days: u32,
    pub live_per_person: u32,
    pub live_per_plate: u32,
}

impl Default for SharingRules {
    fn default() -> Self {
        Self { strikes: 3, strike_days: 30, block_days: 7, live_per_person: 10, live_per_plate: 10 }
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    strikes: i64,
    strike_days: i64,
    block_days: i64,
    live_per_person: i64,
    live_per_plate: i64,
}

impl TryFrom<Row> for SharingRules {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let number =
            |value: i64| u32::try_from(value).map_err(|_| StoreError::Corrupt { column: "sharing_rules" });
        Ok(Self {
            strikes: number(row.strikes)?,
            strike_days: number(row.strike_days)?,
            block_days: number(row.block_days)?,
            live_per_person: number(row.live_per_person)?,
            live_per_plate: number(row.live_per_plate)?,
        })
    }
}

/// Absent: the usual ones.
pub async fn find(tx: &mut Tx, garage: &GarageId) -> Result<Option<SharingRules>, StoreError> {
    let row: Option<Row> = fetch_optional!(
        tx,
        "select strikes, strike_days, block_days, live_per_person, live_per_plate from sharing_rules \
         where garage_id = $1",
        garage.as_str(),
    )?;
    row.map(SharingRules::try_from).transpose()
}

pub async fn put(tx: &mut Tx, garage: &GarageId, rules: &SharingRules) -> Result<(), StoreError> {
    execute!(
        tx,
        "insert into sharing_rules (garage_id, strikes, strike_days, block_days, live_per_person, live_per_plate) \
         values ($1, $2, $3, $4, $5, $6) on conflict (garage_id) do update set strikes = excluded.strikes, \
         strike_days = excluded.strike_days, block_days = excluded.block_days, \
         live_per_person = excluded.live_per_person, live_per_plate = excluded.live_per_plate",
        garage.as_str(),
        i64::from(rules.strikes),
        i64::from(rules.strike_days),
        i64::from(rules.block_days),
        i64::from(rules.live_per_person),
        i64::from(rules.live_per_plate),
    )?;
    Ok(())
}

/// Keyed hashes of the plates that are blocked at `now`. A block counts from the moment it was made, even where the clock of who asks is
/// behind that of who made it.
pub async fn blocked_plates(
    tx: &mut Tx,
    garage: &GarageId,
    now: Timestamp,
) -> Result<Vec<Vec<u8>>, StoreError> {
    let rows: Vec<(Vec<u8>,)> = fetch_all!(
        tx,
        "select distinct plate_hash from block where garage_id = $1 and ended_at is null \
         and (until_at is null or until_at > $2)",
        garage.as_str(),
        now.micros(),
    )?;
    Ok(rows.into_iter().map(|(hash,)| hash).collect())
}

/// When the next block ends by itself; until then [`blocked_plates`] gives the same, unless somebody changes it.
pub async fn next_block_end(
    tx: &mut Tx,
    garage: &GarageId,
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let (until,): (Option<i64>,) = fetch_one!(
        tx,
        "select min(until_at) from block where garage_id = $1 and ended_at is null and until_at > $2",
        garage.as_str(),
        now.micros(),
    )?;
    Ok(until.map(Timestamp::from_micros))
}
