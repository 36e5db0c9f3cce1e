//! Reads the main database directly: for checks after a run, which must not rely on the system's own responses.
//! The only SQL of this crate; it reads and never writes.

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, FromRow};
use store::Store;

/// A row of `gate_event`.
#[derive(Debug, Clone, FromRow)]
pub struct StoredEvent {
    pub no: i64,
    pub garage_id: String,
    pub device: String,
    pub event_id: String,
    pub direction: String,
    /// When the plate was read; microseconds since 1970.
    pub occurred_at: i64,
    /// When the message reached the gateway; microseconds since 1970.
    pub received_at: i64,
    /// When the transaction that stored it began; microseconds since 1970.
    pub stored_at: i64,
    /// Change of the count: cars that entered minus cars that left.
    pub delta: i64,
}

/// A row of `arrival`.
#[derive(Debug, Clone, FromRow)]
pub struct StoredArrival {
    pub id: String,
    pub class_id: String,
    pub pupil_id: String,
    pub cursor: i64,
    pub entry_event: Option<i64>,
    /// Microseconds since 1970.
    pub arrived_at: i64,
}

/// A row of `visit`.
#[derive(Debug, Clone, FromRow)]
pub struct StoredVisit {
    pub entry_event: Option<i64>,
    pub exit_event: Option<i64>,
    pub ended_by: Option<String>,
}

pub async fn events(store: &Store) -> Vec<StoredEvent> {
    let sql = "select no, garage_id, device, event_id, direction, occurred_at, received_at, stored_at, delta \
               from gate_event";
    rows(store, sql).await
}

pub async fn arrivals(store: &Store) -> Vec<StoredArrival> {
    rows(store, "select id, class_id, pupil_id, cursor, entry_event, arrived_at from arrival").await
}

pub async fn visits(store: &Store) -> Vec<StoredVisit> {
    rows(store, "select entry_event, exit_event, ended_by from visit").await
}

/// The count of each garage; `None` for no data.
pub async fn occupied(store: &Store) -> Vec<(String, Option<i64>)> {
    rows(store, "select id, occupied from garage").await
}

/// The access plan that each garage's gateway has reported as applied.
pub async fn plan_etags(store: &Store) -> Vec<(String, Option<String>)> {
    rows(store, "select garage_id, plan_etag from gateway").await
}

/// Every cursor of the feed, in order.
pub async fn feed(store: &Store) -> Vec<i64> {
    let cursors: Vec<(i64,)> = rows(store, "select cursor from feed order by cursor").await;
    cursors.into_iter().map(|(cursor,)| cursor).collect()
}

/// The last cursor that was assigned.
pub async fn feed_head(store: &Store) -> i64 {
    let heads: Vec<(i64,)> = rows(store, "select cursor from feed_head").await;
    heads.first().expect("the feed has a head").0
}

/// The number of rows of a table.
pub async fn count(store: &Store, table: &'static str) -> i64 {
    let counts: Vec<(i64,)> = rows(store, &format!("select cast(count(*) as bigint) from {table}")).await;
    counts.first().expect("a count is one row").0
}

async fn rows<T>(store: &Store, sql: &str) -> Vec<T>
where
    T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin,
{
    let sql = AssertSqlSafe(sql);
    let rows = match store {
        Store::Sqlite { read, .. } => sqlx::query_as(sql).fetch_all(read).await,
        Store::Postgres(pool) => sqlx::query_as(sql).fetch_all(pool).await,
    };
    rows.expect("the database answers")
}
