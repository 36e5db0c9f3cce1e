//! The sum of the rows that the server's count does not cover. Every commit updates it, so that neither a restart nor a
//! receipt sums up a million rows behind a lost link.

use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use super::rows;
use crate::garage::CountDelta;

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct UncountedSum {
    /// Position after which all rows are summed ...
    through_seq: i64,
    /// ... up to this one, the last `seq` that was assigned.
    last_seq: i64,
    pub change: CountDelta,
}

impl UncountedSum {
    /// Reads the stored sum. Recomputes it if the last writer of the file did not update it.
    pub(crate) async fn restored(
        db: &mut SqliteConnection,
        through_seq: i64,
        last_seq: i64,
    ) -> Result<Self, sqlx::Error> {
        match rows::behind::<Self>(db).await? {
            Some(kept) if (kept.through_seq, kept.last_seq) == (through_seq, last_seq) => Ok(kept),
            Some(_) | None => Self::added_up(db, through_seq, last_seq).await,
        }
    }

    pub(crate) async fn added_up(
        db: &mut SqliteConnection,
        through_seq: i64,
        last_seq: i64,
    ) -> Result<Self, sqlx::Error> {
        let change = rows::sum(db, through_seq, last_seq).await?;
        Ok(Self { through_seq, last_seq, change })
    }

    /// Adds new rows, the last of them at `last_seq`.
    pub(crate) fn with(self, change: CountDelta, last_seq: i64) -> Self {
        Self { last_seq, change: self.change.plus(change), ..self }
    }

    /// Moves the start to `through_seq`, the server's new count. Rows through `acked` are still in the file and are
    /// deleted next.
    pub(crate) async fn without(
        self,
        db: &mut SqliteConnection,
        through_seq: i64,
        acked: i64,
    ) -> Result<Self, sqlx::Error> {
        let gone = through_seq.max(acked);
        let change = if gone < self.through_seq {
            rows::sum(db, gone, self.last_seq).await?
        } else {
            self.change.minus(rows::sum(db, self.through_seq, gone).await?)
        };
        Ok(Self { through_seq, change, ..self })
    }
}
