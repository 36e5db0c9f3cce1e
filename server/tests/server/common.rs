//! Fixture of every test of the server: an empty, migrated database of either kind, a clock set by hand, a small
//! district.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod described;
pub(crate) mod district;
pub(crate) mod gateway;
pub(crate) mod http;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use domain::time::{Clock, Timestamp};
use server::app::App;
use store::Store;
use store::seal::SealingKeyring;
use tempfile::TempDir;
use testkit::postgres::TestDatabase;
use testkit::proxy::TcpProxy;

/// Generates a test on SQLite and one on PostgreSQL from a body that gets a [`StoreFixture`].
#[macro_export]
macro_rules! contract {
    ($name:ident, |$fixture:ident| $body:expr) => {
        mod $name {
            #[allow(unused_imports, reason = "not every body uses what its file imports")]
            use super::*;

            async fn check($fixture: &$crate::common::StoreFixture) {
                $body.await
            }

            #[tokio::test]
            async fn sqlite() {
                check(&$crate::common::StoreFixture::sqlite().await).await;
            }

            #[tokio::test]
            async fn postgres() {
                check(&$crate::common::StoreFixture::postgres().await).await;
            }
        }
    };
}

/// An empty, migrated database; dropping the fixture deletes it.
pub(crate) struct StoreFixture {
    pub store: Store,
    pub clock: Arc<HandClock>,
    url: String,
    _home: FixtureDatabase,
}

#[expect(dead_code, reason = "gone when it is dropped")]
enum FixtureDatabase {
    Folder(TempDir),
    Database(TestDatabase),
}

impl StoreFixture {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("main.db").display());
        Self::open(url, FixtureDatabase::Folder(folder)).await
    }

    pub(crate) async fn postgres() -> Self {
        let database = TestDatabase::create().await;
        let url = database.url();
        Self::open(url, FixtureDatabase::Database(database)).await
    }

    async fn open(url: String, home: FixtureDatabase) -> Self {
        let store = Store::open(&url, 4).await.unwrap();
        Self { store, clock: Arc::new(HandClock::at(MONDAY)), url, _home: home }
    }

    pub(crate) fn keys(&self) -> SealingKeyring {
        SealingKeyring::new(&[7; 32]).unwrap()
    }

    /// The use cases on this database, with this clock.
    pub(crate) fn app(&self) -> App {
        App::new(self.store.clone(), self.keys(), self.clock.clone())
    }

    /// A second process on the same database; only PostgreSQL supports it.
    pub(crate) async fn replica(&self) -> App {
        let store = Store::open(&self.url, 4).await.unwrap();
        App::new(store, self.keys(), self.clock.clone())
    }

    /// A process with its own link to PostgreSQL, which a test can silence.
    pub(crate) async fn replica_behind_a_link(&self) -> (App, TcpProxy) {
        let (head, tail) = self.url.split_once("//").unwrap();
        let (server, name) = tail.split_once('/').unwrap();
        let (who, address) = server.rsplit_once('@').map_or(("", server), |(who, at)| (who, at));
        let link = TcpProxy::start(address.parse().unwrap()).await;
        let at = if who.is_empty() { String::new() } else { format!("{who}@") };
        let store = Store::open(&format!("{head}//{at}{}/{name}", link.address()), 4).await.unwrap();
        (App::new(store, self.keys(), self.clock.clone()), link)
    }
}

/// A Monday at 15:40 at the garage, within the school's pickup window.
pub(crate) const MONDAY: &str = "2026-11-23T15:40:00+08:00";

/// Stands still until a test moves it.
pub(crate) struct HandClock(AtomicI64);

impl HandClock {
    pub(crate) fn at(text: &str) -> Self {
        Self(AtomicI64::new(time(text).micros()))
    }

    pub(crate) fn set(&self, text: &str) {
        self.0.store(time(text).micros(), Ordering::SeqCst);
    }

    pub(crate) fn advance_to(&self, to: Timestamp) {
        self.0.store(to.micros(), Ordering::SeqCst);
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.0.fetch_add(i64::try_from(by.as_micros()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

pub(crate) fn time(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}
