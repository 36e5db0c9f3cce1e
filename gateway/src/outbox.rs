//! Store and forward: holds every acknowledged event until the server has it.
//!
//! One SQLite file in WAL mode with `synchronous = full`. One task writes ([`writer`]), one connection reads for the
//! uplink ([`reader`]). `seq` has no gaps within an `epoch`, and the epoch is created with the file, so a new box or a
//! lost disk never re-uses a sequence number. The access plan and the server's count are in the same file, so that a
//! restart finds all three in one consistent state.

pub(crate) mod entry;
pub(crate) mod probe;
pub(crate) mod reader;
mod rows;
mod schema;
pub(crate) mod uncounted;
pub(crate) mod writer;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use domain::ids::{DeviceId, EventId};
use protocol::uplink::{MAX_BATCH, UplinkRecordContent};
use sqlx::SqliteConnection;

use crate::garage::{
    AdmittedCars, GarageState, LaneMovement, OccupancyLedger, ReadingFingerprint, StoredPlan,
};
use reader::OutboxReader;
use uncounted::UncountedSum;

/// Rows from which a restarted gateway restores the audiences of the cars inside: some days of the largest garage, read
/// in less than a second. An earlier car is treated like a car from before this gateway's memory.
const REMEMBERED: i64 = 50_000;

/// The file in the data folder.
const FILE: &str = "outbox.sqlite";

/// Error of opening or using the outbox.
#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    #[error("cannot make the folder {path}", path = path.display())]
    Folder { path: PathBuf, source: io::Error },
    #[error("another gateway uses the folder {path}", path = path.display())]
    InUse { path: PathBuf },
    #[error("the outbox in {path} cannot be opened", path = path.display())]
    Open { path: PathBuf, source: sqlx::Error },
    #[error("the outbox cannot be read or written")]
    Database(#[from] sqlx::Error),
    #[error("what was written to the disk reads otherwise")]
    ReadBackMismatch,
    #[error(
        "the outbox {path} was written by a newer version: it has format {found}, and this version knows formats 1 to \
         {known}. Start the newer version; if that cannot be, give another `data_dir`: events in this one then wait for \
         the newer version",
        path = path.display()
    )]
    TooNew { path: PathBuf, found: i64, known: i64 },
    #[error(
        "the file {path} is no outbox of a gateway: {found}. This version uses a missing file or one that a gateway has \
         made. Give another `data_dir`, or move the file away; do not delete it, it may hold events",
        path = path.display()
    )]
    Foreign { path: PathBuf, found: String },
}

impl OutboxError {
    /// The file belongs to another version or another program: a restart does not help.
    pub const fn is_refusal(&self) -> bool {
        matches!(self, Self::TooNew { .. } | Self::Foreign { .. })
    }
}

/// An opened outbox with the state that survived in it.
pub(crate) struct OpenedOutbox {
    pub file: PathBuf,
    pub write: SqliteConnection,
    pub reader: OutboxReader,
    pub last_seq: i64,
    pub backlog: i64,
    pub behind: UncountedSum,
    pub plan: Option<StoredPlan>,
    pub ledger: OccupancyLedger,
    /// From the newest rows that the server does not have.
    pub known: AdmittedCars,
    /// The newest events in it, oldest first.
    pub stored: Vec<(DeviceId, EventId, ReadingFingerprint)>,
    /// Locks the folder while this gateway uses it.
    pub lock: File,
}

impl OpenedOutbox {
    /// Opens the outbox in `folder`, or creates it.
    pub(crate) async fn open(folder: &Path) -> Result<Self, OutboxError> {
        let lock = lock(folder)?;
        let path = folder.join(FILE);
        schema::check(&path).await?;
        let open = |source| OutboxError::Open { path: path.clone(), source };
        let mut write = schema::connect(&path).await.map_err(open)?;
        schema::migrate(&mut write).await?;
        let reader = OutboxReader::new(schema::connect(&path).await.map_err(open)?);
        Self::restore(path, write, reader, lock).await
    }

    /// Moves the surviving state out of the outbox, as input of decisions.
    pub(crate) fn garage(&mut self) -> GarageState {
        let known = std::mem::take(&mut self.known);
        let (ledger, stored) = (std::mem::take(&mut self.ledger), std::mem::take(&mut self.stored));
        GarageState::restored(self.plan.take(), ledger, known, stored)
    }

    async fn restore(
        file: PathBuf,
        mut write: SqliteConnection,
        mut reader: OutboxReader,
        lock: File,
    ) -> Result<Self, OutboxError> {
        let last_seq = rows::last_seq(&mut write).await?;
        let backlog = rows::backlog(&mut write).await?;
        let plan = rows::plan(&mut write).await?;
        let count = rows::count(&mut write).await?;
        let counted = count.map_or(0, |count| count.through_seq);
        let behind = UncountedSum::restored(&mut write, counted, last_seq).await?;
        let stored = rows::newest_events(&mut write).await?;
        let ledger = OccupancyLedger::restored(count, behind.change);
        let known = known(&mut reader, last_seq - REMEMBERED).await?;
        Ok(Self { file, write, reader, last_seq, backlog, behind, plan, ledger, known, stored, lock })
    }
}

/// Creates the data folder if it is missing, and locks it for this process as long as the file is held.
pub(crate) fn lock(folder: &Path) -> Result<File, OutboxError> {
    let failed = |source| OutboxError::Folder { path: folder.to_owned(), source };
    std::fs::create_dir_all(folder).map_err(failed)?;
    let lock = File::create(folder.join("lock")).map_err(failed)?;
    lock.try_lock().map_err(|_| OutboxError::InUse { path: folder.to_owned() })?;
    Ok(lock)
}

/// Registers again the events from before the restart that are still in the file after `seq`.
async fn known(reader: &mut OutboxReader, mut seq: i64) -> Result<AdmittedCars, sqlx::Error> {
    let mut known = AdmittedCars::default();
    loop {
        let page = reader.after(seq, MAX_BATCH).await?;
        for record in &page.records {
            if let UplinkRecordContent::Event(event) = &record.content {
                known.record_movement(LaneMovement::of(&record.device, event));
            }
        }
        match page.records.last().map(|record| record.seq) {
            Some(last) => seq = last,
            None => return Ok(known),
        }
    }
}

#[cfg(test)]
mod tests;
