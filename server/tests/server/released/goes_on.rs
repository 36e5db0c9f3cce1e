//! Runs the use cases of this version on databases that released versions have filled, at the time when they were
//! filled. Another test covers the effect of today's date on old data.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::ids::{ClassId, GarageId};
use domain::time::Timestamp;
use server::app::purge::purge;
use server::app::{App, gateway_token, key_check};
use sqlx::AssertSqlSafe;
use store::seal::{SealPurpose, SealingKeyring};
use store::{Store, arrival, garage, gate_event};
use tempfile::TempDir;
use testkit::postgres::TestDatabase;
use testkit::released::{RELEASED, ReleasedCounts, ReleasedData};

use crate::common::HandClock;
use crate::common::gateway::{batch, entry};
use crate::common::http::ServedRouter;

const DAY: Duration = Duration::from_secs(24 * 3600);

/// A released database, opened by this version.
struct UpgradedInstallation {
    app: App,
    clock: Arc<HandClock>,
    counts: ReleasedCounts,
    _home: (Option<TempDir>, Option<TestDatabase>),
}

impl UpgradedInstallation {
    async fn demo(released: ReleasedData) -> Self {
        let folder = tempfile::tempdir().unwrap();
        released.unpack_demo(folder.path());
        let secrets = std::fs::read(folder.path().join("secrets.json")).unwrap();
        let secrets: serde_json::Value = serde_json::from_slice(&secrets).unwrap();
        let key: Vec<u8> = serde_json::from_value(secrets["data_key"].clone()).unwrap();
        let url = format!("sqlite:{}", folder.path().join("server.sqlite").display());
        Self::open(&url, &key, released.demo_counts(), (Some(folder), None)).await
    }

    async fn district(released: ReleasedData) -> Self {
        let database = TestDatabase::create().await;
        let url = database.url();
        released.restore_district(&url).await;
        let key = STANDARD.decode(released.district_key()).unwrap();
        Self::open(&url, &key, released.district_counts(), (None, Some(database))).await
    }

    async fn open(
        url: &str,
        key: &[u8],
        counts: ReleasedCounts,
        home: (Option<TempDir>, Option<TestDatabase>),
    ) -> Self {
        let store = Store::open(url, 4).await.unwrap();
        let clock = Arc::new(HandClock::at("2026-01-01T00:00:00+08:00"));
        let app = App::new(store, SealingKeyring::new(&key.try_into().unwrap()).unwrap(), clock.clone());
        key_check::run(&app).await.expect("the key is the database's");
        let this = Self { app, clock, counts, _home: home };
        let last = this.last_event().await;
        this.clock.advance_to(last + Duration::from_secs(60));
        this
    }

    /// When the newest event was stored.
    async fn last_event(&self) -> Timestamp {
        let mut tx = self.app.store.begin_read().await.unwrap();
        let mut newest = Timestamp::from_micros(0);
        for garage in garage::all(&mut tx).await.unwrap() {
            let page = gate_event::page(&mut tx, &garage.id, i64::MAX, 1).await.unwrap();
            newest = page.iter().map(|event| event.stored_at).fold(newest, Timestamp::max);
        }
        newest
    }

    async fn rows(&self, table: &str) -> i64 {
        let sql = AssertSqlSafe(format!("select cast(count(*) as bigint) from {table}"));
        match &self.app.store {
            Store::Sqlite { read, .. } => sqlx::query_scalar(sql).fetch_one(read).await.unwrap(),
            Store::Postgres(pool) => sqlx::query_scalar(sql).fetch_one(pool).await.unwrap(),
        }
    }

    async fn occupied(&self, id: &GarageId) -> Option<i64> {
        let mut tx = self.app.store.begin_read().await.unwrap();
        garage::find(&mut tx, id).await.unwrap().unwrap().occupied
    }
}

macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod demo {
            $(#[tokio::test] async fn $name() {
                for released in super::RELEASED {
                    super::$name(super::UpgradedInstallation::demo(released).await).await;
                }
            })+
        }
        mod district {
            $(#[tokio::test] async fn $name() {
                for released in super::RELEASED {
                    super::$name(super::UpgradedInstallation::district(released).await).await;
                }
            })+
        }
    };
}

on_both!(everything_is_there, a_new_car_is_counted_and_announced, old_plates_are_purged_and_counts_stay);

async fn everything_is_there(upgraded: UpgradedInstallation) {
    for table in upgraded.counts.tables() {
        let known = upgraded.counts.rows(table);
        assert!(known > 0, "the released database has a row of {table}");
        assert_eq!(upgraded.rows(table).await, known, "{table}");
    }
    let mut tx = upgraded.app.store.begin_read().await.unwrap();
    for garage in garage::all(&mut tx).await.unwrap() {
        assert_eq!(garage.occupied, upgraded.counts.occupied(garage.id.as_str()), "{}", garage.id);
    }
    drop(tx);
    assert_eq!(upgraded.names_on_boards().await, upgraded.counts.rows("arrival"));
}

impl UpgradedInstallation {
    /// Arrivals of the last event's day and the day before, whose children's names this version reads.
    async fn names_on_boards(&self) -> i64 {
        let mut names = 0;
        let mut tx = self.app.store.begin_read().await.unwrap();
        for class in self.classes().await {
            for day in [self.app.now(), self.app.now() - DAY].map(Timestamp::local_date) {
                for arrival in arrival::board(&mut tx, &class, day).await.unwrap() {
                    let name = self.app.keys.open(SealPurpose::PupilName, &arrival.pupil_name_enc).unwrap();
                    assert!((2..=4).contains(&name.chars().count()), "{name} is a child's name");
                    names += 1;
                }
            }
        }
        names
    }

    async fn classes(&self) -> Vec<ClassId> {
        let sql = "select id from class order by id";
        let ids: Vec<String> = match &self.app.store {
            Store::Sqlite { read, .. } => sqlx::query_scalar(sql).fetch_all(read).await.unwrap(),
            Store::Postgres(pool) => sqlx::query_scalar(sql).fetch_all(pool).await.unwrap(),
        };
        ids.iter().map(|id| ClassId::parse(id).unwrap()).collect()
    }
}

/// The car that the demo leaves free for visitors; its child is in the first class.
const TRY_PLATE: &str = "鲁B88888";

async fn a_new_car_is_counted_and_announced(upgraded: UpgradedInstallation) {
    let school = GarageId::parse(ReleasedData::GARAGE).unwrap();
    let before = upgraded.occupied(&school).await.expect("the school's garage has a count");
    let token = gateway_token::create(&upgraded.app, &school).await.unwrap();
    let server = ServedRouter::start(upgraded.app.clone()).await;
    let car = entry("after-the-upgrade", TRY_PLATE, &upgraded.app.now().to_string());
    let receipt = server.take(&token, &batch("new-box", 1, vec![car])).await;
    assert_eq!((receipt.acked_through, receipt.count.occupied), (1, before + 1));
    assert_eq!(upgraded.rows("gate_event").await, upgraded.counts.rows("gate_event") + 1);
    assert_eq!(upgraded.rows("visit").await, upgraded.counts.rows("visit") + 1);
    assert_eq!(upgraded.rows("arrival").await, upgraded.counts.rows("arrival") + 1);
}

async fn old_plates_are_purged_and_counts_stay(upgraded: UpgradedInstallation) {
    upgraded.clock.advance(DAY * 365);
    assert!(purge(&upgraded.app).await.unwrap() > 0);
    for table in ["gate_event", "visit", "reservation", "person", "adjustment"] {
        assert_eq!(upgraded.rows(table).await, upgraded.counts.rows(table), "{table}");
    }
    for table in ["arrival", "dead_letter", "feed"] {
        assert_eq!(upgraded.rows(table).await, 0, "{table}");
    }
    let mut tx = upgraded.app.store.begin_read().await.unwrap();
    for garage in garage::all(&mut tx).await.unwrap() {
        assert_eq!(garage.occupied, upgraded.counts.occupied(garage.id.as_str()), "{}", garage.id);
    }
}
