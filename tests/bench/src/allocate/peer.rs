//! The yardstick: PostgreSQL alone doing the same work, with two ways to keep a space from being taken twice and two
//! ways to find one. Each insert is one statement and one round trip, which is the least that either way can do.
//!
//! - [`exclude`]: `exclude using gist` over garage, space and time
//! - [`serializable`]: plain rows, checked and inserted by serializable transactions
//! - [`retry`]: what happens when another one was faster
//!
//! A cancelled reservation is a deleted row: cheaper than a state, and no history is kept.

mod exclude;
mod retry;
mod serializable;

use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::time::Timestamp;
use rand::rngs::StdRng;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, PgPool};
use testkit::postgres::{PostgresCluster, TestDatabase};

use super::demand::{
    BenchReservation, BenchReservationId, ContestantAnswer, DemandScale, FilledInterval, MinuteInterval,
};
use super::judge::{self, OversaleVerdict};
use super::view::OccupancyView;
use retry::{ConflictRetry, TransactionAttempt};

/// The longest statement, and the longest wait for a connection. With the bound of a wish they bound the end of a round.
const LONGEST_STATEMENT: Duration = Duration::from_secs(20);

/// Rows of one bulk insert.
const BULK: usize = 5_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeerRule {
    Exclude,
    Serializable,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeerSpaceChoice {
    /// From a view in the client's memory; the database is only the referee. The same as "this space".
    Picked,
    /// In SQL, one of those that are free, at random so that callers do not all want the same.
    Searched,
}

pub struct PeerAllocator {
    rule: PeerRule,
    origin: Timestamp,
    pool: PgPool,
    /// With [`PeerSpaceChoice::Picked`].
    view: Option<OccupancyView>,
    conflicts: AtomicU64,
    _database: TestDatabase,
}

/// The statements of a rule.
struct PeerStatements {
    schema: &'static str,
    /// After the fill.
    index: &'static str,
    /// Garage, space, start and end of many rows; gives their ids in the same order.
    bulk: &'static str,
    /// Garage, start, end, space.
    named: &'static str,
    /// Garage, start, end.
    searched: &'static str,
    isolation: &'static str,
}

impl PeerRule {
    /// Start and end of a row, in SQL.
    const fn interval(self) -> (&'static str, &'static str) {
        match self {
            Self::Exclude => ("lower(during)", "upper(during)"),
            Self::Serializable => ("starts_at", "ends_at"),
        }
    }

    const fn statements(self) -> &'static PeerStatements {
        match self {
            Self::Exclude => &exclude::STATEMENTS,
            Self::Serializable => &serializable::STATEMENTS,
        }
    }
}

const SPACES: &str = "create table space (garage int not null, no int not null, primary key (garage, no))";

impl PeerAllocator {
    /// A database of its own, filled, with up-to-date statistics.
    pub async fn start(
        cluster: &PostgresCluster,
        (rule, choice): (PeerRule, PeerSpaceChoice),
        connections: u32,
        (scale, origin): (DemandScale, Timestamp),
        taken: &[FilledInterval],
    ) -> (Self, Vec<BenchReservation>) {
        let database = TestDatabase::create_in(&cluster.url()).await;
        let statements = rule.statements();
        let options = PgConnectOptions::from_str(&database.url()).expect("the cluster's URL is one");
        let longest = format!("{}ms", LONGEST_STATEMENT.as_millis());
        let options = options.options([
            ("default_transaction_isolation", statements.isolation),
            ("statement_timeout", longest.as_str()),
        ]);
        let pool = PgPoolOptions::new().max_connections(connections).acquire_timeout(LONGEST_STATEMENT);
        let pool = pool.connect_with(options).await.expect("the cluster takes connections");
        run(&pool, statements.schema).await;
        run(&pool, SPACES).await;
        let spaces = format!(
            "insert into space select g, s from generate_series(0, {}) g, generate_series(0, {}) s",
            scale.garages - 1,
            scale.spaces - 1
        );
        run(&pool, &spaces).await;
        let view = (choice == PeerSpaceChoice::Picked).then(|| OccupancyView::new(scale, taken));
        let peer = Self { rule, origin, pool, view, conflicts: AtomicU64::new(0), _database: database };
        let mut tickets = Vec::with_capacity(taken.len());
        for rows in taken.chunks(BULK) {
            tickets.extend(peer.insert(rows).await);
        }
        run(&peer.pool, statements.index).await;
        run(&peer.pool, "vacuum analyze").await;
        run(&peer.pool, "checkpoint").await;
        (peer, tickets)
    }

    async fn insert(&self, rows: &[FilledInterval]) -> Vec<BenchReservation> {
        let (mut garages, mut spaces, mut starts, mut ends) = (vec![], vec![], vec![], vec![]);
        for row in rows {
            let (start, end) = row.interval.at(self.origin);
            garages.push(number(row.garage));
            spaces.push(i32::from(row.space));
            starts.push(start);
            ends.push(end);
        }
        let query = sqlx::query_as(self.rule.statements().bulk);
        let ids: Vec<(i64,)> = query
            .bind(garages)
            .bind(spaces)
            .bind(starts)
            .bind(ends)
            .fetch_all(&self.pool)
            .await
            .expect("the fill is free of conflicts");
        let ticket = |(row, (id,)): (&FilledInterval, (i64,))| BenchReservation {
            id: BenchReservationId(u128::try_from(id).expect("ids count from 1")),
            interval: row.interval,
            space: row.space,
            plate: 0,
        };
        rows.iter().zip(ids).map(ticket).collect()
    }

    pub async fn ask(&self, garage: usize, interval: MinuteInterval, rng: &mut StdRng) -> ContestantAnswer {
        match &self.view {
            Some(view) => self.picked(view, garage, interval, rng).await,
            None => self.searched(garage, interval, rng).await,
        }
    }

    async fn searched(&self, garage: usize, interval: MinuteInterval, rng: &mut StdRng) -> ContestantAnswer {
        let (start, end) = interval.at(self.origin);
        let mut retry = ConflictRetry::new(&self.conflicts);
        loop {
            let query = sqlx::query_as(self.rule.statements().searched);
            let query = query.bind(number(garage)).bind(start).bind(end);
            let row: Result<Option<(i64, i32)>, _> = query.fetch_optional(&self.pool).await;
            match TransactionAttempt::of(row) {
                TransactionAttempt::Done(None) => return ContestantAnswer::Refused,
                TransactionAttempt::Done(Some((id, space))) => {
                    return accepted(id, interval, u16::try_from(space).unwrap_or(u16::MAX));
                }
                TransactionAttempt::Conflict if retry.again(rng).await => {}
                TransactionAttempt::Conflict | TransactionAttempt::Late => return ContestantAnswer::GaveUp,
            }
        }
    }

    /// A space that the database reports as taken, though the view had it free, stays taken in the view, and another is tried.
    async fn picked(
        &self,
        view: &OccupancyView,
        garage: usize,
        interval: MinuteInterval,
        rng: &mut StdRng,
    ) -> ContestantAnswer {
        let mut retry = ConflictRetry::new(&self.conflicts);
        let Some(mut space) = view.pick(garage, interval) else { return ContestantAnswer::Unasked };
        loop {
            match self.named(garage, space, interval).await {
                TransactionAttempt::Done(Some(id)) => return accepted(id, interval, space),
                TransactionAttempt::Done(None) => match view.pick(garage, interval) {
                    Some(other) => space = other,
                    None => return ContestantAnswer::Refused,
                },
                TransactionAttempt::Conflict if retry.again(rng).await => {}
                TransactionAttempt::Conflict | TransactionAttempt::Late => {
                    view.give_back(garage, space, interval);
                    return ContestantAnswer::GaveUp;
                }
            }
        }
    }

    async fn named(
        &self,
        garage: usize,
        space: u16,
        interval: MinuteInterval,
    ) -> TransactionAttempt<Option<i64>> {
        let (start, end) = interval.at(self.origin);
        let query = sqlx::query_scalar(self.rule.statements().named);
        let query = query.bind(number(garage)).bind(start).bind(end).bind(i32::from(space));
        TransactionAttempt::of_named(query.fetch_optional(&self.pool).await)
    }

    pub async fn cancel(
        &self,
        garage: usize,
        ticket: BenchReservation,
        rng: &mut StdRng,
    ) -> ContestantAnswer {
        let id = i64::try_from(ticket.id.0).expect("ids here are bigints");
        let mut retry = ConflictRetry::new(&self.conflicts);
        loop {
            let deleted = sqlx::query("delete from taken where id = $1").bind(id).execute(&self.pool).await;
            match TransactionAttempt::of(deleted) {
                TransactionAttempt::Done(done) => {
                    assert_eq!(done.rows_affected(), 1, "a reservation that was accepted is there");
                    break;
                }
                TransactionAttempt::Conflict if retry.again(rng).await => {}
                TransactionAttempt::Conflict | TransactionAttempt::Late => return ContestantAnswer::GaveUp,
            }
        }
        if let Some(view) = &self.view {
            view.give_back(garage, ticket.space, ticket.interval);
        }
        ContestantAnswer::Cancelled
    }

    pub async fn judge(&self) -> OversaleVerdict {
        judge::peer(&self.pool, self.rule.interval()).await
    }

    /// Attempts that another transaction was in the way of, so far.
    pub fn conflicts(&self) -> u64 {
        self.conflicts.load(Ordering::Relaxed)
    }
}

fn accepted(id: i64, interval: MinuteInterval, space: u16) -> ContestantAnswer {
    ContestantAnswer::Accepted(BenchReservation {
        id: BenchReservationId(u128::try_from(id).expect("ids count from 1")),
        interval,
        space,
        plate: 0,
    })
}

fn number(garage: usize) -> i32 {
    i32::try_from(garage).expect("there are few garages")
}

async fn run(pool: &PgPool, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(pool).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}
