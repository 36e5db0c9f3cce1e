//! Checks whether this version may use a database. The check runs before the first write, so that a refused database
//! stays unchanged.
//!
//! A database is ours if its first migration is ours. It is usable if each migration that this version knows has the
//! checksum that was released, and if the schema allows this version: the table `schema_compatibility` has the lowest
//! program version that may use it. Migrations of a newer version are no reason to refuse a database that still allows
//! this version, so that old and new replicas run side by side. An empty database is usable.

mod program_version;

use std::borrow::Cow;

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, FromRow, PgConnection, PgPool, SqliteConnection, SqlitePool};

use super::StoreError;
use program_version::allows;

/// The version of this program, as `schema_compatibility` names one.
const PROGRAM: &str = env!("CARGO_PKG_VERSION");

/// The table where sqlx records applied migrations.
const LEDGER: &str = "_sqlx_migrations";

const APPLIED: &str = "select version, description, checksum from _sqlx_migrations order by version";

/// The table with the lowest program version that may use the schema.
const COMPATIBILITY: &str = "schema_compatibility";

const LOWEST_PROGRAM: &str = "select lowest_program from schema_compatibility where id = 1";

const SQLITE_TABLES: &str = "select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\' order by name";

/// Tables of extensions are excluded: an empty database may have some.
const POSTGRES_TABLES: &str = "select cast(c.relname as text) from pg_class c \
     where c.relkind in ('r', 'p') and c.relnamespace = cast(current_schema() as regnamespace) \
     and not exists (select 1 from pg_depend d where d.classid = cast('pg_class' as regclass) \
     and d.objid = c.oid and d.deptype = 'e') order by 1";

/// Maximum number of table names in a message; the message counts the others.
const LISTED: usize = 5;

/// SQLITE_NOTADB: the file has another format, is damaged, or is encrypted.
const NOT_A_DATABASE: &str = "26";

/// The reason why this version refuses a database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SchemaRefusal {
    #[error(
        "{database} was migrated by a newer version: it has migration {found}, and this version knows migrations 1 to \
         {known}. Start the newer version, or restore the backup from before the upgrade"
    )]
    Newer { database: String, found: i64, known: i64 },
    #[error(
        "{database} was migrated by a newer version: it allows version {lowest} and later, and this is version \
         {PROGRAM}. Start the newer version, or restore the backup from before the upgrade"
    )]
    ProgramTooOld { database: String, lowest: String },
    #[error(
        "{database} was made by a development version: its migration {found} is not the one that was released. This \
         version uses released migrations 1 to {known}. Restore a backup of a released version, or give an empty \
         database; only the program that made this one reads it"
    )]
    Edited { database: String, found: i64, known: i64 },
    #[error(
        "{database} belongs to another program: it has {tables}. This version uses an empty database or one that it \
         has made itself. Give another one"
    )]
    Foreign { database: String, tables: String },
    #[error(
        "{database} is not an SQLite database: the file has another format or is damaged. This version uses a missing \
         file or one that it has made itself. Restore the backup, or give another file"
    )]
    NotSqlite { database: String },
}

/// A row of sqlx's own table.
#[derive(Debug, Clone, FromRow)]
struct AppliedMigration {
    version: i64,
    description: String,
    checksum: Vec<u8>,
}

/// The contents of a database, and its name for messages.
struct FoundSchema {
    database: String,
    tables: Vec<String>,
    applied: Vec<AppliedMigration>,
    /// Absent before the migration that makes the table.
    lowest_program: Option<String>,
}

/// Checks the file through a read-only connection; a missing file is usable.
pub(super) async fn check_sqlite(options: SqliteConnectOptions, known: &Migrator) -> Result<(), StoreError> {
    if !options.get_filename().exists() {
        return Ok(());
    }
    let database = sqlite_name(&options);
    let options = options.read_only(true).create_if_missing(false);
    let found = read_sqlite(&options, &database).await;
    let found = found.map_err(|error| match code(&error).as_deref() {
        Some(NOT_A_DATABASE) => SchemaRefusal::NotSqlite { database }.into(),
        _ => StoreError::from(error),
    })?;
    Ok(judge(&found, known)?)
}

async fn read_sqlite(options: &SqliteConnectOptions, database: &str) -> Result<FoundSchema, sqlx::Error> {
    let mut connection = options.connect().await?;
    let found = found_in_sqlite(&mut connection, database.to_owned()).await?;
    connection.close().await?;
    Ok(found)
}

async fn found_in_sqlite(
    connection: &mut SqliteConnection,
    database: String,
) -> Result<FoundSchema, sqlx::Error> {
    let tables: Vec<String> = sqlx::query_scalar(SQLITE_TABLES).fetch_all(&mut *connection).await?;
    let applied = match has_table(&tables, LEDGER) {
        true => sqlx::query_as(APPLIED).fetch_all(&mut *connection).await?,
        false => Vec::new(),
    };
    let lowest_program = match has_table(&tables, COMPATIBILITY) {
        true => sqlx::query_scalar(LOWEST_PROGRAM).fetch_optional(&mut *connection).await?,
        false => None,
    };
    Ok(FoundSchema { database, tables, applied, lowest_program })
}

/// Looks through a connection that may write and writes nothing.
pub(super) async fn check_postgres(pool: &PgPool, known: &Migrator) -> Result<(), StoreError> {
    let mut connection = pool.acquire().await?;
    let found = found_in_postgres(&mut connection, postgres_name(pool)).await?;
    Ok(judge(&found, known)?)
}

/// Tables first, what was applied second: a replica that migrates at the same time has recorded its migrations by then.
async fn found_in_postgres(
    connection: &mut PgConnection,
    database: String,
) -> Result<FoundSchema, sqlx::Error> {
    let tables: Vec<String> = sqlx::query_scalar(POSTGRES_TABLES).fetch_all(&mut *connection).await?;
    let applied = match has_table(&tables, LEDGER) {
        true => sqlx::query_as(APPLIED).fetch_all(&mut *connection).await?,
        false => Vec::new(),
    };
    let lowest_program = match has_table(&tables, COMPATIBILITY) {
        true => sqlx::query_scalar(LOWEST_PROGRAM).fetch_optional(&mut *connection).await?,
        false => None,
    };
    Ok(FoundSchema { database, tables, applied, lowest_program })
}

/// Looks again after the migration, for what another process has migrated in the meantime.
pub(super) async fn check_open_sqlite(pool: &SqlitePool, known: &Migrator) -> Result<(), StoreError> {
    let mut connection = pool.acquire().await?;
    let found = found_in_sqlite(&mut connection, sqlite_name(&pool.connect_options())).await?;
    Ok(judge(&found, known)?)
}

pub(super) fn sqlite_name(options: &SqliteConnectOptions) -> String {
    format!("the database {}", options.get_filename().display())
}

/// The database's name without user and password.
pub(super) fn postgres_name(pool: &PgPool) -> String {
    let options = pool.connect_options();
    let name = options.get_database().unwrap_or_else(|| options.get_username());
    format!("the database {name} at {}:{}", options.get_host(), options.get_port())
}

fn code(error: &sqlx::Error) -> Option<Cow<'_, str>> {
    error.as_database_error()?.code()
}

fn has_table(tables: &[String], name: &str) -> bool {
    tables.iter().any(|table| table == name)
}

fn newest(known: &Migrator) -> i64 {
    known.iter().map(|migration| migration.version).max().unwrap_or_default()
}

fn judge(found: &FoundSchema, known: &Migrator) -> Result<(), SchemaRefusal> {
    if !is_ours_or_empty(found, known) {
        let (database, tables) = (found.database.clone(), listed(&found.tables));
        return Err(SchemaRefusal::Foreign { database, tables });
    }
    let released =
        |applied: &AppliedMigration| known.iter().find(|migration| migration.version == applied.version);
    let edited = |applied: &&AppliedMigration| {
        released(applied).is_some_and(|migration| *migration.checksum != *applied.checksum)
    };
    let (database, newest) = (found.database.clone(), newest(known));
    if let Some(edited) = found.applied.iter().find(edited) {
        return Err(SchemaRefusal::Edited { database, found: edited.version, known: newest });
    }
    if let Some(lowest) = found.lowest_program.as_deref().filter(|lowest| !allows(lowest, PROGRAM)) {
        return Err(SchemaRefusal::ProgramTooOld { database, lowest: lowest.to_owned() });
    }
    match found.applied.iter().rfind(|applied| released(applied).is_none()) {
        Some(unknown) if !is_ahead(found, known) => {
            Err(SchemaRefusal::Newer { database, found: unknown.version, known: newest })
        }
        _ => Ok(()),
    }
}

/// Whether a schema with unknown migrations names the lowest program and has everything that this program knows: only
/// then is it a later schema of the same line, and only then may the unknown migrations be ignored.
fn is_ahead(found: &FoundSchema, known: &Migrator) -> bool {
    let is_applied = |version| found.applied.iter().any(|applied| applied.version == version);
    found.lowest_program.is_some() && known.iter().all(|migration| is_applied(migration.version))
}

/// An interrupted first start leaves an empty ledger and no other table.
fn is_ours_or_empty(found: &FoundSchema, known: &Migrator) -> bool {
    let Some(first) = known.iter().next() else { return false };
    match found.applied.first() {
        Some(applied) => applied.version == first.version && *applied.description == *first.description,
        None => found.tables.iter().all(|table| table == LEDGER),
    }
}

fn listed(tables: &[String]) -> String {
    let names: Vec<&str> = tables.iter().take(LISTED).map(String::as_str).collect();
    let more = match tables.len().saturating_sub(LISTED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("the tables {}{more}", names.join(", "))
}

/// What sqlx found when another process migrated between the check and the migration. It ignores unknown migrations; the
/// check after the migration judges those.
pub(super) fn migration_error(error: MigrateError, database: String, known: &Migrator) -> StoreError {
    match error {
        MigrateError::VersionMismatch(found) => {
            SchemaRefusal::Edited { database, found, known: newest(known) }.into()
        }
        other => other.into(),
    }
}
