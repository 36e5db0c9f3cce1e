//! Corrections of counts: appended with their reason, never changed.

use domain::ids::GarageId;
use domain::time::Timestamp;
use protocol::operator::CountAdjustment;
use uuid::Uuid;

use super::{StoreError, Tx, codec};

#[derive(Debug, Clone)]
pub struct NewAdjustmentRow<'a> {
    pub id: Uuid,
    pub garage: &'a GarageId,
    pub operator: &'a str,
    pub idempotency_key: &'a str,
    pub at: Timestamp,
    pub before: Option<i64>,
    pub after: i64,
    pub reason: &'a str,
}

pub async fn insert(tx: &mut Tx, new: &NewAdjustmentRow<'_>) -> Result<(), StoreError> {
    execute!(
        tx,
        "insert into adjustment (id, garage_id, operator_id, idempotency_key, at, count_before, count_after, \
         reason) values ($1, $2, $3, $4, $5, $6, $7, $8)",
        new.id.to_string(),
        new.garage.as_str(),
        new.operator,
        new.idempotency_key,
        new.at.micros(),
        new.before,
        new.after,
        new.reason,
    )?;
    Ok(())
}

type AdjustmentRow = (String, i64, Option<i64>, i64, String, String);

fn adjustment(
    (id, at, before, after, reason, operator): AdjustmentRow,
) -> Result<CountAdjustment, StoreError> {
    Ok(CountAdjustment {
        id: codec::id("adjustment.id", &id)?,
        at: Timestamp::from_micros(at),
        before,
        after,
        reason,
        operator,
    })
}

/// The adjustment that this operator has stored under this idempotency key.
pub async fn by_key(
    tx: &mut Tx,
    garage: &GarageId,
    operator: &str,
    key: &str,
) -> Result<Option<CountAdjustment>, StoreError> {
    let row: Option<AdjustmentRow> = fetch_optional!(
        tx,
        "select a.id, a.at, a.count_before, a.count_after, a.reason, o.name \
         from adjustment a join operator o on o.id = a.operator_id \
         where a.garage_id = $1 and a.operator_id = $2 and a.idempotency_key = $3",
        garage.as_str(),
        operator,
        key,
    )?;
    row.map(adjustment).transpose()
}

/// Adjustments before the one with id `before`, newest first; ids grow with time.
pub async fn page(
    tx: &mut Tx,
    garage: &GarageId,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<CountAdjustment>, StoreError> {
    let rows: Vec<AdjustmentRow> = fetch_all!(
        tx,
        "select a.id, a.at, a.count_before, a.count_after, a.reason, o.name \
         from adjustment a join operator o on o.id = a.operator_id \
         where a.garage_id = $1 and a.id < $2 order by a.id desc limit $3",
        garage.as_str(),
        // `g` sorts behind every hexadecimal digit.
        before.map_or_else(|| "g".to_owned(), |id| id.to_string()),
        limit,
    )?;
    rows.into_iter().map(adjustment).collect()
}
