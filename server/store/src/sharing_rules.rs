//! A garage's sharing rules that belong to no window, and its blocked plates.

use domain::ids::GarageId;
use domain::time::Timestamp;

use super::{StoreError, Tx};

/// Limits and strike rules of a garage; the default holds for a garage without a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SharingRules {
    /// This many strikes within `strike_days` block a plate for `block_days`; 0: never.
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
struct SharingRulesRow {
    strikes: i64,
    strike_days: i64,
    block_days: i64,
    live_per_person: i64,
    live_per_plate: i64,
}

impl TryFrom<SharingRulesRow> for SharingRules {
    type Error = StoreError;

    fn try_from(row: SharingRulesRow) -> Result<Self, StoreError> {
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

/// Absent: the defaults apply.
pub async fn find(tx: &mut Tx, garage: &GarageId) -> Result<Option<SharingRules>, StoreError> {
    let row: Option<SharingRulesRow> = fetch_optional!(
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

/// Keyed hashes of the plates that are blocked at `now`. A block takes effect at once, even if the reader's clock is
/// behind the clock of the replica that wrote it.
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

/// The time when the next block expires. Until then [`blocked_plates`] returns the same plates, unless a block is
/// added or ended.
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
