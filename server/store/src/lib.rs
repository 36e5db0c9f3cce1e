//! The main database: SQLite for one box, PostgreSQL for a district. Only this folder contains its SQL.
//!
//! One statement serves both: `$1` placeholders, `bigint` for times and truth values, `text` ids, keyed hashes and
//! ciphertexts as bytes. [`Tx`] holds the database of a unit of work, and the macros beside it run the statement
//! there. A repository is a module of free functions over `&mut Tx`. It returns `Option` for a row that may be absent
//! and has a contract test that runs on both databases.
//!
//! Every SQLite unit of work that may write begins with `begin immediate` on the one write connection; reads go to
//! a read-only pool. `synchronous = full`: what is acknowledged survives a power cut.

#[macro_use]
mod tx;

pub mod adjustment;
pub mod arrival;
pub mod arrival_entry;
pub mod audit;
pub mod bind_code;
pub mod block_list;
pub mod book;
pub mod calendar;
pub mod closure;
pub mod codec;
pub mod count_doubt;
pub mod credential;
pub mod dead_letter;
pub mod feed;
pub mod garage;
pub mod gate_event;
pub mod gateway;
pub mod import;
pub mod inventory;
pub mod key_check;
pub mod no_reading_shape;
pub mod notice;
pub mod notice_view;
pub mod occupancy_history;
pub mod open_order;
pub mod operator;
pub mod person;
pub mod pool;
pub mod published;
pub mod purge;
pub mod reservation;
pub mod schema;
pub mod school;
pub mod seal;
pub mod service_token;
pub mod session;
pub mod sharing_rules;
pub mod strike;
pub mod visit;
pub mod wake;
pub mod window;

use std::future::Future;
use std::str::FromStr;
use std::sync::LazyLock;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, PgPool, SqlitePool};

pub use tx::Tx;

static SQLITE_MIGRATIONS: LazyLock<Migrator> = LazyLock::new(|| Migrator {
    ignore_missing: IGNORE_UNKNOWN,
    ..sqlx::migrate!("../../migrations/sqlite")
});
static POSTGRES_MIGRATIONS: LazyLock<Migrator> = LazyLock::new(|| Migrator {
    ignore_missing: IGNORE_UNKNOWN,
    ..sqlx::migrate!("../../migrations/postgres")
});

/// [`schema`] judges migrations of newer versions; to sqlx each of them would be an error.
const IGNORE_UNKNOWN: bool = true;

/// How long a unit of work waits for a connection before it fails with an overload error.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// Statements that a connection keeps prepared. A statement over several rows exists once for each number of rows.
const STATEMENTS: usize = 1024;

/// Page cache of an SQLite connection: a negative number is KiB. With the default of 2 MiB, SQLite re-reads most
/// index pages of a group of writes from the file.
const SQLITE_CACHE: &str = "-65536";

/// How long a statement waits for another transaction's lock. The caller retries.
const LOCK_TIMEOUT: &str = "10s";

/// PostgreSQL rolls back a transaction that is idle for this long, so that a replica that hangs does not hold its
/// locks for ever.
const SILENT_TIMEOUT: &str = "60s";

/// Time limit of a unit of work. A database machine that dies closes no connection, so a client would wait for ever.
/// The limit is longer than the sum of all waits of a healthy database.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// Runs a unit of work within [`ANSWER_TIMEOUT`], so that an unresponsive database does not block the work queued
/// behind it. After a timeout it is unknown whether the work was committed.
pub async fn with_timeout<T>(work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    tokio::time::timeout(ANSWER_TIMEOUT, work).await.unwrap_or(Err(StoreError::Silent))
}

/// A handle to the main database; cheap to clone.
#[derive(Debug, Clone)]
pub enum Store {
    Sqlite { write: SqlitePool, read: SqlitePool },
    Postgres(PgPool),
}

/// A database operation failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    #[error("the database did not answer")]
    Silent,
    #[error("the database could not be brought to this version's schema")]
    Migration(#[from] sqlx::migrate::MigrateError),
    #[error(transparent)]
    Refused(#[from] schema::SchemaRefusal),
    #[error("database url must begin with sqlite: or postgres:")]
    Url,
    #[error("stored value of {column} cannot be read")]
    Corrupt { column: &'static str },
    #[error("stored value could not be decrypted: wrong key or damaged data")]
    Seal(#[from] seal::SealError),
}

impl StoreError {
    /// No connection or lock became free in time, or the database is unavailable: the caller can retry later.
    pub fn is_overload(&self) -> bool {
        match self {
            Self::Silent => true,
            Self::Database(sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_)) => true,
            // lock_not_available, idle_in_transaction_session_timeout, too_many_connections; admin_shutdown, crash_shutdown and
            // cannot_connect_now of a server that is restarted.
            Self::Database(sqlx::Error::Database(e)) => e.code().is_some_and(|code| {
                matches!(code.as_ref(), "55P03" | "25P03" | "53300" | "57P01" | "57P02" | "57P03")
            }),
            _ => false,
        }
    }

    /// Another transaction won: the caller can run the whole use case again.
    pub fn is_conflict(&self) -> bool {
        let Self::Database(sqlx::Error::Database(e)) = self else { return false };
        // serialization_failure, deadlock_detected; SQLITE_BUSY and SQLITE_BUSY_SNAPSHOT.
        e.code().is_some_and(|code| matches!(code.as_ref(), "40001" | "40P01" | "5" | "517"))
    }
}

impl Store {
    /// Opens `sqlite:PATH` (creates the file if missing) or `postgres://...` and migrates it. A database that this
    /// version may not use stays unchanged: [`StoreError::Refused`].
    pub async fn open(url: &str, connections: u32) -> Result<Self, StoreError> {
        let store = if url.starts_with("sqlite:") {
            Self::open_sqlite(url, connections).await?
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            let options = PgConnectOptions::from_str(url)?.statement_cache_capacity(STATEMENTS).options([
                ("lock_timeout", LOCK_TIMEOUT),
                ("idle_in_transaction_session_timeout", SILENT_TIMEOUT),
            ]);
            let pool = PgPoolOptions::new().max_connections(connections).acquire_timeout(ACQUIRE_TIMEOUT);
            let pool = pool.connect_with(options).await?;
            schema::check_postgres(&pool, &POSTGRES_MIGRATIONS).await?;
            Self::Postgres(pool)
        } else {
            return Err(StoreError::Url);
        };
        store.migrate().await?;
        Ok(store)
    }

    async fn open_sqlite(url: &str, connections: u32) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::from_str(url)?;
        schema::check_sqlite(options.clone(), &SQLITE_MIGRATIONS).await?;
        let options = options
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .statement_cache_capacity(STATEMENTS)
            .pragma("cache_size", SQLITE_CACHE)
            .busy_timeout(ACQUIRE_TIMEOUT);
        // On a full disk SQLite ends a transaction by itself, but the connection still reports an open one. Such a
        // connection is not reused.
        let pool = || {
            let pool = SqlitePoolOptions::new().acquire_timeout(ACQUIRE_TIMEOUT);
            pool.before_acquire(|connection, _| {
                Box::pin(std::future::ready(Ok(!connection.is_in_transaction())))
            })
        };
        // Connections are never recycled: an idle one costs nothing and a new one re-reads the schema.
        let write = pool().max_connections(1).idle_timeout(None).max_lifetime(None);
        let read = pool().max_connections(connections).idle_timeout(None).max_lifetime(None);
        Ok(Self::Sqlite {
            write: write.connect_with(options.clone()).await?,
            read: read.connect_with(options.create_if_missing(false).read_only(true)).await?,
        })
    }

    async fn migrate(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite { write, .. } => {
                SQLITE_MIGRATIONS.run(write).await.map_err(|error| {
                    schema::migration_error(
                        error,
                        schema::sqlite_name(&write.connect_options()),
                        &SQLITE_MIGRATIONS,
                    )
                })?;
                schema::check_open_sqlite(write, &SQLITE_MIGRATIONS).await?;
            }
            Self::Postgres(pool) => {
                // Replicas that start together wait without a time limit for the one that migrates.
                let mut connection = pool.acquire().await?;
                sqlx::query("set lock_timeout = 0").execute(&mut *connection).await?;
                POSTGRES_MIGRATIONS.run(&mut *connection).await.map_err(|error| {
                    schema::migration_error(error, schema::postgres_name(pool), &POSTGRES_MIGRATIONS)
                })?;
                sqlx::query("reset lock_timeout").execute(&mut *connection).await?;
                drop(connection);
                schema::check_postgres(pool, &POSTGRES_MIGRATIONS).await?;
            }
        }
        Ok(())
    }

    /// Begins a unit of work that may write.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        Ok(match self {
            Self::Sqlite { write, .. } => Tx::Sqlite(write.begin_with("begin immediate").await?),
            Self::Postgres(pool) => Tx::Postgres(pool.begin().await?),
        })
    }

    /// Begins a unit of work that only reads, from one snapshot on both databases.
    pub async fn begin_read(&self) -> Result<Tx, StoreError> {
        Ok(match self {
            Self::Sqlite { read, .. } => Tx::Sqlite(read.begin().await?),
            Self::Postgres(pool) => {
                Tx::Postgres(pool.begin_with("begin isolation level repeatable read, read only").await?)
            }
        })
    }

    /// Call it after a bulk change. PostgreSQL's own analysis runs up to a minute later, and plans made from the
    /// statistics of an empty database can delay a gate by seconds.
    pub async fn renew_statistics(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite { write, .. } => sqlx::query("pragma optimize").execute(write).await.map(|_| ())?,
            Self::Postgres(pool) => sqlx::query("analyze").execute(pool).await.map(|_| ())?,
        }
        Ok(())
    }

    /// Checks that the database responds; for readiness.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let mut tx = self.begin_read().await?;
        let _: (i64,) = fetch_one!(&mut tx, "select cast(1 as bigint)")?;
        Ok(())
    }

    pub async fn close(&self) {
        match self {
            Self::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}
