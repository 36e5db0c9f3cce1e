//! The file's tables, and how it is opened.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, SqliteConnection};
use uuid::Uuid;

use super::OutboxError;

/// Counted up with each change of the tables.
const FORMAT: i64 = 2;

/// Nobody else writes; a backup tool may hold the file for a moment.
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

pub(super) async fn connect(path: &Path) -> Result<SqliteConnection, sqlx::Error> {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY)
        .disable_statement_logging()
        .connect()
        .await
}

/// Beside the gateway that writes it, or without one.
pub(super) async fn connect_to_read(path: &Path) -> Result<SqliteConnection, sqlx::Error> {
    SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .busy_timeout(BUSY)
        .disable_statement_logging()
        .connect()
        .await
}

pub(super) async fn migrate(write: &mut SqliteConnection) -> Result<(), OutboxError> {
    let format: i64 = sqlx::query_scalar("pragma user_version").fetch_one(&mut *write).await?;
    match format {
        0 => create(write).await?,
        1 => add_audience(write).await?,
        FORMAT => {}
        newer => return Err(OutboxError::TooNew(newer)),
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
    // A pragma takes no parameter; the number is FORMAT.
    sqlx::raw_sql("pragma user_version = 2").execute(&mut *tx).await?;
    tx.commit().await
}

/// Rows of the first format do not say as whom cars came in.
async fn add_audience(write: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    use sqlx::Connection;
    let mut tx = write.begin_with("begin immediate").await?;
    sqlx::raw_sql("alter table outbox add column audience text").execute(&mut *tx).await?;
    sqlx::raw_sql("pragma user_version = 2").execute(&mut *tx).await?;
    tx.commit().await
}
