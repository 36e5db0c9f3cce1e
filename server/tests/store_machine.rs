//! The store of gateways, events, visits, garages and operators, the same on both databases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod common;

use std::collections::BTreeMap;

use common::Fixture;
use sqlx::Row;

contract!(the_schema_opens_twice, |fixture| async {
    fixture.replica().await.store.ping().await.unwrap();
});

/// Tables with their columns, whatever the types are called.
async fn schema(fixture: &Fixture) -> BTreeMap<String, Vec<String>> {
    let pairs: Vec<(String, String)> = match &fixture.store {
        server::store::Store::Sqlite { read, .. } => {
            let sql = "select m.name, c.name from sqlite_master m join pragma_table_info(m.name) c \
                       where m.type = 'table' and m.name not like 'sqlite_%'";
            sqlx::query(sql).fetch_all(read).await.unwrap().iter().map(|r| (r.get(0), r.get(1))).collect()
        }
        server::store::Store::Postgres(pool) => {
            let sql = "select table_name::text, column_name::text from information_schema.columns \
                       where table_schema = 'public'";
            sqlx::query(sql).fetch_all(pool).await.unwrap().iter().map(|r| (r.get(0), r.get(1))).collect()
        }
    };
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (table, column) in pairs {
        tables.entry(table).or_default().push(column);
    }
    tables.values_mut().for_each(|columns| columns.sort());
    tables.remove("_sqlx_migrations");
    tables
}

#[tokio::test]
async fn both_databases_have_the_same_tables_and_columns() {
    let (sqlite, postgres) = (Fixture::sqlite().await, Fixture::postgres().await);
    let tables = schema(&sqlite).await;
    assert!(tables.contains_key("gate_event"));
    assert_eq!(tables, schema(&postgres).await);
}
