//! Remote orders: to open a barrier or to end a fire alarm. The server hands an order to one run of the garage's
//! gateway only. A later run never gets an order whose barrier an earlier run may have opened (invariant 6).

use domain::ids::{GarageId, LaneId, PersonId};
use domain::time::Timestamp;
use protocol::order::{RemoteOrderAction, RemoteOrderEntry, RemoteOrderOutcome, RemoteOrderState};
use uuid::Uuid;

use super::{StoreError, Tx, codec};

#[derive(Debug, Clone)]
pub struct NewRemoteOrder<'a> {
    pub id: Uuid,
    pub garage: &'a GarageId,
    pub target: RemoteOrderTarget<'a>,
    pub by: RemoteOrderActor<'a>,
    pub idempotency_key: &'a str,
    pub reason: &'a str,
    pub plate_enc: Option<&'a [u8]>,
    pub made_at: Timestamp,
    pub expires_at: Timestamp,
}

/// The lane or alarm on which an order acts.
#[derive(Debug, Clone, Copy)]
pub enum RemoteOrderTarget<'a> {
    Lane(&'a LaneId),
    /// The fire alarm of the garage or of one lane, for reports up to this time of the gateway's clock.
    Fire {
        through: Timestamp,
        lane: Option<&'a LaneId>,
    },
}

impl RemoteOrderTarget<'_> {
    const fn action(&self) -> RemoteOrderAction {
        match self {
            Self::Lane(_) => RemoteOrderAction::Open,
            Self::Fire { .. } => RemoteOrderAction::EndFire,
        }
    }

    fn lane(&self) -> Option<&str> {
        match self {
            Self::Lane(lane) => Some(lane.as_str()),
            Self::Fire { lane, .. } => lane.map(LaneId::as_str),
        }
    }

    const fn through(&self) -> Option<i64> {
        match self {
            Self::Lane(_) => None,
            Self::Fire { through, .. } => Some(through.micros()),
        }
    }
}

/// The author of an order.
#[derive(Debug, Clone, Copy)]
pub enum RemoteOrderActor<'a> {
    Operator(&'a str),
    Person(PersonId),
}

impl RemoteOrderActor<'_> {
    fn operator(&self) -> Option<&str> {
        match self {
            Self::Operator(id) => Some(id),
            Self::Person(_) => None,
        }
    }

    fn person(&self) -> Option<String> {
        match self {
            Self::Operator(_) => None,
            Self::Person(id) => Some(id.to_string()),
        }
    }
}

pub async fn insert(tx: &mut Tx, new: &NewRemoteOrder<'_>) -> Result<(), StoreError> {
    execute!(
        tx,
        "insert into open_order (id, garage_id, lane, operator_id, person_id, idempotency_key, reason, plate_enc, \
         made_at, expires_at, state, action, through) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'waiting', $11, $12)",
        new.id.to_string(),
        new.garage.as_str(),
        new.target.lane(),
        new.by.operator(),
        new.by.person(),
        new.idempotency_key,
        new.reason,
        new.plate_enc,
        new.made_at.micros(),
        new.expires_at.micros(),
        codec::encode(new.target.action()),
        new.target.through(),
    )?;
    Ok(())
}

/// Whether the lane has an unexpired order that its gateway has not fetched.
pub async fn is_waiting(
    tx: &mut Tx,
    garage: &GarageId,
    lane: &LaneId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let row: Option<(String,)> = fetch_optional!(
        tx,
        "select id from open_order where garage_id = $1 and lane = $2 and action = 'open' and state = 'waiting' \
         and expires_at > $3 limit 1",
        garage.as_str(),
        lane.as_str(),
        now.micros(),
    )?;
    Ok(row.is_some())
}

/// Whether the garage has an unexpired order to end this fire alarm that its gateway has not fetched.
pub async fn fire_end_is_waiting(
    tx: &mut Tx,
    garage: &GarageId,
    lane: Option<&LaneId>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let row: Option<(String,)> = fetch_optional!(
        tx,
        "select id from open_order where garage_id = $1 and coalesce(lane, '') = $2 and action = 'end_fire' \
         and state = 'waiting' and expires_at > $3 limit 1",
        garage.as_str(),
        lane.map_or("", LaneId::as_str),
        now.micros(),
    )?;
    Ok(row.is_some())
}

/// The garages with unexpired orders that their gateways have not fetched.
pub async fn garages_waiting(tx: &mut Tx, now: Timestamp) -> Result<Vec<GarageId>, StoreError> {
    let rows: Vec<(String,)> = fetch_all!(
        tx,
        "select distinct garage_id from open_order where state = 'waiting' and expires_at > $1",
        now.micros(),
    )?;
    rows.into_iter().map(|(garage,)| codec::parse("open_order.garage_id", &garage)).collect()
}

/// Whether [`take`] would return an order. This check spares most polls a writing transaction.
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

/// When this person last created an order, at any garage.
pub async fn last_of_person(tx: &mut Tx, person: PersonId) -> Result<Option<Timestamp>, StoreError> {
    let row: Option<(i64,)> = fetch_optional!(
        tx,
        "select made_at from open_order where person_id = $1 order by made_at desc limit 1",
        person.to_string(),
    )?;
    Ok(row.map(|(at,)| Timestamp::from_micros(at)))
}

/// The lanes whose barrier an order since `since` has opened or may have opened.
pub async fn lanes_opened(
    tx: &mut Tx,
    garage: &GarageId,
    since: Timestamp,
) -> Result<Vec<(String, Timestamp)>, StoreError> {
    let rows: Vec<(String, i64)> = fetch_all!(
        tx,
        "select lane, made_at from open_order where garage_id = $1 and made_at >= $2 and action = 'open' \
         and state in ('taken', 'opened')",
        garage.as_str(),
        since.micros(),
    )?;
    Ok(rows.into_iter().map(|(lane, at)| (lane, Timestamp::from_micros(at))).collect())
}

/// An order as its gateway receives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchedRemoteOrder {
    pub id: Uuid,
    pub action: FetchedOrderAction,
    pub expires_at: Timestamp,
}

/// The action of the gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FetchedOrderAction {
    Open { lane: LaneId, plate_enc: Option<Vec<u8>> },
    EndFire { lane: Option<LaneId>, through: Timestamp },
}

type FetchedOrderRow = (String, String, Option<String>, Option<Vec<u8>>, Option<i64>, i64);

fn taken(
    (id, action, lane, plate_enc, through, expires_at): FetchedOrderRow,
) -> Result<FetchedRemoteOrder, StoreError> {
    let action = match codec::parse("open_order.action", &action)? {
        RemoteOrderAction::Open => {
            let lane = lane.ok_or(StoreError::Corrupt { column: "open_order.lane" })?;
            FetchedOrderAction::Open { lane: codec::parse("open_order.lane", &lane)?, plate_enc }
        }
        RemoteOrderAction::EndFire => {
            let through = through.ok_or(StoreError::Corrupt { column: "open_order.through" })?;
            let lane = lane.map(|lane| codec::parse("open_order.lane", &lane)).transpose()?;
            FetchedOrderAction::EndFire { lane, through: Timestamp::from_micros(through) }
        }
    };
    let expires_at = Timestamp::from_micros(expires_at);
    Ok(FetchedRemoteOrder { id: codec::id("open_order.id", &id)?, action, expires_at })
}

/// Hands waiting orders to a run of the gateway, and again those that this run has already.
pub async fn take(
    tx: &mut Tx,
    garage: &GarageId,
    run: &str,
    now: Timestamp,
) -> Result<Vec<FetchedRemoteOrder>, StoreError> {
    let rows: Vec<FetchedOrderRow> = fetch_all!(
        tx,
        "update open_order set state = 'taken', taken_by = $2 where garage_id = $1 and expires_at > $3 \
         and (state = 'waiting' or (state = 'taken' and taken_by = $2)) \
         returning id, action, lane, plate_enc, through, expires_at",
        garage.as_str(),
        run,
        now.micros(),
    )?;
    rows.into_iter().map(taken).collect()
}

/// Records the outcome that the gateway reports; the first report stands. `false` if the gateway has fetched no such
/// order.
pub async fn ended(
    tx: &mut Tx,
    garage: &GarageId,
    id: Uuid,
    outcome: RemoteOrderOutcome,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let told = execute!(
        tx,
        "update open_order set state = case when ended_at is null then $3 else state end, \
         cause = case when ended_at is null then $4 else cause end, ended_at = coalesce(ended_at, $5) \
         where garage_id = $1 and id = $2 and state <> 'waiting'",
        garage.as_str(),
        id.to_string(),
        codec::encode(outcome.state),
        outcome.cause.map(codec::encode),
        at.micros(),
    )?;
    Ok(told == 1)
}

#[derive(sqlx::FromRow)]
struct RemoteOrderRow {
    garage_id: String,
    id: String,
    action: String,
    lane: Option<String>,
    through: Option<i64>,
    reason: String,
    operator: Option<String>,
    plate_enc: Option<Vec<u8>>,
    made_at: i64,
    expires_at: i64,
    state: String,
    cause: Option<String>,
    ended_at: Option<i64>,
}

/// A stored order; the plate is still sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRemoteOrder {
    pub garage: GarageId,
    /// Without the plate.
    pub order: RemoteOrderEntry,
    /// Set for the end of a fire alarm.
    pub through: Option<Timestamp>,
    pub plate_enc: Option<Vec<u8>>,
}

/// The order that this operator has stored under this idempotency key.
pub async fn by_key(
    tx: &mut Tx,
    garage: &GarageId,
    operator: &str,
    key: &str,
) -> Result<Option<StoredRemoteOrder>, StoreError> {
    let row: Option<RemoteOrderRow> = fetch_optional!(
        tx,
        "select w.garage_id, w.id, w.action, w.lane, w.through, w.reason, o.name as operator, w.plate_enc, \
         w.made_at, w.expires_at, w.state, w.cause, w.ended_at \
         from open_order w left join operator o on o.id = w.operator_id \
         where w.garage_id = $1 and w.operator_id = $2 and w.idempotency_key = $3",
        garage.as_str(),
        operator,
        key,
    )?;
    row.map(StoredRemoteOrder::try_from).transpose()
}

/// The order that this driver has stored under this idempotency key.
pub async fn by_person_key(
    tx: &mut Tx,
    person: PersonId,
    key: &str,
) -> Result<Option<StoredRemoteOrder>, StoreError> {
    let row: Option<RemoteOrderRow> = fetch_optional!(
        tx,
        "select w.garage_id, w.id, w.action, w.lane, w.through, w.reason, null as operator, w.plate_enc, \
         w.made_at, w.expires_at, w.state, w.cause, w.ended_at \
         from open_order w where w.person_id = $1 and w.idempotency_key = $2",
        person.to_string(),
        key,
    )?;
    row.map(StoredRemoteOrder::try_from).transpose()
}

/// Orders before the one with id `before`, newest first; ids grow with time.
pub async fn page(
    tx: &mut Tx,
    garage: &GarageId,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<StoredRemoteOrder>, StoreError> {
    let rows: Vec<RemoteOrderRow> = fetch_all!(
        tx,
        "select w.garage_id, w.id, w.action, w.lane, w.through, w.reason, o.name as operator, w.plate_enc, \
         w.made_at, w.expires_at, w.state, w.cause, w.ended_at \
         from open_order w left join operator o on o.id = w.operator_id \
         where w.garage_id = $1 and w.id < $2 order by w.id desc limit $3",
        garage.as_str(),
        // `g` sorts behind every hexadecimal digit.
        before.map_or_else(|| "g".to_owned(), |id| id.to_string()),
        limit,
    )?;
    rows.into_iter().map(StoredRemoteOrder::try_from).collect()
}

impl TryFrom<RemoteOrderRow> for StoredRemoteOrder {
    type Error = StoreError;

    fn try_from(row: RemoteOrderRow) -> Result<Self, StoreError> {
        let state: RemoteOrderState = codec::parse("open_order.state", &row.state)?;
        let order = RemoteOrderEntry {
            id: codec::id("open_order.id", &row.id)?,
            action: codec::parse("open_order.action", &row.action)?,
            lane: row.lane.map(|lane| codec::parse("open_order.lane", &lane)).transpose()?,
            reason: row.reason,
            plate: None,
            operator: row.operator,
            made_at: Timestamp::from_micros(row.made_at),
            expires_at: Timestamp::from_micros(row.expires_at),
            state,
            cause: row.cause.map(|cause| codec::parse("open_order.cause", &cause)).transpose()?,
            ended_at: row.ended_at.map(Timestamp::from_micros),
        };
        Ok(Self {
            garage: codec::parse("open_order.garage_id", &row.garage_id)?,
            order,
            through: row.through.map(Timestamp::from_micros),
            plate_enc: row.plate_enc,
        })
    }
}
