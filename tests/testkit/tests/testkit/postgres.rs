//! Databases for tests, and a cluster that survives its own death.

use sqlx::{Connection, PgConnection, query, query_scalar};
use testkit::postgres::{PostgresCluster, TestDatabase};

async fn connect(url: &str) -> PgConnection {
    PgConnection::connect(url).await.unwrap()
}

#[tokio::test]
async fn each_database_is_empty_and_goes_away() {
    let first = TestDatabase::create().await;
    let second = TestDatabase::create().await;
    let mut in_first = connect(&first.url()).await;
    query("create table mark (n bigint)").execute(&mut in_first).await.unwrap();
    let mut in_second = connect(&second.url()).await;
    let tables = "select count(*) from information_schema.tables where table_schema = 'public'";
    assert_eq!(query_scalar::<_, i64>(tables).fetch_one(&mut in_second).await.unwrap(), 0);

    let url = first.url();
    drop(first);
    assert!(PgConnection::connect(&url).await.is_err(), "the database outlived its test");
}

#[tokio::test]
async fn what_was_committed_survives_a_kill() {
    let mut cluster = PostgresCluster::start();
    let mut before = connect(&cluster.url()).await;
    query("create table mark (n bigint)").execute(&mut before).await.unwrap();
    query("insert into mark values (7)").execute(&mut before).await.unwrap();
    cluster.kill9();
    cluster.restart();
    let mut after = connect(&cluster.url()).await;
    assert_eq!(query_scalar::<_, i64>("select n from mark").fetch_one(&mut after).await.unwrap(), 7);
    let durable = query_scalar::<_, String>("show fsync").fetch_one(&mut after).await.unwrap();
    assert_eq!(durable, "on");
}
