//! Nothing personal is readable in the database files (invariant 9).

use std::fmt::Write;

use serde_json::json;
use server::app::bind_code;
use sqlx::Row;
use store::Store;

use crate::common::StoreFixture;
use crate::people::api::InternalApi;
use crate::people::district::{FAMILY_CAR, FATHERS_CAR, car_comes};

const OPENID: &str = "oWx-invented-openid-0001";

/// Everything that the tests invent about people.
const SECRETS: [&str; 12] = [
    "梅小雨",
    "梅小风",
    "何其他",
    "张老师",
    "梅妈妈",
    "梅爸爸",
    "P-mei",
    "G-mother",
    FAMILY_CAR,
    FATHERS_CAR,
    "B12345",
    OPENID,
];

/// A day in which every kind of personal data is written; returns the issued tokens and codes.
async fn use_everything(api: &InternalApi) -> Vec<String> {
    let code = bind_code::create(&api.app, "G-mother").await.unwrap().code;
    let body = json!({"openid": OPENID, "bind_code": code});
    let opened = api.post("/sessions", "", body).await.ok();
    let session = opened["token"].as_str().unwrap().to_owned();
    let (id, seen) = car_comes(&api.app, "P-mei", "c-1").await;
    let teacher = api.session("T-1").await;
    let act = json!({"act": "release", "seen": seen});
    api.post(&format!("/arrivals/{id}/acts"), &teacher, act).await.ok();
    api.get("/classes/c-1/arrivals", &teacher).await.ok();
    api.post("/guardian/claims", &session, json!({})).await.ok();
    api.post("/plates", &session, json!({"plate": "鲁BD54321"})).await.ok();
    vec![session, teacher, code, "鲁BD54321".to_owned()]
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test]
async fn the_sqlite_files_show_nothing() {
    let fixture = StoreFixture::sqlite().await;
    let api = InternalApi::start(&fixture).await;
    let handed_out = use_everything(&api).await;
    let Store::Sqlite { write, .. } = &fixture.store else { panic!("SQLite was asked for") };
    let row = sqlx::query("select file from pragma_database_list where name = 'main'").fetch_one(write).await;
    let path: String = row.unwrap().get(0);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes.extend(std::fs::read(format!("{path}-wal")).unwrap());
    assert!(contains(&bytes, "北小学"), "the school's name is no secret, so the files were really read");
    for secret in SECRETS.into_iter().chain(handed_out.iter().map(String::as_str)) {
        assert!(!contains(&bytes, secret), "{secret} is readable in the database files");
    }
}

#[tokio::test]
async fn the_postgres_tables_show_nothing() {
    let fixture = StoreFixture::postgres().await;
    let api = InternalApi::start(&fixture).await;
    let handed_out = use_everything(&api).await;
    let Store::Postgres(pool) = &fixture.store else { panic!("PostgreSQL was asked for") };
    let tables = "select table_name from information_schema.tables where table_schema = 'public'";
    let mut dump = String::new();
    for table in sqlx::query(tables).fetch_all(pool).await.unwrap() {
        let table: String = table.get(0);
        let rows = format!("select row_to_json(t)::text from \"{table}\" t");
        for row in sqlx::query(sqlx::AssertSqlSafe(rows)).fetch_all(pool).await.unwrap() {
            dump.push_str(row.get(0));
        }
    }
    assert!(dump.contains("北小学"), "the school's name is no secret, so the tables were really read");
    for secret in SECRETS.into_iter().chain(handed_out.iter().map(String::as_str)) {
        assert!(!dump.contains(secret), "{secret} is readable");
        assert!(!dump.contains(&hex(secret.as_bytes())), "{secret} is readable as bytes");
    }
}
