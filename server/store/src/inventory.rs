//! Inventories: an operator's walk through a garage, the number of cars seen and the resulting change. Append-only.

use domain::ids::GarageId;
use domain::time::Timestamp;
use protocol::operator::InventorySummary;

use super::{StoreError, Tx, codec};

/// An inventory, with the key and hash that identify a repeated request.
#[derive(Debug, Clone)]
pub struct NewInventoryRow<'a> {
    pub garage: &'a GarageId,
    /// The operator's id; the operator's name in `made` is ignored.
    pub operator: &'a str,
    pub idempotency_key: &'a str,
    pub body_hash: &'a [u8],
    pub made: &'a InventorySummary,
}

pub async fn insert(tx: &mut Tx, new: &NewInventoryRow<'_>) -> Result<(), StoreError> {
    let made = new.made;
    execute!(
        tx,
        "insert into inventory (id, garage_id, operator_id, idempotency_key, body_hash, begun_at, ended_at, at, reason, \
         seen, unread, opened, named, ghosts, count_before, count_after) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
        made.id.to_string(),
        new.garage.as_str(),
        new.operator,
        new.idempotency_key,
        new.body_hash,
        made.begun_at.micros(),
        made.ended_at.micros(),
        made.at.micros(),
        made.reason.as_str(),
        made.seen,
        made.unread,
        made.opened,
        made.named,
        made.ghosts,
        made.before,
        made.after,
    )?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct InventoryRow {
    id: String,
    body_hash: Vec<u8>,
    begun_at: i64,
    ended_at: i64,
    at: i64,
    reason: String,
    seen: i64,
    unread: i64,
    opened: i64,
    named: i64,
    ghosts: i64,
    count_before: Option<i64>,
    count_after: i64,
    operator: String,
}

/// The select list of every read.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "select i.id, i.body_hash, i.begun_at, i.ended_at, i.at, i.reason, i.seen, i.unread, i.opened, i.named, i.ghosts, \
             i.count_before, i.count_after, o.name as operator from inventory i join operator o on o.id = i.operator_id ",
            $rest
        )
    };
}

fn inventory(row: InventoryRow) -> Result<InventorySummary, StoreError> {
    Ok(InventorySummary {
        id: codec::id("inventory.id", &row.id)?,
        begun_at: Timestamp::from_micros(row.begun_at),
        ended_at: Timestamp::from_micros(row.ended_at),
        at: Timestamp::from_micros(row.at),
        before: row.count_before,
        after: row.count_after,
        seen: row.seen,
        unread: row.unread,
        opened: row.opened,
        named: row.named,
        ghosts: row.ghosts,
        reason: row.reason,
        operator: row.operator,
    })
}

/// The inventory that this operator has stored under this idempotency key, with the hash of its request.
pub async fn by_key(
    tx: &mut Tx,
    garage: &GarageId,
    operator: &str,
    key: &str,
) -> Result<Option<(InventorySummary, Vec<u8>)>, StoreError> {
    let row: Option<InventoryRow> = fetch_optional!(
        tx,
        select!("where i.garage_id = $1 and i.operator_id = $2 and i.idempotency_key = $3"),
        garage.as_str(),
        operator,
        key,
    )?;
    row.map(|mut row| {
        let hash = std::mem::take(&mut row.body_hash);
        Ok((inventory(row)?, hash))
    })
    .transpose()
}

/// The newest walks of a garage.
pub async fn newest(tx: &mut Tx, garage: &GarageId, limit: i64) -> Result<Vec<InventorySummary>, StoreError> {
    let rows: Vec<InventoryRow> = fetch_all!(
        tx,
        select!("where i.garage_id = $1 order by i.id desc limit $2"),
        garage.as_str(),
        limit,
    )?;
    rows.into_iter().map(inventory).collect()
}

/// Time of the last check of the count: the beginning of the newest inventory, or the newest correction.
pub async fn checked_at(tx: &mut Tx, garage: &GarageId) -> Result<Option<Timestamp>, StoreError> {
    let (at,): (Option<i64>,) = fetch_one!(
        tx,
        "select max(at) from (select max(begun_at) as at from inventory where garage_id = $1 union all \
         select max(at) as at from adjustment where garage_id = $1) as looks",
        garage.as_str(),
    )?;
    Ok(at.map(Timestamp::from_micros))
}

/// Indications since `since` that the count is wrong: passages and unread passages among the newest 500 events,
/// missed exits (of visits that began since), messages that were not understood or were refused, and the number of
/// open visits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::FromRow)]
pub struct CountDoubtSigns {
    pub passages: i64,
    pub unread: i64,
    pub missed_exits: i64,
    pub not_understood: i64,
    pub dead_letters: i64,
    pub open_visits: i64,
}

pub async fn signs(tx: &mut Tx, garage: &GarageId, since: Timestamp) -> Result<CountDoubtSigns, StoreError> {
    fetch_one!(
        tx,
        "select (select count(*) from (select delta, stored_at from gate_event where garage_id = $1 order by no desc limit 500) as e \
         where e.delta <> 0 and e.stored_at >= $2) as passages, \
         (select count(*) from (select delta, stored_at, plate_hash, of_event_id from gate_event where garage_id = $1 \
         order by no desc limit 500) as e where e.delta <> 0 and e.stored_at >= $2 and e.plate_hash is null \
         and e.of_event_id is null) as unread, \
         (select count(*) from visit v where v.garage_id = $1 and v.ended_by = 'exit_missed' and v.ended_why not in ('inventory', 'reread') \
         and v.entered_at >= $2) as missed_exits, \
         (select count(*) from (select kind, stored_at from gate_event where garage_id = $1 order by no desc limit 500) as n \
         where n.kind = 'not_understood' and n.stored_at >= $2) as not_understood, \
         (select count(*) from (select stored_at from dead_letter where garage_id = $1 order by no desc limit 500) as d \
         where d.stored_at >= $2) as dead_letters, \
         (select count(*) from visit o where o.garage_id = $1 and o.ended_by is null) as open_visits",
        garage.as_str(),
        since.micros(),
    )
}
