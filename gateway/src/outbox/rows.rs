//! All SQL of the outbox except its tables, one function per statement.

use std::collections::HashSet;

use domain::access::Audience;
use domain::ids::{DeviceId, EventId};
use protocol::uplink::{AccessPlanDocument, ServerCount, UplinkRecord, UplinkRecordContent};
use serde::Serialize;
use serde::de::DeserializeOwned;
use service::decode_fault::JsonDecodeFault;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::entry::OutboxEntry;
use crate::garage::{CountDelta, ReadingFingerprint, StoredPlan};

/// Rows that a restarted gateway registers as known events; as many as it keeps in memory.
const REMEMBERED: i64 = 8_192;

type OutboxSqlResult<T> = Result<T, sqlx::Error>;

/// The last `seq` that was ever assigned, even if its row was deleted.
pub(super) async fn last_seq(db: &mut SqliteConnection) -> OutboxSqlResult<i64> {
    let seq = sqlx::query_scalar("select seq from sqlite_sequence where name = 'outbox'");
    Ok(seq.fetch_optional(db).await?.unwrap_or(0))
}

/// Number of rows: `seq` has no gaps, and rows are deleted from the front.
pub(super) async fn backlog(db: &mut SqliteConnection) -> OutboxSqlResult<i64> {
    // Two sub-queries: `min` and `max` in one would read every row.
    sqlx::query_scalar(
        "select coalesce((select max(seq) from outbox) - (select min(seq) from outbox) + 1, 0)",
    )
    .fetch_one(db)
    .await
}

/// Effect on the count of the rows after `after`, up to `through`.
pub(super) async fn sum(db: &mut SqliteConnection, after: i64, through: i64) -> OutboxSqlResult<CountDelta> {
    let rows = sqlx::query_as(
        "select audience, sum(delta) from outbox where seq > $1 and seq <= $2 group by audience",
    );
    let rows: Vec<(Option<String>, i64)> = rows.bind(after).bind(through).fetch_all(db).await?;
    let change = |(audience, delta): (Option<String>, i64)| {
        CountDelta::of(delta, audience.and_then(|word| serde_json::from_value(word.into()).ok()))
    };
    Ok(rows.into_iter().map(change).fold(CountDelta::default(), CountDelta::plus))
}

fn word(audience: Audience) -> Option<String> {
    serde_json::to_value(audience).ok()?.as_str().map(str::to_owned)
}

/// The newest events, oldest first, each with the facts that make it unique beside its id.
pub(super) async fn newest_events(
    db: &mut SqliteConnection,
) -> OutboxSqlResult<Vec<(DeviceId, EventId, ReadingFingerprint)>> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "select device, record from outbox where event_key is not null order by seq desc limit $1",
    )
    .bind(REMEMBERED)
    .fetch_all(db)
    .await?;
    let parsed = |(device, record): &(String, String)| {
        // Rejected and damaged records are no events and are skipped.
        let UplinkRecordContent::Event(event) = serde_json::from_str::<UplinkRecord>(record).ok()?.content
        else {
            return None;
        };
        let mark = ReadingFingerprint::of_record(&event);
        Some((DeviceId::parse(device).ok()?, event.event_id, mark))
    };
    Ok(rows.iter().rev().filter_map(parsed).collect())
}

/// Which of the keyed entries are stored already.
pub(super) async fn known(
    db: &mut SqliteConnection,
    entries: &[OutboxEntry],
) -> OutboxSqlResult<HashSet<(String, String)>> {
    let keys: Vec<(&str, String)> =
        entries.iter().filter_map(|e| Some((e.device.as_str(), e.key()?))).collect();
    if keys.is_empty() {
        return Ok(HashSet::new());
    }
    let mut query = QueryBuilder::<Sqlite>::new(
        "select device, event_key from outbox where event_key is not null and (device, event_key) in (",
    );
    query.push_values(keys, |mut row, (device, key)| {
        row.push_bind(device.to_owned()).push_bind(key);
    });
    query.push(")");
    Ok(query.build_query_as::<(String, String)>().fetch_all(db).await?.into_iter().collect())
}

/// Inserts rows with their assigned `seq`.
pub(super) async fn insert(db: &mut SqliteConnection, rows: &[(i64, &OutboxEntry)]) -> OutboxSqlResult<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut records = Vec::with_capacity(rows.len());
    for (seq, entry) in rows {
        let json = serde_json::to_string(&entry.record(*seq)).map_err(|e| sqlx::Error::Encode(e.into()))?;
        records.push((*seq, *entry, json));
    }
    let mut query =
        QueryBuilder::<Sqlite>::new("insert into outbox (seq, device, event_key, record, delta, audience) ");
    query.push_values(records, |mut row, (seq, entry, json)| {
        row.push_bind(seq)
            .push_bind(entry.device.to_string())
            .push_bind(entry.key())
            .push_bind(json)
            .push_bind(entry.delta)
            .push_bind(entry.audience.and_then(word));
    });
    query.build().execute(db).await?;
    Ok(())
}

pub(super) async fn delete_through(db: &mut SqliteConnection, seq: i64) -> OutboxSqlResult<i64> {
    let done = sqlx::query("delete from outbox where seq <= $1").bind(seq).execute(db).await?;
    Ok(i64::try_from(done.rows_affected()).unwrap_or(i64::MAX))
}

/// Up to `limit` rows after `seq`, in order.
pub(super) async fn after(
    db: &mut SqliteConnection,
    seq: i64,
    limit: i64,
) -> OutboxSqlResult<Vec<(i64, String, String)>> {
    sqlx::query_as("select seq, device, record from outbox where seq > $1 order by seq limit $2")
        .bind(seq)
        .bind(limit)
        .fetch_all(db)
        .await
}

/// The newest `limit` rows after `seq`, in order.
pub(super) async fn newest(
    db: &mut SqliteConnection,
    seq: i64,
    limit: i64,
) -> OutboxSqlResult<Vec<(i64, String, String)>> {
    let rows =
        sqlx::query_as("select seq, device, record from outbox where seq > $1 order by seq desc limit $2");
    let mut rows: Vec<_> = rows.bind(seq).bind(limit).fetch_all(db).await?;
    rows.reverse();
    Ok(rows)
}

/// Starts a new epoch: renumbers the remaining rows from 1, in the same order. Returns the last number.
pub(super) async fn renumber(db: &mut SqliteConnection, epoch: &str) -> OutboxSqlResult<i64> {
    set(db, "epoch", epoch).await?;
    let first: Option<i64> = sqlx::query_scalar("select min(seq) from outbox").fetch_one(&mut *db).await?;
    if let Some(first) = first {
        let shift = sqlx::query("update outbox set seq = seq - $1");
        shift.bind(first - 1).execute(&mut *db).await?;
    }
    let last: i64 =
        sqlx::query_scalar("select coalesce(max(seq), 0) from outbox").fetch_one(&mut *db).await?;
    sqlx::query("update sqlite_sequence set seq = $1 where name = 'outbox'").bind(last).execute(db).await?;
    Ok(last)
}

pub(super) async fn epoch(db: &mut SqliteConnection) -> OutboxSqlResult<String> {
    sqlx::query_scalar("select value from meta where key = 'epoch'").fetch_one(db).await
}

pub(super) async fn count(db: &mut SqliteConnection) -> OutboxSqlResult<Option<ServerCount>> {
    get(db, "count").await
}

pub(super) async fn set_count(db: &mut SqliteConnection, count: ServerCount) -> OutboxSqlResult<()> {
    set_json(db, "count", &count).await
}

/// The stored sum of the rows that the server's count does not cover.
pub(super) async fn behind<T: DeserializeOwned>(db: &mut SqliteConnection) -> OutboxSqlResult<Option<T>> {
    get(db, "behind").await
}

pub(super) async fn set_behind<T: Serialize + Sync>(
    db: &mut SqliteConnection,
    behind: &T,
) -> OutboxSqlResult<()> {
    set_json(db, "behind", behind).await
}

pub(super) async fn plan(db: &mut SqliteConnection) -> OutboxSqlResult<Option<StoredPlan>> {
    let document: Option<AccessPlanDocument> = get(db, "plan").await?;
    let etag = get(db, "plan_etag").await?;
    Ok(document.map(|document| StoredPlan { document, etag }))
}

pub(super) async fn set_plan(db: &mut SqliteConnection, plan: &StoredPlan) -> OutboxSqlResult<()> {
    set_json(db, "plan", &plan.document).await?;
    set_json(db, "plan_etag", &plan.etag).await
}

/// An unreadable value counts as none: the server sends plan and count again.
async fn get<T: DeserializeOwned>(db: &mut SqliteConnection, key: &str) -> OutboxSqlResult<Option<T>> {
    let text: Option<String> =
        sqlx::query_scalar("select value from meta where key = $1").bind(key).fetch_optional(db).await?;
    Ok(text.and_then(|text| match serde_json::from_str(&text) {
        Ok(value) => Some(value),
        Err(error) => {
            let error = JsonDecodeFault::from(error);
            tracing::error!(key, %error, "damaged stored value ignored");
            None
        }
    }))
}

async fn set_json<T: Serialize>(db: &mut SqliteConnection, key: &str, value: &T) -> OutboxSqlResult<()> {
    let text = serde_json::to_string(value).map_err(|e| sqlx::Error::Encode(e.into()))?;
    set(db, key, &text).await
}

async fn set(db: &mut SqliteConnection, key: &str, value: &str) -> OutboxSqlResult<()> {
    sqlx::query("insert into meta (key, value) values ($1, $2) on conflict (key) do update set value = excluded.value")
        .bind(key)
        .bind(value)
        .execute(db)
        .await?;
    Ok(())
}
