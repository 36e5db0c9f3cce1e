//! The demo refuses a data folder that this version may not use: exit code 3 and advice. Each test changes the folder of a
//! released version in one place.

use std::path::{Path, PathBuf};

use e2e::phone::PATIENCE;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use tempfile::TempDir;
use testkit::port;
use testkit::process::TestProgram;
use testkit::released::RELEASED;

struct DemoFolder(TempDir);

impl DemoFolder {
    fn released() -> Self {
        let folder = tempfile::tempdir().unwrap();
        RELEASED.last().unwrap().unpack_demo(folder.path());
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    async fn is_refused(&self, words: &[&str]) {
        let base = port::free_block(3).to_string();
        let program =
            TestProgram::named("standalone").args(["demo", "--quiet", "--no-traffic", "--port-base", &base]);
        let mut child = program.args(["--data"]).args([self.0.path()]).start();
        let status = child.exit(PATIENCE).await;
        let log = child.log();
        assert_eq!(status.code(), Some(3), "{log}");
        for word in words {
            assert!(log.contains(word), "no {word:?} in: {log}");
        }
    }
}

async fn execute(file: &Path, sql: &'static str) {
    let mut connection = SqliteConnectOptions::new().filename(file).connect().await.unwrap();
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

#[test]
fn a_newer_versions_folder() {
    e2e::run(async {
        let folder = DemoFolder::released();
        let sql = "insert into _sqlx_migrations values (9000, 'later', current_timestamp, true, x'00', 1)";
        execute(&folder.path("server.sqlite"), sql).await;
        folder
            .is_refused(&["migrated by a newer version", "migration 9000", "Start the newer version"])
            .await;
    });
}

#[test]
fn a_development_versions_folder() {
    e2e::run(async {
        let folder = DemoFolder::released();
        let sql = "update _sqlx_migrations set checksum = x'00' where version = 2";
        execute(&folder.path("server.sqlite"), sql).await;
        folder.is_refused(&["made by a development version", "its migration 2", "Restore a backup"]).await;
    });
}

#[test]
fn another_programs_folder() {
    e2e::run(async {
        let folder = DemoFolder(tempfile::tempdir().unwrap());
        let options =
            SqliteConnectOptions::new().filename(folder.path("server.sqlite")).create_if_missing(true);
        let mut connection = options.connect().await.unwrap();
        sqlx::raw_sql("create table customer (id integer)").execute(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        folder.is_refused(&["belongs to another program", "the tables customer", "Give another one"]).await;
    });
}

#[test]
fn a_folder_whose_gateways_are_newer() {
    e2e::run(async {
        let folder = DemoFolder::released();
        execute(&folder.path("gateways/haifeng-b1/outbox.sqlite"), "pragma user_version = 9000").await;
        let words = [
            "the gateway of haifeng-b1",
            "written by a newer version: it has format 9000",
            "Start the newer version",
        ];
        folder.is_refused(&words).await;
    });
}

#[test]
fn a_folder_whose_key_was_lost() {
    e2e::run(async {
        let folder = DemoFolder::released();
        std::fs::remove_file(folder.path("secrets.json")).unwrap();
        let words = [
            "secrets.json is not the one that",
            "server.sqlite was filled with",
            "restore both from one backup",
            "--data DIR",
        ];
        folder.is_refused(&words).await;
        assert!(!folder.path("secrets.json").exists(), "no new key is left beside the old database");
    });
}

#[test]
fn a_folder_whose_secrets_are_damaged() {
    e2e::run(async {
        let folder = DemoFolder::released();
        std::fs::write(folder.path("secrets.json"), "{ \"data_key\": [").unwrap();
        folder.is_refused(&["secrets.json is damaged", "Restore it from a backup"]).await;
    });
}
