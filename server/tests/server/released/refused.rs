//! The binary refuses a database that this version may not use: exit code 3, with the version found, the version
//! used, and advice. It leaves the database unchanged.

use std::process::{Command, Stdio};

use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use tempfile::TempDir;
use testkit::postgres::TestDatabase;

const REFUSED: i32 = 3;

/// The folder of one server and its database, which does not exist yet on SQLite and is empty on PostgreSQL.
struct ReleasedInstallation {
    folder: TempDir,
    url: String,
    _database: Option<TestDatabase>,
}

impl ReleasedInstallation {
    fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("main.db").display());
        Self::new(folder, url, None)
    }

    async fn postgres() -> Self {
        let database = TestDatabase::create().await;
        Self::new(tempfile::tempdir().unwrap(), database.url(), Some(database))
    }

    fn new(folder: TempDir, url: String, database: Option<TestDatabase>) -> Self {
        let here = folder.path().display().to_string();
        let config = format!(
            "[database]\nurl = {{ file = \"{here}/database.url\" }}\n\
             [secrets]\ndata_key = {{ file = \"{here}/data.key\" }}\n\
             [http]\nlisten = \"127.0.0.1:0\"\npublic_url = \"http://127.0.0.1:8480\"\n"
        );
        std::fs::write(folder.path().join("server.toml"), config).unwrap();
        std::fs::write(folder.path().join("database.url"), &url).unwrap();
        let installation = Self { folder, url, _database: database };
        installation.new_key();
        installation
    }

    fn new_key(&self) {
        let _ = std::fs::remove_file(self.folder.path().join("data.key"));
        assert_eq!(self.call(&["new-key", "--out", "data.key"]).0, 0);
    }

    /// Exit code and error output.
    fn call(&self, arguments: &[&str]) -> (i32, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_server"));
        command.args(arguments).current_dir(self.folder.path()).env_remove("RUST_LOG").stdin(Stdio::null());
        let output = command.output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    }

    /// Opens the database as every command does.
    #[track_caller]
    fn opens(&self) {
        let (code, error) = self.call(&["service-token", "--name", "miniapp-api"]);
        assert_eq!(code, 0, "{error}");
    }

    /// A command and the server itself refuse the database alike.
    #[track_caller]
    fn is_refused(&self, words: &[&str]) {
        for arguments in [&["service-token", "--name", "miniapp-api"][..], &["run"]] {
            let (code, error) = self.call(arguments);
            assert_eq!(code, REFUSED, "{arguments:?}: {error}");
            for word in words {
                assert!(error.contains(word), "no {word:?} in: {error}");
            }
            assert!(!error.contains("PASSWORD"), "{error}");
        }
    }

    async fn execute(&self, sql: &'static str) {
        if self.is_sqlite() {
            let options = format!("{}?mode=rwc", self.url);
            let mut connection = SqliteConnection::connect(&options).await.unwrap();
            sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        } else {
            let mut connection = PgConnection::connect(&self.url).await.unwrap();
            sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        }
    }

    async fn count(&self, from: &str) -> i64 {
        let sql = AssertSqlSafe(format!("select cast(count(*) as bigint) from {from}"));
        if self.is_sqlite() {
            let mut connection = SqliteConnection::connect(&self.url).await.unwrap();
            sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
        } else {
            let mut connection = PgConnection::connect(&self.url).await.unwrap();
            sqlx::query_scalar(sql).fetch_one(&mut connection).await.unwrap()
        }
    }

    /// The state after a first start that was interrupted before the first migration.
    async fn make_empty_ledger(&self) {
        let none = Migrator::DEFAULT;
        if self.is_sqlite() {
            let mut connection = SqliteConnection::connect(&format!("{}?mode=rwc", self.url)).await.unwrap();
            none.run(&mut connection).await.unwrap();
        } else {
            let mut connection = PgConnection::connect(&self.url).await.unwrap();
            none.run(&mut connection).await.unwrap();
        }
    }

    fn is_sqlite(&self) -> bool {
        self.url.starts_with("sqlite:")
    }
}

macro_rules! both {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test] async fn $name() { super::$name(super::ReleasedInstallation::sqlite()).await; })+
        }
        mod postgres {
            $(#[tokio::test] async fn $name() { super::$name(super::ReleasedInstallation::postgres().await).await; })+
        }
    };
}

both!(
    a_newer_schema_that_allows_this_program_is_used,
    a_newer_schema_that_needs_a_newer_program,
    a_newer_schema_that_names_no_program,
    a_newer_schema_that_lacks_a_migration_of_this_program,
    an_edited_migration,
    another_programs_database,
    another_program_of_the_same_library,
    a_wrong_data_key,
    an_interrupted_first_start_is_no_reason,
);

/// A later version's additions: a table, a column with a default, and the migration that made them.
const LATER_MIGRATION: &str = "create table later (id bigint); \
     alter table garage add column later text not null default 'later'; \
     insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
     select 9000, 'a later one', success, checksum, 1 from _sqlx_migrations where version = 2";

async fn a_newer_schema_that_allows_this_program_is_used(installation: ReleasedInstallation) {
    installation.opens();
    installation.execute(LATER_MIGRATION).await;
    installation.execute("delete from service_token").await;
    installation.opens();
    assert_eq!(installation.count("service_token").await, 1, "the command has written");
    assert_eq!(installation.count("_sqlx_migrations where version = 9000").await, 1);
}

async fn a_newer_schema_that_needs_a_newer_program(installation: ReleasedInstallation) {
    installation.opens();
    installation.execute(LATER_MIGRATION).await;
    installation.execute("update schema_compatibility set lowest_program = '9000.1.2'").await;
    installation.execute("delete from service_token").await;
    installation.is_refused(&[
        "the database ",
        "migrated by a newer version: it allows version 9000.1.2 and later",
        concat!("this is version ", env!("CARGO_PKG_VERSION")),
        "Start the newer version, or restore the backup",
    ]);
    assert_eq!(installation.count("service_token").await, 0, "nothing was written");
}

async fn a_newer_schema_that_names_no_program(installation: ReleasedInstallation) {
    installation.opens();
    installation.execute(LATER_MIGRATION).await;
    installation.execute("drop table schema_compatibility").await;
    let before = installation.count("_sqlx_migrations").await;
    installation.is_refused(&[
        "the database ",
        "migrated by a newer version: it has migration 9000",
        "this version knows migrations 1 to ",
        "Start the newer version, or restore the backup",
    ]);
    assert_eq!(installation.count("_sqlx_migrations").await, before);
}

/// Of a development version: a released one applies its migrations in order.
async fn a_newer_schema_that_lacks_a_migration_of_this_program(installation: ReleasedInstallation) {
    installation.opens();
    installation.execute(LATER_MIGRATION).await;
    installation.execute("delete from _sqlx_migrations where version = 5").await;
    let before = installation.count("_sqlx_migrations").await;
    installation.is_refused(&["migrated by a newer version: it has migration 9000"]);
    assert_eq!(installation.count("_sqlx_migrations").await, before);
}

async fn an_edited_migration(installation: ReleasedInstallation) {
    installation.opens();
    installation
        .execute(
            "update _sqlx_migrations set checksum = (select o.checksum from _sqlx_migrations o where o.version = 1) \
             where version = 2",
        )
        .await;
    installation.is_refused(&[
        "made by a development version: its migration 2 is not the one that was released",
        "uses released migrations 1 to ",
        "Restore a backup of a released version, or give an empty database",
    ]);
}

async fn another_programs_database(installation: ReleasedInstallation) {
    installation.execute("create table customer (id bigint); create table invoice (id bigint);").await;
    installation.is_refused(&[
        "belongs to another program: it has the tables customer, invoice",
        "an empty database or one that it has made itself",
        "Give another one",
    ]);
    assert_eq!(installation.count("customer").await, 0);
    let ledgers = match installation.is_sqlite() {
        true => "sqlite_schema where name = '_sqlx_migrations'",
        false => "information_schema.tables where table_name = '_sqlx_migrations'",
    };
    assert_eq!(installation.count(ledgers).await, 0, "nothing was written");
}

async fn another_program_of_the_same_library(installation: ReleasedInstallation) {
    installation.make_empty_ledger().await;
    installation.execute("create table customer (id bigint)").await;
    installation
        .execute(match installation.is_sqlite() {
            true => "insert into _sqlx_migrations values (1, 'customers', current_timestamp, true, x'00', 1)",
            false => "insert into _sqlx_migrations values (1, 'customers', now(), true, '\\x00', 1)",
        })
        .await;
    installation.is_refused(&["belongs to another program: it has the tables ", "customer"]);
}

async fn a_wrong_data_key(installation: ReleasedInstallation) {
    installation.opens();
    installation.new_key();
    installation.is_refused(&[
        "the data key is not the one that this database was filled with",
        "Give the key of this database",
    ]);
}

async fn an_interrupted_first_start_is_no_reason(installation: ReleasedInstallation) {
    installation.make_empty_ledger().await;
    installation.opens();
}

#[test]
fn a_file_that_is_no_database_stays_as_it_is() {
    let installation = ReleasedInstallation::sqlite();
    let file = installation.folder.path().join("main.db");
    let text = "a letter of several lines, longer than the header of a database\n".repeat(20);
    std::fs::write(&file, &text).unwrap();
    installation.is_refused(&[
        "is not an SQLite database",
        "a missing file or one that it has made itself",
        "give another file",
    ]);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
}

#[tokio::test]
async fn another_programs_file_stays_as_it_is() {
    let installation = ReleasedInstallation::sqlite();
    installation.execute("create table customer (id bigint)").await;
    let file = installation.folder.path().join("main.db");
    let before = std::fs::read(&file).unwrap();
    installation.is_refused(&["belongs to another program"]);
    assert_eq!(std::fs::read(&file).unwrap(), before);
}
