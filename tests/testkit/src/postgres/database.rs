//! A fresh, empty database for one test.

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use uuid::Uuid;

use super::URL_VARIABLE;

/// Dropped with all its connections when it goes out of scope.
#[derive(Debug)]
pub struct TestDatabase {
    cluster_url: String,
    name: String,
}

impl TestDatabase {
    /// Creates a database in the cluster of this test run.
    pub async fn create() -> Self {
        match std::env::var(URL_VARIABLE) {
            Ok(url) => Self::create_in(&url).await,
            Err(_) => panic!("{URL_VARIABLE} is not set: run `cargo xtask test`, which starts PostgreSQL"),
        }
    }

    /// Creates a database in the cluster at `cluster_url`, such as [`super::PostgresCluster::url`].
    pub async fn create_in(cluster_url: &str) -> Self {
        let name = format!("test_{}", Uuid::new_v4().simple());
        execute(cluster_url, format!("create database {name} template template0"))
            .await
            .unwrap_or_else(|error| panic!("no database in {cluster_url}: {error}"));
        Self { cluster_url: cluster_url.to_owned(), name }
    }

    pub fn url(&self) -> String {
        let (server, _) = self.cluster_url.rsplit_once('/').expect("the cluster's URL names a database");
        format!("{server}/{}", self.name)
    }
}

impl Drop for TestDatabase {
    /// Runs on its own thread: the test's runtime may be the one that is dropping this.
    fn drop(&mut self) {
        let sql = format!("drop database if exists {} with (force)", self.name);
        let url = self.cluster_url.clone();
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            // Best effort: the whole cluster goes away after the tests.
            let _ = runtime.map(|runtime| runtime.block_on(execute(&url, sql)));
        });
        let _ = dropping.join();
    }
}

async fn execute(url: &str, sql: String) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await?;
    connection.close().await
}
