//! Counts oversales in SQL that is independent of the allocation: starts and
//! ends in the order of time, an end before a start at the same instant, summed up.

use serde::Serialize;
use sqlx::{AssertSqlSafe, PgPool};
use store::Store;

use super::peer::PeerRule;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct OversaleVerdict {
    /// Reservations that take a space.
    pub reservations: i64,
    /// Starts at which more was taken than there is.
    pub oversold: i64,
}

/// Each numbered space may be taken once.
pub async fn peer(pool: &PgPool, rule: PeerRule) -> OversaleVerdict {
    let (start, end) = match rule {
        PeerRule::Exclude => ("lower(during)", "upper(during)"),
        PeerRule::Serializable => ("starts_at", "ends_at"),
    };
    let sql = format!(
        "with change as (
            select garage, space, {start} as at, 1 as by from taken
            union all select garage, space, {end}, -1 from taken
        ), level as (
            select by, sum(by) over (partition by garage, space order by at, by rows unbounded preceding) as n
            from change
        )
        select count(*) filter (where by = 1), count(*) filter (where by = 1 and n > 1) from level"
    );
    let row: Result<(i64, i64), _> = sqlx::query_as(AssertSqlSafe(sql)).fetch_one(pool).await;
    let (reservations, oversold) = row.expect("the database answers");
    OversaleVerdict { reservations, oversold }
}

/// Counts both the drivers' reservations and the books' taken spaces, by pool.
pub async fn ours(store: &Store) -> OversaleVerdict {
    let agreed = "state in ('held', 'confirmed', 'checked_in', 'overstayed')";
    let (reservations, by_agreement) = sweep(store, ("starts_at", "ends_at"), agreed).await;
    let (_, by_books) = sweep(store, ("taken_from", "taken_until"), "live = 1").await;
    OversaleVerdict { reservations, oversold: by_agreement + by_books }
}

async fn sweep(store: &Store, (start, end): (&str, &str), of: &str) -> (i64, i64) {
    let sql = format!(
        "with change as (
            select garage_id, pool_id, {start} as at, 1 as by_one from reservation where {of} and {start} < {end}
            union all
            select garage_id, pool_id, {end}, -1 from reservation where {of} and {start} < {end}
        ), level as (
            select garage_id, pool_id, by_one, sum(by_one) over
                (partition by garage_id, pool_id order by at, by_one rows unbounded preceding) as n
            from change
        )
        select cast(count(*) as bigint), cast(coalesce(sum(case when l.n > p.size then 1 else 0 end), 0) as bigint)
        from level l join pool p on p.garage_id = l.garage_id and p.id = l.pool_id where l.by_one = 1"
    );
    let sql = AssertSqlSafe(sql);
    let row = match store {
        Store::Sqlite { read, .. } => sqlx::query_as(sql).fetch_one(read).await,
        Store::Postgres(pool) => sqlx::query_as(sql).fetch_one(pool).await,
    };
    row.expect("the database answers")
}
