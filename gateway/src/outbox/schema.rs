//! The file's tables, and the ways to open it.

use std::path::Path;
use std::time::Duration;

use service::private_files;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, SqliteConnection};
use uuid::Uuid;

use super::OutboxError;

/// Incremented with each change of the tables. Every older format stays readable.
const FORMAT: i64 = 2;

/// SQLITE_NOTADB: the file has another format or is damaged.
const NOT_A_DATABASE: &str = "26";

/// No other process writes; a backup tool may lock the file for a moment.
const BUSY: Duration = Duration::from_secs(1);

const TABLES: &str = "
create table outbox (
    seq integer primary key autoincrement,
    device text not null,
    event_key text,
    record text not null,
    delta integer not null,
    audience text
) strict;
create unique index outbox_event on outbox (device, event_key) where event_key is not null;
create table meta (key text primary key, value text not null) strict;
";

/// A deleted row is overwritten with zeros; see [`super::erasure`] for what is left after that.
pub(super) async fn connect(path: &Path) -> Result<SqliteConnection, sqlx::Error> {
    private_files::prepare_sqlite(path)?;
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("secure_delete", "on")
        .busy_timeout(BUSY)
        .disable_statement_logging()
        .connect()
        .await
}

/// Opens read-only, beside the gateway that writes or without one.
pub(super) async fn connect_to_read(path: &Path) -> Result<SqliteConnection, sqlx::Error> {
    SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .busy_timeout(BUSY)
        .disable_statement_logging()
        .connect()
        .await
}

/// Rejects a file that this version may not use, before any write to it. A missing file is usable.
pub(super) async fn check(path: &Path) -> Result<(), OutboxError> {
    if !path.exists() {
        return Ok(());
    }
    let (format, tables) = read_format(path).await.map_err(|source| match source.as_database_error() {
        Some(error) if error.code().as_deref() == Some(NOT_A_DATABASE) => {
            OutboxError::Foreign { path: path.to_owned(), found: "it is not an SQLite database".to_owned() }
        }
        _ => OutboxError::Open { path: path.to_owned(), source },
    })?;
    match format {
        // A crash during creation leaves neither number nor table.
        0 if tables == 0 => Ok(()),
        1..=FORMAT => Ok(()),
        newer if newer > FORMAT => {
            Err(OutboxError::TooNew { path: path.to_owned(), found: newer, known: FORMAT })
        }
        other => Err(OutboxError::Foreign {
            path: path.to_owned(),
            found: format!("it is the database of another program (format {other}, {tables} tables)"),
        }),
    }
}

/// The format number and the number of tables.
async fn read_format(path: &Path) -> Result<(i64, i64), sqlx::Error> {
    use sqlx::Connection;
    let mut db = connect_to_read(path).await?;
    let format = sqlx::query_scalar("pragma user_version").fetch_one(&mut db).await?;
    let tables = sqlx::query_scalar("select count(*) from sqlite_schema where type = 'table'");
    let tables = tables.fetch_one(&mut db).await?;
    db.close().await?;
    Ok((format, tables))
}

/// Upgrades a file that [`check`] has accepted to this version's format.
pub(super) async fn migrate(write: &mut SqliteConnection) -> Result<(), OutboxError> {
    let format: i64 = sqlx::query_scalar("pragma user_version").fetch_one(&mut *write).await?;
    match format {
        0 => create(write).await?,
        1 => add_audience(write).await?,
        _ => {}
    }
    Ok(())
}

async fn create(write: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    use sqlx::Connection;
    let mut tx = write.begin_with("begin immediate").await?;
    sqlx::raw_sql(TABLES).execute(&mut *tx).await?;
    sqlx::query("insert into meta (key, value) values ('epoch', $1)")
        .bind(Uuid::new_v4().to_string())
        .execute(&mut *tx)
        .await?;
    // A pragma accepts no parameter; the number is FORMAT.
    sqlx::raw_sql("pragma user_version = 2").execute(&mut *tx).await?;
    tx.commit().await
}

/// Rows of the first format have no audience.
async fn add_audience(write: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    use sqlx::Connection;
    let mut tx = write.begin_with("begin immediate").await?;
    sqlx::raw_sql("alter table outbox add column audience text").execute(&mut *tx).await?;
    sqlx::raw_sql("pragma user_version = 2").execute(&mut *tx).await?;
    tx.commit().await
}
