//! The outbox for the self-test: the real file is only read, and writes go to a scratch file beside it.

use std::path::{Path, PathBuf};

use domain::ids::DeviceId;
use domain::time::Timestamp;
use protocol::mqtt::RejectCode;
use protocol::uplink::{AccessPlanDocument, DeadLetter, UplinkRecordContent};
use sqlx::Connection;

use super::entry::{OutboxEntry, OutboxReply};
use super::reader::OutboxReader;
use super::{FILE, OutboxError, rows, schema};

/// Content of the real outbox.
pub(crate) struct OutboxSnapshot {
    pub backlog: i64,
    pub plan: Option<AccessPlanDocument>,
}

/// `None` if no gateway has run yet. Does not modify the file and does not take the folder's lock.
pub(crate) async fn look(folder: &Path) -> Result<Option<OutboxSnapshot>, OutboxError> {
    let path = folder.join(FILE);
    if !path.exists() {
        return Ok(None);
    }
    schema::check(&path).await?;
    let open = |source| OutboxError::Open { path: path.clone(), source };
    let mut db = schema::connect_to_read(&path).await.map_err(open)?;
    let backlog = rows::backlog(&mut db).await?;
    let plan = rows::plan(&mut db).await?.map(|plan| plan.document);
    db.close().await?;
    Ok(Some(OutboxSnapshot { backlog, plan }))
}

/// Writes a record into a scratch outbox, reads it as the uplink does, and deletes it.
pub(crate) async fn scratch(folder: &Path, now: Timestamp) -> Result<(), OutboxError> {
    let scratch = ScratchDatabase(folder.join(format!("self-test-{}.sqlite", std::process::id())));
    let open = |source| OutboxError::Open { path: scratch.0.clone(), source };
    let mut db = schema::connect(&scratch.0).await.map_err(open)?;
    schema::migrate(&mut db).await?;
    let entry = entry(now)?;
    let mut tx = db.begin_with("begin immediate").await?;
    rows::insert(&mut tx, &[(1, &entry)]).await?;
    tx.commit().await?;
    let mut reader = OutboxReader::new(schema::connect(&scratch.0).await.map_err(open)?);
    let page = reader.after(0, 1).await?;
    if page.damaged > 0 || page.records != [entry.record(1)] {
        return Err(OutboxError::ReadBackMismatch);
    }
    rows::delete_through(&mut db, 1).await?;
    reader.close().await?;
    Ok(db.close().await?)
}

fn entry(now: Timestamp) -> Result<OutboxEntry, OutboxError> {
    let letter = DeadLetter {
        code: RejectCode::UnknownTopic,
        detail: "self-test".to_owned(),
        excerpt: "self-test".to_owned(),
    };
    let device = DeviceId::parse("self-test").map_err(|_| OutboxError::ReadBackMismatch)?;
    Ok(OutboxEntry {
        device,
        received_at: now,
        what: UplinkRecordContent::DeadLetter(letter),
        delta: 0,
        audience: None,
        answer: OutboxReply::None,
    })
}

/// The scratch file; deleted on drop.
struct ScratchDatabase(PathBuf);

impl Drop for ScratchDatabase {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm"] {
            let mut path = self.0.clone().into_os_string();
            path.push(suffix);
            let _ = std::fs::remove_file(path);
        }
    }
}
