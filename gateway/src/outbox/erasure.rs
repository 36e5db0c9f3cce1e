//! Erases what was deleted: the files of a stolen box show no plate of an event that the server has, and none of a
//! plan that was replaced.
//!
//! `secure_delete` overwrites a deleted row in the database file at once. Two remains are left. The write-ahead log
//! keeps earlier pages until it is truncated, which follows within seconds. SQLite leaves copies of rows that it has
//! moved in the gaps of pages; only a rebuild of the file (`vacuum`) removes these, so one follows within the hour, at
//! the end, and at the start, where it also removes what earlier versions have left.
//!
//! Both run in the writer's task and begin only while no entry waits.

use std::time::Duration;

use sqlx::SqliteConnection;
use tokio::time::Instant;

/// From a deletion to the truncation of the log. A garage with traffic truncates this often, which a memory card bears.
const TRUNCATE_AFTER: Duration = Duration::from_secs(10);

/// Between two rebuilds. Each writes the access plan anew, up to some MB.
const REBUILD_EVERY: Duration = Duration::from_secs(3_600);

/// A larger backlog is not rebuilt: its rows are not deleted yet, and the copy would need their space again.
const LARGEST_BACKLOG: i64 = 10_000;

/// When the next steps are due; `None` while nothing was deleted.
#[derive(Debug)]
pub(super) struct OutboxErasure {
    truncate_at: Option<Instant>,
    rebuild_at: Option<Instant>,
    rebuilt: Option<Instant>,
}

impl OutboxErasure {
    /// Due at once: a killed process or an earlier version may have left remains.
    pub(super) fn at_start() -> Self {
        let now = Instant::now();
        Self { truncate_at: Some(now), rebuild_at: Some(now), rebuilt: None }
    }

    /// Registers that rows or values were deleted or replaced.
    pub(super) fn deleted(&mut self) {
        let soon = Instant::now() + TRUNCATE_AFTER;
        self.truncate_at.get_or_insert(soon);
        let next = self.rebuilt.map_or(soon, |rebuilt| soon.max(rebuilt + REBUILD_EVERY));
        self.rebuild_at.get_or_insert(next);
    }

    /// Waits until a step is due.
    pub(super) async fn due(&self) {
        match self.truncate_at.into_iter().chain(self.rebuild_at).min() {
            Some(at) => tokio::time::sleep_until(at).await,
            None => std::future::pending().await,
        }
    }

    /// Takes the steps that are due.
    pub(super) async fn run(&mut self, db: &mut SqliteConnection, backlog: i64) -> Result<(), sqlx::Error> {
        let now = Instant::now();
        if self.rebuild_at.is_some_and(|at| at <= now) {
            self.rebuild(db, backlog, now).await?;
        }
        if self.truncate_at.is_some_and(|at| at <= now) {
            self.truncate(db, now).await?;
        }
        Ok(())
    }

    /// Takes both steps before the process ends, if something was deleted.
    pub(super) async fn finish(
        &mut self,
        db: &mut SqliteConnection,
        backlog: i64,
    ) -> Result<(), sqlx::Error> {
        let now = Instant::now();
        if self.rebuild_at.is_some() {
            self.rebuild(db, backlog, now).await?;
        }
        if self.truncate_at.is_some() {
            self.truncate(db, now).await?;
        }
        Ok(())
    }

    /// Tries again later, whether the disk is full or the database busy.
    pub(super) fn postpone(&mut self) {
        let later = Instant::now() + TRUNCATE_AFTER;
        for due in [&mut self.truncate_at, &mut self.rebuild_at].into_iter().flatten() {
            *due = later.max(*due);
        }
    }

    async fn rebuild(
        &mut self,
        db: &mut SqliteConnection,
        backlog: i64,
        now: Instant,
    ) -> Result<(), sqlx::Error> {
        if backlog > LARGEST_BACKLOG {
            self.rebuild_at = Some(now + REBUILD_EVERY);
            return Ok(());
        }
        // A temporary file would be another place with plates.
        sqlx::raw_sql("pragma temp_store = memory; vacuum").execute(&mut *db).await?;
        (self.rebuild_at, self.rebuilt) = (None, Some(now));
        self.truncate_at = Some(now);
        Ok(())
    }

    async fn truncate(&mut self, db: &mut SqliteConnection, now: Instant) -> Result<(), sqlx::Error> {
        let busy: i64 = sqlx::query_scalar("pragma wal_checkpoint(truncate)").fetch_one(db).await?;
        // Busy: the uplink reads at this moment.
        self.truncate_at = (busy != 0).then(|| now + TRUNCATE_AFTER);
        Ok(())
    }
}
