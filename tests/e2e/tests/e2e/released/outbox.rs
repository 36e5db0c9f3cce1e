//! What a released gateway had not sent when its folder was kept.

use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use testkit::released::ReleasedData;

const FILE: &str = "outbox.sqlite";

pub(super) struct UnsentRecords {
    /// Device and event id, in the order of the outbox.
    pub events: Vec<(String, String)>,
    /// Cars that these events add to the count.
    pub delta: i64,
}

impl UnsentRecords {
    pub(super) async fn of(released: ReleasedData) -> Self {
        let folder = tempfile::tempdir().unwrap();
        released.unpack_gateway(folder.path());
        let options = SqliteConnectOptions::new().filename(folder.path().join(FILE));
        let mut outbox = options.connect().await.unwrap();
        let rows: Vec<(String, String, i64)> = sqlx::query_as(
            "select device, event_key, delta from outbox where event_key is not null order by seq",
        )
        .fetch_all(&mut outbox)
        .await
        .unwrap();
        outbox.close().await.unwrap();
        let delta = rows.iter().map(|(_, _, delta)| delta).sum();
        let events: Vec<_> = rows.into_iter().map(|(device, event, _)| (device, event)).collect();
        assert!(
            events.len() >= 3 && delta != 0,
            "the released outbox has cars that the server does not have"
        );
        Self { events, delta }
    }

    /// Over what a stopped gateway has in its folder.
    pub(super) fn put_back(released: ReleasedData, data: &Path) {
        let folder = tempfile::tempdir().unwrap();
        released.unpack_gateway(folder.path());
        for suffix in ["", "-wal", "-shm"] {
            let name = format!("{FILE}{suffix}");
            let _ = std::fs::remove_file(data.join(&name));
            if folder.path().join(&name).exists() {
                std::fs::copy(folder.path().join(&name), data.join(&name)).unwrap();
            }
        }
    }
}
