//! The content of the database, to compare it before and after requests that must change nothing.

use std::collections::BTreeMap;

use sqlx::{AssertSqlSafe, PgPool, Row, SqlitePool};

/// Rows of each table as text, sorted.
pub type TableDump = BTreeMap<String, Vec<String>>;

/// Names of the tables that differ.
pub fn changed(before: &TableDump, after: &TableDump) -> Vec<String> {
    let differs = |table: &&String| before.get(*table) != after.get(*table);
    after.keys().filter(differs).cloned().collect()
}

pub async fn sqlite(pool: &SqlitePool) -> TableDump {
    let names = "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'";
    let mut dump = TableDump::new();
    for row in sqlx::query(names).fetch_all(pool).await.unwrap() {
        let table: String = row.get(0);
        let columns = sqlx::query("select name from pragma_table_info($1)").bind(&table);
        let columns = columns.fetch_all(pool).await.unwrap();
        let quoted: Vec<String> =
            columns.iter().map(|row| format!("quote(\"{}\")", row.get::<String, _>(0))).collect();
        let rows = format!("select {} from \"{table}\"", quoted.join(" || '|' || "));
        dump.insert(table, texts(sqlx::query(AssertSqlSafe(rows)).fetch_all(pool).await.unwrap()));
    }
    dump
}

pub async fn postgres(pool: &PgPool) -> TableDump {
    let names = "select table_name::text from information_schema.tables where table_schema = 'public'";
    let mut dump = TableDump::new();
    for row in sqlx::query(names).fetch_all(pool).await.unwrap() {
        let table: String = row.get(0);
        let rows = format!("select row_to_json(t)::text from \"{table}\" t");
        dump.insert(table, texts(sqlx::query(AssertSqlSafe(rows)).fetch_all(pool).await.unwrap()));
    }
    dump
}

fn texts<R: Row>(rows: Vec<R>) -> Vec<String>
where
    usize: sqlx::ColumnIndex<R>,
    for<'r> String: sqlx::Decode<'r, R::Database> + sqlx::Type<R::Database>,
{
    let mut texts: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    texts.sort_unstable();
    texts
}
