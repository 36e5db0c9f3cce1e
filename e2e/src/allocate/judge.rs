//! Whether anything was sold twice, asked of the database in SQL that has nothing to do with how it was sold: starts and
//! ends in the order of time, an end before a start at the same instant, summed up.

use serde::Serialize;
use sqlx::{AssertSqlSafe, PgPool};

use super::peer::Rule;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Reservations that take a space.
    pub reservations: i64,
    /// Starts at which more was taken than there is.
    pub oversold: i64,
}

/// Each numbered space may be taken once.
pub async fn peer(pool: &PgPool, rule: Rule) -> Verdict {
    let (start, end) = match rule {
        Rule::Exclude => ("lower(during)", "upper(during)"),
        Rule::Serializable => ("starts_at", "ends_at"),
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
    Verdict { reservations, oversold }
}
