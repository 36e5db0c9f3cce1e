//! A database of the first version, with a garage in use, migrates to this version.

use std::sync::Arc;

use crate::common::{HandClock, MONDAY, time};
use domain::access::Audience;
use domain::allocation::entry::{EntryOrigin, EntryPhase};
use domain::ids::{GarageId, LaneId};
use domain::window::Weekdays;
use protocol::order::{RemoteOrderAction, RemoteOrderCause, RemoteOrderState};
use server::app::App;
use server::app::allocation::{self, AllocationRequest, read_now};
use sqlx::migrate::{MigrateDatabase, Migrator};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Sqlite, SqliteConnection};
use store::seal::{SealPurpose, SealingKeyring};
use store::{Store, gateway, open_order, pool, window};
use testkit::postgres::TestDatabase;
use tokio_util::sync::CancellationToken;

static SQLITE: Migrator = sqlx::migrate!("../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../migrations/postgres");

/// What the first version's program knew.
fn first_version(all: &Migrator) -> Migrator {
    through(all, 1)
}

/// Migrations up to this one.
fn through(all: &Migrator, version: i64) -> Migrator {
    let first = all.migrations.iter().filter(|migration| migration.version <= version).cloned();
    Migrator { migrations: first.collect(), ..Migrator::DEFAULT }
}

fn keys() -> SealingKeyring {
    SealingKeyring::new(&[7; 32]).unwrap()
}

fn bytes(of: &[u8], blob: &str) -> String {
    let hex: String = of.iter().map(|byte| format!("{byte:02x}")).collect();
    blob.replace("{}", &hex)
}

/// A school's garage of 3 spaces with a car inside, one that has left, and permits; and one without windows.
fn filled(blob: &str) -> String {
    let car = keys().sealed(SealPurpose::Plate, "京A12345").unwrap();
    let (hash, enc) = (bytes(&car.hash, blob), bytes(&car.enc, blob));
    let other = bytes(&[9; 32], blob);
    let micros = |text: &str| time(text).micros();
    let (came, made) = (micros("2026-11-23T15:35:00+08:00"), micros("2026-09-01T08:00:00+08:00"));
    let morning = micros("2026-11-23T08:00:00+08:00");
    format!(
        "insert into garage (id, number, name, name_en, operator_name, address, lat_e6, lon_e6, capacity, occupied, \
         count_changed_at, created_at, modified_at) values \
         ('school', 1, '学校', 'School', 'op', 'here', 1, 1, 3, 1, {came}, {made}, {made}), \
         ('bare', 2, '空', 'Bare', 'op', 'there', 1, 1, 5, null, null, {made}, {made}); \
         insert into garage_window (garage_id, position, audience, weekdays, start_minute, length_minutes) values \
         ('school', 0, 'pickup', 31, 930, 150), ('school', 1, 'public', 127, 1080, 810), ('school', 2, 'staff', 31, 420, 660); \
         insert into permit (garage_id, plate_hash, plate_enc, audience) values \
         ('school', {hash}, {enc}, 'staff'), ('school', {other}, {enc}, 'staff'); \
         insert into gate_event (garage_id, device, event_id, epoch, seq, lane, direction, kind, confidence, occurred_at, \
         received_at, stored_at, offline, delta) values \
         ('school', 'gate', 'e1', 'box', 1, 'in', 'in', 'plate', 97, {came}, {came}, {came}, 0, 1); \
         insert into visit (id, garage_id, plate_hash, plate_enc, audience, entry_event, entered_at) values \
         ('0190c2f0-0000-7000-8000-000000000001', 'school', {hash}, {enc}, 'pickup', 1, {came}); \
         insert into visit (id, garage_id, entered_at, entry_event, exited_at, exit_event, ended_by) values \
         ('0190c2f0-0000-7000-8000-000000000002', 'school', {morning}, 1, {came}, 1, 'exit');"
    )
}

#[tokio::test]
async fn sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("main.db").display());
    Sqlite::create_database(&url).await.unwrap();
    let mut old = SqliteConnection::connect(&url).await.unwrap();
    first_version(&SQLITE).run(&mut old).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(filled("x'{}'"))).execute(&mut old).await.unwrap();
    old.close().await.unwrap();
    is_in_use(&url).await;
}

#[tokio::test]
async fn postgres() {
    let database = TestDatabase::create().await;
    let mut old = PgConnection::connect(&database.url()).await.unwrap();
    first_version(&POSTGRES).run(&mut old).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(filled("'\\x{}'::bytea"))).execute(&mut old).await.unwrap();
    old.close().await.unwrap();
    is_in_use(&database.url()).await;
}

async fn is_in_use(url: &str) {
    let store = Store::open(url, 4).await.unwrap();
    let school = GarageId::parse("school").unwrap();
    let mut tx = store.begin_read().await.unwrap();
    let windows = window::of_garage(&mut tx, &school).await.unwrap();
    let mut windows: Vec<_> = windows
        .into_iter()
        .map(|stored| (stored.window.audience, stored.window.hours.start_minute, stored.window.quota))
        .collect();
    windows.sort();
    let expected = [(Audience::Pickup, 930, 3), (Audience::Staff, 420, 2), (Audience::Public, 1080, 3)];
    assert_eq!(windows, expected);
    let workdays = window::of_garage(&mut tx, &school).await.unwrap()[0].window.recurrence.weekdays;
    assert!(workdays != Weekdays::ALL);
    for (garage, size) in [("school", 3), ("bare", 5)] {
        let pools = pool::of_garage(&mut tx, &GarageId::parse(garage).unwrap()).await.unwrap();
        assert_eq!(pools.iter().map(|pool| pool.size).collect::<Vec<_>>(), [size]);
    }
    drop(tx);
    the_book_hears_of_the_car_inside(store, &school).await;
}

async fn the_book_hears_of_the_car_inside(store: Store, school: &GarageId) {
    let app = App::new(store, keys(), Arc::new(HandClock::at(MONDAY)));
    let stop = CancellationToken::new();
    let task = tokio::spawn(allocation::run(app.clone(), stop.clone()));
    allocation::submit(&app, school, AllocationRequest::Settle).await.unwrap();
    let look = |book: &domain::allocation::AllocationBook| {
        book.entries().map(|entry| (entry.audience, entry.origin, entry.phase())).collect::<Vec<_>>()
    };
    let inside = read_now(&app, school, look).await.unwrap();
    assert_eq!(inside, [(Audience::Pickup, EntryOrigin::Gate, EntryPhase::CheckedIn)]);
    stop.cancel();
    task.await.unwrap();
}

/// A refused order and a lane, as the second version wrote them.
fn with_an_order() -> String {
    let made = time("2026-11-23T15:35:00+08:00").micros();
    format!(
        "insert into garage (id, number, name, name_en, operator_name, address, lat_e6, lon_e6, capacity, created_at, modified_at) \
         values ('school', 1, '学校', 'School', 'op', 'here', 1, 1, 3, {made}, {made}); \
         insert into operator (id, username, name) values ('op-1', 'li', '李值班'); \
         insert into operates (operator_id, garage_id) values ('op-1', 'school'); \
         insert into gateway (garage_id, token_hash, last_seen_at) values ('school', {{hash}}, {made}); \
         insert into lane (garage_id, id, name, direction, pass_by, device, quirks) \
         values ('school', 'in', '入口', 'in', 'plate', 'gate', 'leading_nul'); \
         insert into open_order (id, garage_id, lane, operator_id, idempotency_key, reason, made_at, expires_at, state, taken_by, \
         cause, ended_at) values ('0190c2f0-0000-7000-8000-000000000003', 'school', 'in', 'op-1', 'k1', '核对', {made}, {made}, \
         'refused', 'run', 'only_answers', {made});"
    )
}

#[tokio::test]
async fn orders_outlive_the_upgrade_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("main.db").display());
    Sqlite::create_database(&url).await.unwrap();
    let mut old = SqliteConnection::connect(&url).await.unwrap();
    through(&SQLITE, 2).run(&mut old).await.unwrap();
    let rows = with_an_order().replace("{hash}", "x'01'");
    sqlx::raw_sql(AssertSqlSafe(rows)).execute(&mut old).await.unwrap();
    old.close().await.unwrap();
    has_its_order(&url).await;
}

#[tokio::test]
async fn orders_outlive_the_upgrade_on_postgres() {
    let database = TestDatabase::create().await;
    let mut old = PgConnection::connect(&database.url()).await.unwrap();
    through(&POSTGRES, 2).run(&mut old).await.unwrap();
    let rows = with_an_order().replace("{hash}", "'\\x01'::bytea");
    sqlx::raw_sql(AssertSqlSafe(rows)).execute(&mut old).await.unwrap();
    old.close().await.unwrap();
    has_its_order(&database.url()).await;
}

async fn has_its_order(url: &str) {
    let store = Store::open(url, 4).await.unwrap();
    let school = GarageId::parse("school").unwrap();
    let mut tx = store.begin_read().await.unwrap();
    let orders = open_order::page(&mut tx, &school, None, 10).await.unwrap();
    let order = &orders[0].order;
    assert_eq!((order.action, order.state), (RemoteOrderAction::Open, RemoteOrderState::Refused));
    assert_eq!(
        (order.lane.as_ref().map(LaneId::as_str), order.cause),
        (Some("in"), Some(RemoteOrderCause::OnlyAnswers))
    );
    assert_eq!((order.reason.as_str(), order.operator.as_deref()), ("核对", Some("李值班")));
    let known = open_order::by_key(&mut tx, &school, "op-1", "k1").await.unwrap();
    assert_eq!(known.as_ref(), orders.first());
    let lanes = gateway::lanes_of_operator(&mut tx, "op-1").await.unwrap();
    assert_eq!((lanes.len(), lanes[0].1.alarms.len(), lanes[0].1.make_title.as_deref()), (1, 0, None));
}
