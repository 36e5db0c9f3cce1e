//! Operators' orders to open a barrier. One is handed to one run of the garage's gateway only: what a run before may have opened is
//! never given to the next (invariant 6).

use domain::ids::{GarageId, LaneId};
use domain::time::Timestamp;
use protocol::order::{OpenOrder, OrderState, Outcome};
use uuid::Uuid;

use super::{StoreError, Tx, word};

#[derive(Debug, Clone)]
pub struct NewOrder<'a> {
    pub id: Uuid,
    pub garage: &'a GarageId,
    pub lane: &'a LaneId,
    pub operator: &'a str,
    pub idempotency_key: &'a str,
    pub reason: &'a str,
    pub made_at: Timestamp,
    pub expires_at: Timestamp,
}

pub async fn insert(tx: &mut Tx, new: &NewOrder<'_>) -> Result<(), StoreError> {
    execute!(
        tx,
        "insert into open_order (id, garage_id, lane, operator_id, idempotency_key, reason, made_at, expires_at, state) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting')",
        new.id.to_string(),
        new.garage.as_str(),
        new.lane.as_str(),
        new.operator,
        new.idempotency_key,
        new.reason,
        new.made_at.micros(),
        new.expires_at.micros(),
    )?;
    Ok(())
}

/// Whether the lane has an order that its gateway has not asked for and still could.
pub async fn is_waiting(
    tx: &mut Tx,
    garage: &GarageId,
    lane: &LaneId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let row: Option<(String,)> = fetch_optional!(
        tx,
        "select id from open_order where garage_id = $1 and lane = $2 and state = 'waiting' and expires_at > $3 limit 1",
        garage.as_str(),
        lane.as_str(),
        now.micros(),
    )?;
    Ok(row.is_some())
}

/// The garages that have orders which their gateways have not asked for.
pub async fn garages_waiting(tx: &mut Tx, now: Timestamp) -> Result<Vec<GarageId>, StoreError> {
    let rows: Vec<(String,)> = fetch_all!(
        tx,
        "select distinct garage_id from open_order where state = 'waiting' and expires_at > $1",
        now.micros(),
    )?;
    rows.into_iter().map(|(garage,)| word::parse("open_order.garage_id", &garage)).collect()
}

/// Whether [`take`] would find anything; it spares most of its calls a writing transaction.
pub async fn is_there(tx: &mut Tx, garage: &GarageId, run: &str, now: Timestamp) -> Result<bool, StoreError> {
    let row: Option<(String,)> = fetch_optional!(
        tx,
        "select id from open_order where garage_id = $1 and expires_at > $3 \
         and (state = 'waiting' or (state = 'taken' and taken_by = $2)) limit 1",
        garage.as_str(),
        run,
        now.micros(),
    )?;
    Ok(row.is_some())
}

/// An order as its gateway gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub id: Uuid,
    pub lane: LaneId,
    pub expires_at: Timestamp,
}

/// Hands a run of the gateway what waits, and again what it has been handed already.
pub async fn take(
    tx: &mut Tx,
    garage: &GarageId,
    run: &str,
    now: Timestamp,
) -> Result<Vec<Taken>, StoreError> {
    let rows: Vec<(String, String, i64)> = fetch_all!(
        tx,
        "update open_order set state = 'taken', taken_by = $2 where garage_id = $1 and expires_at > $3 \
         and (state = 'waiting' or (state = 'taken' and taken_by = $2)) returning id, lane, expires_at",
        garage.as_str(),
        run,
        now.micros(),
    )?;
    let taken = |(id, lane, expires_at): (String, String, i64)| {
        Ok(Taken {
            id: word::uuid("open_order.id", &id)?,
            lane: word::parse("open_order.lane", &lane)?,
            expires_at: Timestamp::from_micros(expires_at),
        })
    };
    rows.into_iter().map(taken).collect()
}

/// What the gateway says became of it; the first word stands. False if it has no such order.
pub async fn ended(
    tx: &mut Tx,
    garage: &GarageId,
    id: Uuid,
    outcome: Outcome,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let told = execute!(
        tx,
        "update open_order set state = case when ended_at is null then $3 else state end, \
         cause = case when ended_at is null then $4 else cause end, ended_at = coalesce(ended_at, $5) \
         where garage_id = $1 and id = $2 and state <> 'waiting'",
        garage.as_str(),
        id.to_string(),
        word::word(outcome.state),
        outcome.cause.map(word::word),
        at.micros(),
    )?;
    Ok(told == 1)
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    lane: String,
    reason: String,
    operator: String,
    made_at: i64,
    expires_at: i64,
    state: String,
    cause: Option<String>,
    ended_at: Option<i64>,
}

/// What an operator has ordered under this key before.
pub async fn by_key(
    tx: &mut Tx,
    garage: &GarageId,
    operator: &str,
    key: &str,
) -> Result<Option<OpenOrder>, StoreError> {
    let row: Option<Row> = fetch_optional!(
        tx,
        "select w.id, w.lane, w.reason, o.name as operator, w.made_at, w.expires_at, w.state, w.cause, w.ended_at \
         from open_order w join operator o on o.id = w.operator_id \
         where w.garage_id = $1 and w.operator_id = $2 and w.idempotency_key = $3",
        garage.as_str(),
        operator,
        key,
    )?;
    row.map(OpenOrder::try_from).transpose()
}

/// Newest first, those before the one named `before`; ids grow with time.
pub async fn page(
    tx: &mut Tx,
    garage: &GarageId,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<OpenOrder>, StoreError> {
    let rows: Vec<Row> = fetch_all!(
        tx,
        "select w.id, w.lane, w.reason, o.name as operator, w.made_at, w.expires_at, w.state, w.cause, w.ended_at \
         from open_order w join operator o on o.id = w.operator_id \
         where w.garage_id = $1 and w.id < $2 order by w.id desc limit $3",
        garage.as_str(),
        // `g` sorts behind every hexadecimal digit.
        before.map_or_else(|| "g".to_owned(), |id| id.to_string()),
        limit,
    )?;
    rows.into_iter().map(OpenOrder::try_from).collect()
}

impl TryFrom<Row> for OpenOrder {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let state: OrderState = word::parse("open_order.state", &row.state)?;
        Ok(Self {
            id: word::uuid("open_order.id", &row.id)?,
            lane: word::parse("open_order.lane", &row.lane)?,
            reason: row.reason,
            operator: row.operator,
            made_at: Timestamp::from_micros(row.made_at),
            expires_at: Timestamp::from_micros(row.expires_at),
            state,
            cause: row.cause.map(|cause| word::parse("open_order.cause", &cause)).transpose()?,
            ended_at: row.ended_at.map(Timestamp::from_micros),
        })
    }
}
