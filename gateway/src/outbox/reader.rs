//! The uplink's view of the outbox: rows in order, as records.

use domain::ids::DeviceId;
use domain::time::Timestamp;
use protocol::mqtt::RejectCode;
use protocol::uplink::{DeadLetter, UplinkRecord, UplinkRecordContent};
use sqlx::SqliteConnection;

use super::rows;

/// Reads concurrently with the writer, which WAL allows.
pub(crate) struct OutboxReader(SqliteConnection);

/// Records of one epoch.
#[derive(Debug, PartialEq)]
pub(crate) struct OutboxPage {
    pub epoch: String,
    pub records: Vec<UplinkRecord>,
    /// Rows with unreadable content; each is in `records` as a dead letter with its `seq`.
    pub damaged: usize,
}

impl OutboxReader {
    pub(crate) const fn new(connection: SqliteConnection) -> Self {
        Self(connection)
    }

    pub(crate) async fn close(self) -> Result<(), sqlx::Error> {
        use sqlx::Connection;
        self.0.close().await
    }

    /// Up to `limit` records after `seq`, and their epoch.
    pub(crate) async fn after(&mut self, seq: i64, limit: usize) -> Result<OutboxPage, sqlx::Error> {
        use sqlx::Connection;
        // One transaction, so that epoch and rows are consistent.
        let mut tx = self.0.begin().await?;
        let epoch = rows::epoch(&mut tx).await?;
        let rows = rows::after(&mut tx, seq, wide(limit)).await?;
        tx.rollback().await?;
        Ok(OutboxPage::new(epoch, rows))
    }

    /// The newest `limit` records after `seq`, in order.
    pub(crate) async fn newest(&mut self, seq: i64, limit: usize) -> Result<OutboxPage, sqlx::Error> {
        use sqlx::Connection;
        let mut tx = self.0.begin().await?;
        let epoch = rows::epoch(&mut tx).await?;
        let rows = rows::newest(&mut tx, seq, wide(limit)).await?;
        tx.rollback().await?;
        Ok(OutboxPage::new(epoch, rows))
    }
}

fn wide(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

impl OutboxPage {
    fn new(epoch: String, rows: Vec<(i64, String, String)>) -> Self {
        let mut page = Self { epoch, records: Vec::with_capacity(rows.len()), damaged: 0 };
        for (seq, device, text) in rows {
            page.push(seq, &device, &text);
        }
        page
    }

    /// The row's `seq` is authoritative, not the one in its text. A damaged row keeps its `seq`, because a gap would
    /// stop the server.
    fn push(&mut self, seq: i64, device: &str, text: &str) {
        match serde_json::from_str::<UplinkRecord>(text) {
            Ok(record) => self.records.push(UplinkRecord { seq, ..record }),
            Err(error) => {
                tracing::error!(seq, %error, "damaged outbox record; sent as a dead letter");
                self.damaged += 1;
                self.records.extend(damaged(seq, device, text));
            }
        }
    }
}

fn damaged(seq: i64, device: &str, text: &str) -> Option<UplinkRecord> {
    let letter = DeadLetter {
        code: RejectCode::NotJson,
        detail: "the record was damaged on the gateway's disk".to_owned(),
        excerpt: text.chars().take(200).collect(),
    };
    let device = DeviceId::parse(device).or_else(|_| DeviceId::parse("unknown")).ok()?;
    Some(UplinkRecord {
        seq,
        device,
        received_at: Timestamp::from_micros(0),
        content: UplinkRecordContent::DeadLetter(letter),
    })
}
